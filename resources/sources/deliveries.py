"""An inbox: one file per stream and business day, as a hotel group delivers them.

``bookings-2024-01-05.csv`` and ``reviews-2024-01-05.csv`` (also ``.csv.gz``, ``.csv.zip``, ``.zip``, ``.parquet``) in
the columns of the published files, and ``hotels.csv`` once. The day in the name is the delivery day, whatever days the
rows speak of. A file with a header only is an empty delivery, which is complete; a day without a file is missing. A
file that arrives late is its day's delivery, and a file that is written again takes the place of the one before. Write
a file under another name (``.part``) and rename it, so that it is never read half written. The inbox is the archive:
files stay.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from resources.errors import SourceError
from resources.sources.archives import SUFFIXES, list_folder
from resources.sources.base import LINEAGE_COLUMNS, Stream
from resources.sources.delimited import read_delimited
from resources.sources.public import content_lines, digest_of_lines, empty_rows, read_text

HOTELS_FILE = "hotels.csv"
HOTEL_COLUMNS = ("hotel", "hotel_name", "city", "country", "descriptor", "is_city")
NOT_DELIVERED = "not delivered"
_NAME = re.compile(r"(bookings|reviews)-(\d{4}-\d{2}-\d{2})")
_KEPT_ROWS = 500_000  # rows of read files kept in memory, about 0.5 GB
_SETTLED_SECONDS = 2.0  # a folder changed more recently may change again within one tick of its clock

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class _Mark:
    """What is known of one state of one file: its content hash, or why it can't be read."""

    stamp: Stamp
    fingerprint: str
    problem: str | None = None


class DeliveriesSource:
    """The deliveries of one inbox (see ``base.Source`` for the methods). Looks at the folder afresh at every call.

    Args:
        folder: the inbox.

    Raises:
        SourceError: the folder is missing.
    """

    name = "deliveries"

    def __init__(self, folder: Path) -> None:
        list_folder(folder)
        self._folder = folder
        self._listing: tuple[int, dict[tuple[Stream, date], Path]] | None = None
        self._marks: dict[Path, _Mark] = {}
        self._frames: OrderedDict[tuple[Path, Stamp], pl.DataFrame] = OrderedDict()

    @property
    def streams(self) -> frozenset[Stream]:
        """The streams with a file of any day."""
        return frozenset(stream for stream, _ in self._files())

    @property
    def first_day(self) -> date:
        """First day with a file."""
        return min(self._days())

    @property
    def last_day(self) -> date:
        """Last day with a file."""
        return max(self._days())

    @property
    def missing_streams(self) -> dict[str, str]:
        """What is not delivered, with the reason: a stream without any file, a file that can't be read."""
        found = {
            str(stream): f"no file {stream}-<YYYY-MM-DD>.csv in {str(self._folder)!r}"
            for stream in Stream
            if stream not in self.streams
        }
        marks = ((name, self._mark(path)) for name, path in sorted(self._files().items()))
        return found | {f"{stream} of {day}": mark.problem for (stream, day), mark in marks if mark and mark.problem}

    def is_delivered(self, stream: Stream, day: date) -> bool:
        """Whether the day's file is there and can be read; it may hold no rows."""
        path = self._files().get((stream, day))
        mark = self._mark(path) if path else None
        return mark is not None and mark.problem is None

    def rows(self, stream: Stream, days: Sequence[date]) -> pl.DataFrame:
        """Rows of those days by day and place in the file (see ``base.Source.rows``)."""
        return pl.concat([empty_rows(stream), *self._parts(stream, days)])

    def hotels(self) -> pl.DataFrame:
        """The hotels of ``hotels.csv``.

        Raises:
            SourceError: the file is missing, damaged, or lacks a column.
        """
        path = self._folder / HOTELS_FILE
        if not path.exists():
            message = (
                f"{HOTELS_FILE} is not in {str(self._folder)!r}; give one row per hotel: {', '.join(HOTEL_COLUMNS)}"
            )
            raise SourceError(message)
        text = read_delimited(path, HOTEL_COLUMNS).select(HOTEL_COLUMNS)
        blank = pl.when(pl.all().str.strip_chars() != "").then(pl.all().str.strip_chars())
        is_city = pl.col("is_city").str.to_lowercase().is_in(["true", "1", "yes"])
        return text.select(blank).with_columns(is_city.fill_null(value=False), pl.col("descriptor").fill_null(""))

    def fingerprint(self, stream: Stream, days: Sequence[date]) -> dict[date, str]:
        """SHA-256 of each day's rows in order; the same rows in another kind of file have the same hash."""
        files = self._files()
        marks = {day: self._mark(files[stream, day]) for day in days if (stream, day) in files}
        return {
            day: mark.fingerprint if (mark := marks.get(day)) and not mark.problem else NOT_DELIVERED for day in days
        }

    def _days(self) -> list[date]:
        days = sorted({day for _, day in self._files()})
        if not days:
            message = f"no delivery in {str(self._folder)!r}; files are called bookings-<YYYY-MM-DD>.csv"
            raise SourceError(message)
        return days

    def _files(self) -> dict[tuple[Stream, date], Path]:
        changed = self._folder.stat().st_mtime_ns
        if self._listing is None or self._listing[0] != changed:
            listing = _deliveries_in(list_folder(self._folder))
            if time.time() - changed / 1e9 < _SETTLED_SECONDS:
                self._listing = None
                return listing
            self._listing = (changed, listing)
        return self._listing[1]

    def _mark(self, path: Path) -> _Mark | None:
        """What is known of the file as it stands now; None when it has gone."""
        stamp = _stamp(path)
        if stamp is None:
            return None
        known = self._marks.get(path)
        if known is None or known.stamp != stamp:
            try:
                known = _Mark(stamp, digest_of_lines(content_lines(self._frame(path, stamp))))
            except SourceError as error:
                known = _Mark(stamp, NOT_DELIVERED, str(error))
            self._marks[path] = known
        return known

    def _parts(self, stream: Stream, days: Sequence[date]) -> Iterator[pl.DataFrame]:
        files = self._files()
        for day in sorted(set(days)):
            path = files.get((stream, day))
            mark = self._mark(path) if path else None
            if path and mark and mark.problem is None:
                yield self._frame(path, mark.stamp)

    def _frame(self, path: Path, stamp: Stamp) -> pl.DataFrame:
        key = (path, stamp)
        if key in self._frames:
            self._frames.move_to_end(key)
            return self._frames[key]
        stream, day = _name_of(path)
        text = read_text(path, stream).with_columns(pl.lit(day).alias("_delivery_day"))
        frame = text.select(*(name for name in text.columns if name not in LINEAGE_COLUMNS), *LINEAGE_COLUMNS)
        self._frames[key] = frame
        kept = sum(item.height for item in self._frames.values())
        while kept > _KEPT_ROWS and len(self._frames) > 1:
            kept -= self._frames.popitem(last=False)[1].height
        return frame


def _deliveries_in(files: Sequence[Path]) -> dict[tuple[Stream, date], Path]:
    """The file of each stream and day; of two kinds of file the first of ``SUFFIXES``."""
    found: dict[tuple[Stream, date], tuple[int, Path]] = {}
    for path in files:
        stem = _stem(path)
        if stem is None or not _NAME.fullmatch(stem[0]):
            continue
        try:
            name = _name_of(path)
        except ValueError:  # 2024-02-30
            continue
        candidate = (SUFFIXES.index(stem[1]), path)
        found[name] = min(found.get(name, candidate), candidate)
    return {name: path for name, (_, path) in found.items()}


def _stem(path: Path) -> tuple[str, str] | None:
    name = path.name.lower()
    suffix = max((suffix for suffix in SUFFIXES if name.endswith(suffix)), key=len, default=None)
    return (name.removesuffix(suffix), suffix) if suffix else None


def _name_of(path: Path) -> tuple[Stream, date]:
    stem = _stem(path)
    match = _NAME.fullmatch(stem[0]) if stem else None
    if match is None:
        message = f"{path.name} is not named like a delivery, bookings-<YYYY-MM-DD>.csv"
        raise SourceError(message)
    return Stream(match[1]), date.fromisoformat(match[2])


def _stamp(path: Path) -> Stamp | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
