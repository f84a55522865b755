"""An inbox: one file per stream and business day, as a hotel group delivers them.

``bookings-2024-01-05.csv`` and ``reviews-2024-01-05.csv`` (also ``.csv.gz``, ``.csv.bz2``, ``.csv.xz``, ``.csv.zip``,
``.zip``, ``.parquet``) in the columns of the published files, and ``hotels.csv`` once. The day in the name is the
delivery day, whatever days the rows speak of. A file with a header only is an empty delivery, which is complete; a day
without a file is missing. A file that arrives late is its day's delivery, and a file that is written again takes the
place of the one before. Write a file under another name (``.part``) and rename it, so that it is never read half
written. The inbox is the archive: files stay. A file that can't be read is as no file; so are two files of one stream
and day with other rows, since nothing says which one counts. What looks like a delivery and is none by its name is
named, and not read.
"""

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from resources.errors import SourceError, told
from resources.sources.archives import list_entries
from resources.sources.base import LINEAGE_COLUMNS, SourceFacts, Stream
from resources.sources.dated_rows import content_lines, digest_of_lines
from resources.sources.facts import delivered_facts, has_key
from resources.sources.file_rules import USUAL_RULES, FileRules
from resources.sources.hotel_list import HOTEL_COLUMNS, HOTELS_FILE, HotelList, read_hotels
from resources.sources.inbox_names import Listing, Unread, delivery_of, list_names
from resources.sources.public import empty_rows, read_text

__all__ = ["HOTELS_FILE", "HOTEL_COLUMNS", "NOT_DELIVERED", "DeliveriesSource"]

NOT_DELIVERED = "not delivered"
_KEPT_ROWS = 500_000  # rows of read files kept in memory, about 0.5 GB
_SETTLED_SECONDS = 2.0  # a folder changed more recently may change again within one tick of its clock
_SHOWN_HOTELS = 10

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class _Mark:
    """What is known of one state of one file: its content hash, or why it can't be read."""

    stamp: Stamp
    fingerprint: str
    problem: str | None = None
    hotels: frozenset[str] = field(default_factory=frozenset)
    names_guests: bool = False


class DeliveriesSource:
    """The deliveries of one inbox (see ``base.Source`` for the methods). Looks at the folder afresh at every call.

    Args:
        folder: the inbox.
        rules: how files are read.

    Raises:
        SourceError: the folder is missing.
    """

    name = "deliveries"

    def __init__(self, folder: Path, rules: FileRules = USUAL_RULES) -> None:
        list_entries(folder)
        self._folder, self._rules = folder, rules
        self._listing: tuple[int, Listing] | None = None
        self._marks: dict[Path, _Mark] = {}
        self._frames: OrderedDict[tuple[Path, Stamp], pl.DataFrame] = OrderedDict()
        self._hotels: tuple[Stamp, HotelList] | None = None

    @property
    def facts(self) -> SourceFacts:
        """What the table of hotels says; and whether a booking names its guest, the newest files asked first."""
        newest = sorted(self._listed().files.items(), key=lambda item: item[0][1], reverse=True)
        named = any(mark.names_guests for _, path in newest if (mark := self._mark(path)) is not None)
        return delivered_facts(self.streams, self.hotels(), names_guests=named)

    @property
    def streams(self) -> frozenset[Stream]:
        """The streams with a file of any day."""
        return frozenset(stream for stream, _ in self._listed().names)

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
        missing = {
            str(stream): f"no file {stream}-<YYYY-MM-DD>.csv in {str(self._folder)!r}"
            for stream in Stream
            if stream not in self.streams
        }
        problems = ((name, self.problem(*name)) for name in sorted(self._listed().names))
        return missing | {f"{stream} of {day}": reason for (stream, day), reason in problems if reason}

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What looks like a delivery and is none by its name."""
        return self._listed().unread

    @property
    def notes(self) -> list[str]:
        """What a person should know before a run: files that are not read, and what is odd about the hotels."""
        return [*(item.text for item in self.unread), *self.hotel_notes]

    @property
    def hotel_notes(self) -> list[str]:
        """What is odd about the list of hotels, and the hotels that it lacks."""
        try:
            listed = self._hotel_list()
        except SourceError as error:
            return [str(error)]
        return [*listed.notes, *self._unlisted_hotels(set(listed.frame["hotel"]))]

    def problem(self, stream: Stream, day: date) -> str | None:
        """Why what came for a day can't be read; None where it can, or where nothing came."""
        listed = self._listed()
        if (stream, day) in listed.files:
            mark = self._mark(listed.files[stream, day])
            return mark.problem if mark else None
        if (stream, day) not in listed.rivals or self._file(stream, day):
            return None
        names = ", ".join(path.name for path in listed.rivals[stream, day])
        return f"{names}: several files of one stream and day that do not say the same; leave the one that counts"

    def absence(self, stream: Stream, day: date) -> str | None:
        """Why nothing came for a day, as far as that can be told: no file, or one under another name."""
        if (stream, day) in self._listed().names:
            return None
        alike = [item.text for item in self.unread if item.stream in (stream, None) and item.day == day]
        return "; ".join([f"no file {stream}-{day}.csv in the inbox", *alike])

    def is_delivered(self, stream: Stream, day: date) -> bool:
        """Whether the day's file is there and can be read; it may hold no rows."""
        path = self._file(stream, day)
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
        return self._hotel_list().frame

    def fingerprint(self, stream: Stream, days: Sequence[date]) -> dict[date, str]:
        """SHA-256 of each day's rows in order; the same rows in another kind of file have the same hash."""
        files = {day: self._file(stream, day) for day in days}
        marks = {day: self._mark(path) for day, path in files.items() if path}
        return {
            day: mark.fingerprint if (mark := marks.get(day)) and not mark.problem else NOT_DELIVERED for day in days
        }

    def _hotel_list(self) -> HotelList:
        path = self._folder / HOTELS_FILE
        if not path.exists():  # Hotels.csv, HOTELS.CSV
            alike = (entry for entry in list_entries(self._folder) if entry.name.lower() == HOTELS_FILE)
            path = next(alike, path)
        stamp = _stamp(path)
        if self._hotels is None or stamp is None or self._hotels[0] != stamp:
            listed = read_hotels(path, self._rules.settings)
            if stamp is None:
                return listed
            self._hotels = (stamp, listed)
        return self._hotels[1]

    def _unlisted_hotels(self, listed: set[str]) -> list[str]:
        """Hotels that bookings name and the list lacks."""
        days = [day for stream, day in self._listed().names if stream is Stream.BOOKINGS]
        marks = (self._mark(path) for day in days if (path := self._file(Stream.BOOKINGS, day)))
        named = {hotel for mark in marks if mark for hotel in mark.hotels}
        if not (lacking := sorted(named - listed)):
            return []
        shown = ", ".join(map(repr, lacking[:_SHOWN_HOTELS])) + (", ..." if len(lacking) > _SHOWN_HOTELS else "")
        return [f"{HOTELS_FILE}: bookings name {len(lacking)} hotel(s) that it lacks: {shown}; their reviews find none"]

    def _days(self) -> list[date]:
        days = sorted({day for _, day in self._listed().names})
        if not days:
            message = f"no delivery in {str(self._folder)!r}; files are called bookings-<YYYY-MM-DD>.csv"
            raise SourceError(message)
        return days

    def _listed(self) -> Listing:
        try:
            changed = self._folder.stat().st_mtime_ns
        except OSError:
            list_entries(self._folder)  # says what is wrong
            raise
        if self._listing is None or self._listing[0] != changed:
            listing = list_names(list_entries(self._folder), (HOTELS_FILE,))
            if time.time() - changed / 1e9 < _SETTLED_SECONDS:
                self._listing = None
                return listing
            self._listing = (changed, listing)
        return self._listing[1]

    def _file(self, stream: Stream, day: date) -> Path | None:
        """The file of a stream and day; of several that say the same the first."""
        listed = self._listed()
        if (path := listed.files.get((stream, day))) is not None:
            return path
        rivals = listed.rivals.get((stream, day), ())
        marks = [self._mark(path) for path in rivals]
        alike = {mark.fingerprint for mark in marks if mark} if all(mark and not mark.problem for mark in marks) else ()
        return rivals[0] if len(alike) == 1 else None

    def _mark(self, path: Path) -> _Mark | None:
        """What is known of the file as it stands now; None when it has gone."""
        stamp = _stamp(path)
        if stamp is None:
            return None
        known = self._marks.get(path)
        if known is None or known.stamp != stamp:
            try:
                frame = self._frame(path, stamp)
                lines = digest_of_lines(content_lines(frame))
                known = _Mark(stamp, lines, hotels=_hotels_in(frame), names_guests=_books_guests(frame))
            except SourceError as error:
                known = _Mark(stamp, NOT_DELIVERED, told(error))
            self._marks[path] = known
        return known

    def _parts(self, stream: Stream, days: Sequence[date]) -> Iterator[pl.DataFrame]:
        for day in sorted(set(days)):
            path = self._file(stream, day)
            mark = self._mark(path) if path else None
            if path and mark and mark.problem is None:
                yield self._frame(path, mark.stamp)

    def _frame(self, path: Path, stamp: Stamp) -> pl.DataFrame:
        key = (path, stamp)
        if key in self._frames:
            self._frames.move_to_end(key)
            return self._frames[key]
        name = delivery_of(path.name)
        if name is None:
            message = f"{path.name} is not named like a delivery, bookings-<YYYY-MM-DD>.csv"
            raise SourceError(message)
        stream, day = name
        text = read_text(path, stream, self._rules, delivered=day).with_columns(pl.lit(day).alias("_delivery_day"))
        frame = text.select(*(name for name in text.columns if name not in LINEAGE_COLUMNS), *LINEAGE_COLUMNS)
        self._frames[key] = frame
        kept = sum(item.height for item in self._frames.values())
        while kept > _KEPT_ROWS and len(self._frames) > 1:
            kept -= self._frames.popitem(last=False)[1].height
        return frame


def _hotels_in(frame: pl.DataFrame) -> frozenset[str]:
    """Hotels that sound rows of bookings name."""
    if "hotel" not in frame.columns:
        return frozenset()
    return frozenset(frame.filter(pl.col("_problem").is_null())["hotel"].str.strip_chars().drop_nulls()) - {""}


def _books_guests(frame: pl.DataFrame) -> bool:
    """Whether a booking carries its guest's key; a review that does makes no customer."""
    return {"hotel", "guest_key"} <= set(frame.columns) and has_key(frame["guest_key"])


def _stamp(path: Path) -> Stamp | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
