"""The two public data sets as their publishers ship them, read from a folder.

Hotel Booking Demand (Antonio, de Almeida, Nunes, Data in Brief 22, 2019, CC BY 4.0) and 515K Hotel Reviews
Data in Europe (Kaggle), the whole or a sample. Both are dumps: they were delivered whole, so every day between
the first and the last counts as delivered. Typing and validation belong to the ``raw`` room.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from resources.errors import SourceError
from resources.sources import base
from resources.sources.archives import SUFFIXES, find_file, list_folder
from resources.sources.base import LINEAGE_COLUMNS, SourceFacts, Stream
from resources.sources.columnar import read_columnar
from resources.sources.dated_rows import NOTHING_DELIVERED, DatedRows
from resources.sources.dates import ISO_DAY, US_DAY, DayColumn, iso_day, local_text, us_day, with_exchange_days
from resources.sources.delimited import BYTE_PROBLEM, read_delimited
from resources.sources.facts import delivered_facts, has_key
from resources.sources.file_rules import USUAL_RULES, FileRules
from resources.sources.published import hotel_table, own_facts, published_facts

MAX_GAP_DAYS = 730  # a date that two years without any row part from the bulk is a slip of the pen, not history


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """How one stream is published."""

    stems: str
    names: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    day_column: str
    day_format: str
    day_of: Callable[[pl.Expr], pl.Expr]
    age_column: str | None = None
    point_column: str | None = None


_LAYOUTS = {
    Stream.BOOKINGS: _Layout(
        stems=r"hotel_bookings.*",
        names=f"hotel_bookings*({'|'.join(SUFFIXES)})",
        required=base.BOOKING_COLUMNS,
        optional=base.OPTIONAL_BOOKING_COLUMNS,
        day_column="reservation_status_date",
        day_format=ISO_DAY,
        day_of=iso_day,
    ),
    Stream.REVIEWS: _Layout(
        # hotel_reviews_context.parquet carries hotel columns only and is no review file.
        stems=r"hotel_reviews(?!_context).*",
        names=f"Hotel_Reviews*({'|'.join(SUFFIXES)})",
        required=base.REVIEW_COLUMNS,
        optional=base.OPTIONAL_REVIEW_COLUMNS,
        day_column="Review_Date",
        day_format=US_DAY,
        day_of=us_day,
        age_column="days_since_review",
        point_column="Posted_At",
    ),
}


class PublicSource:
    """The published files of one folder (see ``base.Source`` for the methods).

    Args:
        folder: where the files lie, under their published names.
        rules: how they are read.

    Attributes:
        missing_streams: why a stream is not delivered, for those that aren't.

    Raises:
        SourceError: the folder or both files are missing.
    """

    name = "public"

    def __init__(self, folder: Path, rules: FileRules = USUAL_RULES) -> None:
        self._rules = rules
        files = list_folder(folder)
        paths = {stream: find_file(files, layout.stems) for stream, layout in _LAYOUTS.items()}
        self._files = {stream: path for stream, path in paths.items() if path}
        self.missing_streams = {
            stream: f"no file named {layout.names} in {str(folder)!r}"
            for stream, layout in _LAYOUTS.items()
            if stream not in self._files
        }
        if not self._files:
            reasons = "; ".join(f"{stream}: {reason}" for stream, reason in self.missing_streams.items())
            message = f"neither bookings nor reviews found: {reasons}; put the publishers' files there"
            raise SourceError(message)

    @property
    def facts(self) -> SourceFacts:
        """Whether these are the published rows, by their hotels, days and gaps; else files in the same form."""
        optional = {stream: layout.optional for stream, layout in _LAYOUTS.items()}
        if (facts := published_facts(self._tables, optional)) is not None:
            return facts
        bookings = self._tables.get(Stream.BOOKINGS)
        named = bookings is not None and has_key(bookings.values("guest_key"))
        return own_facts(delivered_facts(self.streams, self.hotels(), names_guests=named))

    @property
    def streams(self) -> frozenset[Stream]:
        """The streams whose file is there."""
        return frozenset(self._files)

    @property
    def state(self) -> tuple[str, ...]:
        """Name, size and time of the files and how they are read: while it stays, so do the days."""
        stats = [(path, path.stat()) for _, path in sorted(self._files.items())]
        return repr(self._rules), *(f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}" for path, stat in stats)

    @property
    def first_day(self) -> date:
        """First day of either stream."""
        return min(table.first_day for table in self._tables.values())

    @property
    def last_day(self) -> date:
        """Last day of either stream."""
        return max(table.last_day for table in self._tables.values())

    def is_delivered(self, stream: Stream, day: date) -> bool:
        """Every day of the history: the dump came whole, so a day without rows is an empty delivery."""
        return stream in self._files and self.first_day <= day <= self.last_day

    def rows(self, stream: Stream, days: Sequence[date]) -> pl.DataFrame:
        """Rows of those days (see ``base.Source.rows``); none for a stream that is not delivered."""
        return self._tables[stream].rows(days) if stream in self._files else empty_rows(stream)

    def hotels(self) -> pl.DataFrame:
        """The two hotels of the booking data, whose names the publishers hide; then others that a file names."""
        bookings = self._tables.get(Stream.BOOKINGS)
        named = set(bookings.values("hotel").str.strip_chars()) if bookings is not None else set()
        return hotel_table(named)

    def fingerprint(self, stream: Stream, days: Sequence[date]) -> dict[date, str]:
        """SHA-256 of each day's delivered text, in order; where in the file it stood does not matter."""
        table = self._tables.get(stream)
        return {day: table.fingerprint(day) if table else NOTHING_DELIVERED for day in days}

    @cached_property
    def _tables(self) -> dict[Stream, "DatedRows"]:
        tables: dict[Stream, DatedRows] = {}
        for stream in (stream for stream in Stream if stream in self._files):  # bookings first: their days are ISO
            known = tables.get(Stream.BOOKINGS)
            others = (known.first_day, known.last_day) if known else None
            tables[stream] = DatedRows(read_stream(self._files[stream], stream, self._rules, others=others))
        return tables


def read_text(
    path: Path,
    stream: Stream,
    rules: FileRules = USUAL_RULES,
    *,
    delivered: date | None = None,
    others: tuple[date, date] | None = None,
) -> pl.DataFrame:
    """Rows of one file in the publishers' columns as text, with their place in it; not yet with a delivery day.

    Args:
        path: the file.
        stream: whose columns it has.
        rules: limits, order of day and month, zone.
        delivered: business day of the whole file, where its name tells it.
        others: first and last day of what was delivered beside it.

    Raises:
        SourceError: the file can't be read at all, or leaves open which number of a day is the month.
    """
    layout = _LAYOUTS[stream]
    if path.suffix.lower() == ".parquet":
        rows = read_columnar(path, layout.required, layout.optional, us_dates=("Review_Date",), rules=rules)
    else:
        rows = read_delimited(path, layout.required, layout.optional, rules.settings)
    days = DayColumn(
        name=layout.day_column, form=layout.day_format, ages=layout.age_column, delivered=delivered, others=others
    )
    if layout.point_column:
        rows = rows.with_columns(local_text(rows[layout.point_column], rules.time_zone))
    return with_exchange_days(rows, days, rules)


def read_stream(
    path: Path, stream: Stream, rules: FileRules = USUAL_RULES, *, others: tuple[date, date] | None = None
) -> pl.DataFrame:
    """All rows of a published file: the exchange format, each row with its delivery day, sorted by day and row.

    Rows whose date can't be read, and rows whose date lies more than ``MAX_GAP_DAYS`` from the bulk, stand at
    the first day; the latter say so in ``_problem``.

    Raises:
        SourceError: the file can't be read at all, or no row has a readable date.
    """
    layout, text = _LAYOUTS[stream], read_text(path, stream, rules, others=others)
    dated = text.with_columns(layout.day_of(pl.col(layout.day_column)).alias("_delivery_day"))
    days = dated["_delivery_day"].drop_nulls()
    if days.is_empty():
        message = f"{path.name}: {_without_days(text, layout)}"
        raise SourceError(message)
    first, last = main_history(days)
    is_far = ~pl.col("_delivery_day").is_between(first, last)
    far = pl.format(f"{layout.day_column} {{}} is far from the rest of the file ({first} to {last})", "_delivery_day")
    placed = dated.with_columns(
        pl.when(is_far).then(far).otherwise("_problem").alias("_problem"),
        pl.when(is_far).then(None).otherwise("_delivery_day").fill_null(first).alias("_delivery_day"),
    )
    names = (*layout.required, *layout.optional, *LINEAGE_COLUMNS)
    return placed.sort("_delivery_day", maintain_order=True).select(names)


def _without_days(text: pl.DataFrame, layout: _Layout) -> str:
    """Why no row of a file has a day."""
    expected = f"expected rows with a day written {layout.day_format} in {layout.day_column}"
    reasons = text["_problem"].drop_nulls().value_counts(sort=True)
    if text.is_empty():
        return f"has no data rows; {expected}"
    if reasons.is_empty():
        return f"has no readable {layout.day_column}; {expected}"
    reason, rows = reasons.row(0)
    told = f"no row can be read: {rows} of {text.height} rows: {reason}"
    if reason == BYTE_PROBLEM:
        return f"{told}; the file is in another encoding (Windows-1252, Latin-1, ...): save it as CSV in UTF-8"
    return f"{told}; {expected}"


def main_history(days: pl.Series) -> tuple[date, date]:
    """First and last day of the stretch with the most rows without a gap of more than ``MAX_GAP_DAYS``.

    One mistyped year must not stretch the history by decades of empty partitions.

    Args:
        days: one date per row, at least one, without nulls.
    """
    counts = pl.DataFrame({"day": days}).group_by("day").len().sort("day")
    is_start = pl.col("day").diff().dt.total_days().fill_null(0) > MAX_GAP_DAYS
    stretches = (
        counts.with_columns(is_start.cum_sum().alias("stretch"))
        .group_by("stretch", maintain_order=True)
        .agg(pl.col("len").sum(), pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
        .sort("len", descending=True, maintain_order=True)
    )
    return stretches["first"][0], stretches["last"][0]


def empty_rows(stream: Stream) -> pl.DataFrame:
    """The exchange format without a row."""
    layout = _LAYOUTS[stream]
    schema: dict[str, pl.DataType] = {name: pl.String() for name in (*layout.required, *layout.optional)}
    lineage = {name: pl.String() for name in LINEAGE_COLUMNS}
    return pl.DataFrame(schema=schema | lineage | {"_delivery_day": pl.Date(), "_source_row": pl.Int64()})
