"""The raw room in Dagster: two typed tables, the quarantine, and the counts behind the composition table."""

from datetime import date, timedelta

import polars as pl

from assets.common.daily import DayInputs, Produced, Reads, WholeInputs, daily_asset
from assets.common.inputs import days_between
from assets.common.measuring import findings_asset
from assets.raw.checks import (
    validate_quarantine,
    validate_raw_bookings,
    validate_raw_counts,
    validate_raw_reviews,
)
from assets.raw.composition import apply_policy, dataset_composition, day_counts
from assets.raw.contract import QUARANTINE, RAW_BOOKINGS, RAW_COUNTS, RAW_FINDINGS, RAW_REVIEWS
from assets.raw.exclusion import NO_NOTICES, without_erased, without_opted_out
from assets.raw.findings import raw_finding_rows
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.quarantine import Parsed, quarantined_rows
from assets.raw.settings import RawSettings
from resources.settings import Settings
from resources.sources.base import Stream
from resources.sources.keys import key_expression

_OWNERS = ["team:data-platform"]


def earlier_deliveries(settings: Settings, day: date) -> tuple[date, date]:
    """First and last earlier day whose delivery a day looks through for rows that it repeats."""
    look_back = settings.room("raw", RawSettings).repeat_look_back_days
    return day - timedelta(days=look_back), day - timedelta(days=1)


@daily_asset(
    contract=RAW_BOOKINGS,
    group="raw",
    stream="bookings",
    source_days_of=earlier_deliveries,
    validate=validate_raw_bookings,
    kinds={"polars", "parquet"},
    owners=_OWNERS,
    code_version="3",
)
def raw_bookings(inputs: DayInputs) -> Produced:
    """One row per sound booking as delivered, typed; damaged rows are in `quarantine`."""
    return _table(inputs, Stream.BOOKINGS)


@daily_asset(
    contract=RAW_REVIEWS,
    group="raw",
    stream="reviews",
    source_days_of=earlier_deliveries,
    validate=validate_raw_reviews,
    kinds={"polars", "parquet"},
    owners=_OWNERS,
    code_version="3",
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
    code_version="3",
)
def quarantine(inputs: DayInputs) -> Produced:
    """One row per problem of a damaged row: source file, row, column, reason and the text as delivered."""
    parsed = [_parse(inputs, stream, looks_back=False)[1] for stream in _streams(inputs)]
    problems = [_admitted(inputs, stream_rows)[0].problems for stream_rows in parsed]
    return Produced(pl.concat([QUARANTINE.empty(), *problems]))


@daily_asset(
    contract=RAW_COUNTS,
    group="raw",
    stream="any",
    source_days_of=earlier_deliveries,
    validate=validate_raw_counts,
    kinds={"polars", "parquet"},
    owners=_OWNERS,
    code_version="3",
)
def raw_counts(inputs: DayInputs) -> Produced:
    """How many rows each step of the dataset-composition table takes per day, under both policies."""
    settings = inputs.settings.room("raw", RawSettings)
    counts: list[pl.DataFrame] = []
    for stream in _streams(inputs):
        delivered, parsed = _parse(inputs, stream)
        counts.append(day_counts(stream, delivered, parsed, settings))
    frame = pl.concat([RAW_COUNTS.empty(), *counts])
    return Produced(frame, metadata={"composition_md": _markdown(dataset_composition(frame))})


@findings_asset(contract=RAW_FINDINGS, reads=[Reads("raw_counts", None)], owners=_OWNERS)
def raw_findings(inputs: WholeInputs) -> pl.DataFrame:
    """What the raw room measures of itself: the dataset-composition table."""
    return raw_finding_rows(inputs.frame("raw_counts"))


def _streams(inputs: DayInputs) -> list[Stream]:
    return [stream for stream in (Stream.BOOKINGS, Stream.REVIEWS) if stream in inputs.source.streams]


def _parse(inputs: DayInputs, stream: Stream, *, looks_back: bool = True) -> tuple[pl.DataFrame, Parsed]:
    """Rows of the asked days as delivered, and what became of them."""
    delivered, settings = inputs.source.rows(stream, inputs.days), inputs.settings.room("raw", RawSettings)
    known = pl.concat([_earlier(inputs, stream, delivered, settings), delivered]) if looks_back else delivered
    parse = parse_reviews if stream == Stream.REVIEWS else parse_bookings
    return delivered, parse(known, settings, inputs.days)


def _earlier(inputs: DayInputs, stream: Stream, delivered: pl.DataFrame, settings: RawSettings) -> pl.DataFrame:
    """Rows of the look-back that carry a key of the asked days; a source without keys has none."""
    names = ("review_key",) if stream == Stream.REVIEWS else ("reservation_id", "guest_key")
    keys = {name: key_expression(pl.col(name), settings.words) for name in names}
    asked = {name: delivered.select(key).to_series().drop_nulls().unique() for name, key in keys.items()}
    if not settings.repeat_look_back_days or not any(map(len, asked.values())):
        return delivered.clear()
    start = inputs.first_day
    spans = (earlier_deliveries(inputs.settings, day) for day in inputs.days)
    wanted = {when for first, last in spans for when in days_between(max(start, first), last)}
    earlier = inputs.source.rows(stream, sorted(wanted - set(inputs.days)))
    return earlier.filter(pl.any_horizontal(key.is_in(asked[name].implode()) for name, key in keys.items()))


def _table(inputs: DayInputs, stream: Stream) -> Produced:
    delivered, all_parsed = _parse(inputs, stream)
    parsed, refused = _admitted(inputs, all_parsed)
    settings = inputs.settings.room("raw", RawSettings)
    kept, left = apply_policy(parsed.rows, stream, settings, decisions=parsed.decisions)
    set_aside = pl.concat([quarantined_rows(parsed.problems), left, refused])
    return Produced(kept, set_aside=set_aside, rows_in=_rows_by_day(delivered))


def _admitted(inputs: DayInputs, parsed: Parsed) -> tuple[Parsed, pl.DataFrame]:
    """Rows that may come in, and those of guests who opted out or were erased."""
    tombstones = inputs.resource("tombstones").load()
    notices, words = getattr(inputs.source, "notices", NO_NOTICES), inputs.settings.room("raw", RawSettings).words
    willing, opted_out = without_opted_out(parsed, notices, tombstones, words)
    known, erased = without_erased(willing, tombstones, words)
    return known, pl.concat([opted_out, erased])


def _rows_by_day(delivered: pl.DataFrame) -> dict[date, int]:
    counts = delivered.group_by("_delivery_day").len()
    return dict(zip(counts["_delivery_day"].to_list(), counts["len"].to_list(), strict=True))


def _markdown(table: pl.DataFrame) -> str:
    columns = ("policy", "stream", "step", "found", "dropped", "rows")
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return "\n".join(lines + [f"| {' | '.join(map(str, row))} |" for row in table.select(columns).iter_rows()])
