"""The raw room in Dagster: two typed tables, the quarantine, and the counts behind the composition table."""

from datetime import date

import polars as pl

from assets.common.daily import DayInputs, Produced, daily_asset
from assets.raw.checks import (
    validate_quarantine,
    validate_raw_bookings,
    validate_raw_counts,
    validate_raw_reviews,
)
from assets.raw.composition import apply_policy, dataset_composition, day_counts
from assets.raw.contract import QUARANTINE, RAW_BOOKINGS, RAW_COUNTS, RAW_REVIEWS
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.quarantine import Parsed, quarantined_rows
from assets.raw.settings import RawSettings
from resources.sources.base import Stream

_OWNERS = ["team:data-platform"]


@daily_asset(
    contract=RAW_BOOKINGS,
    group="raw",
    stream="bookings",
    validate=validate_raw_bookings,
    kinds={"polars", "parquet"},
    owners=_OWNERS,
    code_version="1",
)
def raw_bookings(inputs: DayInputs) -> Produced:
    """One row per sound booking as delivered, typed; damaged rows are in `quarantine`."""
    return _table(inputs, Stream.BOOKINGS)


@daily_asset(
    contract=RAW_REVIEWS,
    group="raw",
    stream="reviews",
    validate=validate_raw_reviews,
    kinds={"polars", "parquet"},
    owners=_OWNERS,
    code_version="1",
)
def raw_reviews(inputs: DayInputs) -> Produced:
    """One row per sound review as delivered, typed, text untouched; damaged rows are in `quarantine`."""
    return _table(inputs, Stream.REVIEWS)


@daily_asset(
    contract=QUARANTINE,
    group="raw",
    stream="any",
    validate=validate_quarantine,
    kinds={"polars", "parquet"},
    owners=_OWNERS,
    code_version="1",
)
def quarantine(inputs: DayInputs) -> Produced:
    """One row per problem of a damaged row: source file, row, column, reason and the text as delivered."""
    problems = [_parse(inputs, stream)[1].problems for stream in _streams(inputs)]
    return Produced(pl.concat([QUARANTINE.empty(), *problems]))


@daily_asset(
    contract=RAW_COUNTS,
    group="raw",
    stream="any",
    validate=validate_raw_counts,
    kinds={"polars", "parquet"},
    owners=_OWNERS,
    code_version="1",
)
def raw_counts(inputs: DayInputs) -> Produced:
    """How many rows each step of the dataset-composition table takes per day, under both policies."""
    settings = inputs.settings.room("raw", RawSettings)
    counts = [day_counts(stream, *_parse(inputs, stream), settings) for stream in _streams(inputs)]
    frame = pl.concat([RAW_COUNTS.empty(), *counts])
    return Produced(frame, metadata={"composition_md": _markdown(dataset_composition(frame))})


def _streams(inputs: DayInputs) -> list[Stream]:
    return [stream for stream in (Stream.BOOKINGS, Stream.REVIEWS) if stream in inputs.source.streams]


def _parse(inputs: DayInputs, stream: Stream) -> tuple[pl.DataFrame, Parsed]:
    delivered = inputs.source.rows(stream, inputs.days)
    if stream == Stream.REVIEWS:
        return delivered, parse_reviews(delivered)
    return delivered, parse_bookings(delivered, inputs.settings.room("raw", RawSettings))


def _table(inputs: DayInputs, stream: Stream) -> Produced:
    delivered, parsed = _parse(inputs, stream)
    kept, left = apply_policy(parsed.rows, stream, inputs.settings.room("raw", RawSettings))
    set_aside = pl.concat([quarantined_rows(parsed.problems), left])
    return Produced(kept, set_aside=set_aside, rows_in=_rows_by_day(delivered))


def _rows_by_day(delivered: pl.DataFrame) -> dict[date, int]:
    counts = delivered.group_by("_delivery_day").len()
    return dict(zip(counts["_delivery_day"].to_list(), counts["len"].to_list(), strict=True))


def _markdown(table: pl.DataFrame) -> str:
    columns = ("policy", "stream", "step", "found", "dropped", "rows")
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return "\n".join(lines + [f"| {' | '.join(map(str, row))} |" for row in table.select(columns).iter_rows()])
