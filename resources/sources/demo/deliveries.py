"""The demo group's rows as files that arrive day by day: on time, late, never, twice, or first wrong and then right.

Rows that come late, again or corrected inside the files are a matter of ``DemoSettings``; here it is whole files.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from resources.atomic_files import drafted
from resources.errors import SettingsError
from resources.sources.base import LINEAGE_COLUMNS, Stream
from resources.sources.deliveries import HOTELS_FILE
from resources.sources.demo.source import DemoSource
from resources.sources.demo.streams import Streams, pick_from

LOG_FILE = "delivery-log.csv"
LOG_COLUMNS = ("arrived_on", "stream", "day", "kind", "file", "rows")
ON_TIME, LATE, MISSING, REPEATED, CORRECTED = "on time", "late", "missing", "repeated", "corrected"
_MOST_DELAY_DAYS = 4  # beyond the morning after, on which a file is due
_FIRST_SHARE = 2 / 3  # of its rows that a file holds before it is corrected


@dataclass(frozen=True, kw_only=True)
class FileShares:
    """Shares of all files; the rest arrives once, on the morning after its day."""

    late: float = 0.0
    missing: float = 0.0
    repeated: float = 0.0
    corrected: float = 0.0

    def __post_init__(self) -> None:
        values = [getattr(self, item.name) for item in fields(self)]
        if min(values) < 0 or sum(values) > 1:
            message = f"shares of files are {values}; give shares of 0 or more that sum to 1 or less"
            raise SettingsError(message)


@dataclass(frozen=True)
class Arrival:
    """One file that reaches the inbox: on the morning of which day, of which stream and day, why then, its rows."""

    arrived_on: date
    stream: Stream
    day: date
    kind: str
    rows: pl.DataFrame

    @property
    def file(self) -> str:
        """Name in the inbox."""
        return f"{self.stream}-{self.day}.csv"


def arrivals(source: DemoSource, days: Sequence[date], shares: FileShares) -> list[Arrival]:
    """Every file of those days in the order of arrival; a missing one is not among them.

    Args:
        source: the demo world.
        days: delivery days.
        shares: how often files come otherwise than on time.
    """
    coming = [item for stream in Stream for day in days for item in _of_file(source, stream, day, shares)]
    return sorted(coming, key=lambda item: (item.arrived_on, item.day, item.stream))


def _of_file(source: DemoSource, stream: Stream, day: date, shares: FileShares) -> Iterator[Arrival]:
    number = np.array([(day - source.first_day).days])
    draws = Streams(source.settings.seed, f"files_{stream}")
    kinds = (LATE, MISSING, REPEATED, CORRECTED, ON_TIME)
    weights = (shares.late, shares.missing, shares.repeated, shares.corrected)
    kind = kinds[int(pick_from(draws.uniform("kind", number), [*weights, 1.0 - sum(weights)])[0])]
    delay = timedelta(days=1 + int(draws.uniform("delay", number)[0] * _MOST_DELAY_DAYS))
    rows, due = source.rows(stream, [day]), day + timedelta(days=1)
    if kind == LATE:
        yield Arrival(due + delay, stream, day, LATE, rows)
    elif kind == CORRECTED:
        yield Arrival(due, stream, day, ON_TIME, rows.head(int(rows.height * _FIRST_SHARE)))
        yield Arrival(due + delay, stream, day, CORRECTED, rows)
    elif kind != MISSING:
        yield Arrival(due, stream, day, ON_TIME, rows)
        if kind == REPEATED:
            yield Arrival(due + delay, stream, day, REPEATED, rows)


def deliver(folder: Path, source: DemoSource, coming: Sequence[Arrival], until: date) -> list[Arrival]:
    """Put into the inbox what has arrived by the morning of ``until`` and is not in its log yet; returns those.

    Args:
        folder: the inbox; made where it is missing.
        source: for the table of hotels.
        coming: see :func:`arrivals`.
        until: the day that it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / HOTELS_FILE, source.hotels())
    log = folder / LOG_FILE
    known = _logged(log)
    new = [item for item in coming if item.arrived_on <= until and _line(item)[:4] not in known]
    with log.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if not known and file.tell() == 0:
            writer.writerow(LOG_COLUMNS)
        for item in new:
            _write(folder / item.file, item.rows.drop(LINEAGE_COLUMNS))
            writer.writerow(_line(item))
    return new


def _line(item: Arrival) -> tuple[str, ...]:
    return str(item.arrived_on), str(item.stream), str(item.day), item.kind, item.file, str(item.rows.height)


def _logged(log: Path) -> set[tuple[str, ...]]:
    if not log.exists():
        return set()
    with log.open(newline="", encoding="utf-8") as file:
        return {tuple(row[:4]) for row in csv.reader(file)}


def _write(path: Path, frame: pl.DataFrame) -> None:
    """Whole under its name or not at all: a delivery is never seen half written."""
    with drafted(path) as draft:
        frame.write_csv(draft)
