"""Fitted records: what was learned up to a cut-off, frozen, and in force for the days after it (specification 4.3).

One JSON file per record and cut-off under ``<home>/lake/internal/<record>/<cut-off>.record.json``, or the object of
that name where the lake is kept in an object store.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any

from resources.file_store import FileStore, LocalFolder

START = "start"
PENDING = "pending"


def cut_offs(history_start: date, last_day: date, every_days: int, early: Sequence[int] = ()) -> list[date]:
    """The calendar of cut-offs: every ``every_days`` days of history, up to and including ``last_day``.

    The first cut-off closes the first ``every_days`` days; a record fitted at a cut-off serves later days. ``early``
    adds cut-offs that close so many days of history before that one.

    Example:
        >>> cut_offs(date(2024, 1, 1), date(2024, 1, 20), 7)
        [datetime.date(2024, 1, 7), datetime.date(2024, 1, 14)]
        >>> cut_offs(date(2024, 1, 1), date(2024, 1, 8), 7, early=(3, 10))
        [datetime.date(2024, 1, 3), datetime.date(2024, 1, 7)]
    """
    days = (last_day - history_start).days + 1
    closed = [item for item in sorted(early) if item < min(every_days, days + 1)]
    closed += range(every_days, days + 1, every_days)
    return [history_start + timedelta(days=item - 1) for item in closed]


def due_cut_off(history_start: date, day: date, every_days: int, early: Sequence[int] = ()) -> date | None:
    """The last cut-off before ``day``, or None while the documented start is in force.

    Example:
        >>> [due_cut_off(date(2024, 1, 1), date(2024, 1, day), 7) for day in (7, 8)]
        [None, datetime.date(2024, 1, 7)]
    """
    passed = cut_offs(history_start, day - timedelta(days=1), every_days, early)
    return passed[-1] if passed else None


@dataclass(frozen=True, kw_only=True)
class FittedRecord:
    """One fit: its payload (None when there was not enough to learn from) and where it came from."""

    name: str
    cut_off: date
    payload: dict[str, Any] | None
    inputs: str  # digest of the days that were read
    settings: str
    fitter_version: str

    @property
    def version(self) -> str:
        """Cut-off plus a short hash of the payload: what the partitions' records of inputs name."""
        text = json.dumps(self.payload, sort_keys=True)
        return f"{self.cut_off}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def same_inputs(self, other: "FittedRecord | None") -> bool:
        """Whether the other record was fitted by the same code on the same days and settings."""
        return other is not None and (self.inputs, self.settings, self.fitter_version) == (
            other.inputs,
            other.settings,
            other.fitter_version,
        )


class RecordStore:
    """All fitted records.

    Args:
        root: folder of the internal zone.
        store: that keeps it.
    """

    def __init__(self, root: PurePath, store: FileStore | None = None) -> None:
        self.root = root
        self._store = store or LocalFolder()

    def _path(self, name: str, cut_off: date) -> PurePath:
        return self.root / name / f"{cut_off}.record.json"

    def load(self, name: str, cut_off: date) -> FittedRecord | None:
        """The record of one cut-off, or None when it is not fitted."""
        path = self._path(name, cut_off)
        if self._store.stamp(path) is None:
            return None
        data = json.loads(self._store.content(path))
        return FittedRecord(**{**data, "cut_off": date.fromisoformat(data["cut_off"])})

    def save(self, record: FittedRecord) -> None:
        """Store a record in one step; two runs that fit the same one write the same bytes."""
        path = self._path(record.name, record.cut_off)
        self._store.make_folder(path.parent)
        body = {
            "name": record.name,
            "cut_off": record.cut_off.isoformat(),
            "payload": record.payload,
            "inputs": record.inputs,
            "settings": record.settings,
            "fitter_version": record.fitter_version,
        }
        self._store.replace(path, json.dumps(body, sort_keys=True).encode(), is_private=False)


@dataclass(frozen=True)
class RecordBook:
    """The records of one name as a range of days sees them."""

    name: str
    history_start: date
    every_days: int
    store: RecordStore
    early: tuple[int, ...] = ()  # days of history that are cut-offs before the calendar's first
    _loaded: dict[date, FittedRecord | None] = field(default_factory=dict)

    def _cut_off(self, day: date) -> date | None:
        return due_cut_off(self.history_start, day, self.every_days, self.early)

    def _due(self, day: date) -> tuple[date | None, FittedRecord | None]:
        cut_off = self._cut_off(day)
        if cut_off is not None and cut_off not in self._loaded:
            self._loaded[cut_off] = self.store.load(self.name, cut_off)
        return cut_off, self._loaded.get(cut_off) if cut_off else None

    def for_day(self, day: date) -> dict[str, Any] | None:
        """Payload in force on ``day``; None while the documented start is in force or the fit is due."""
        record = self._due(day)[1]
        return record.payload if record else None

    def version(self, day: date) -> str:
        """``start``, ``pending`` (due, not fitted yet) or the record's version."""
        cut_off, record = self._due(day)
        if cut_off is None:
            return START
        return record.version if record else PENDING

    def segments(self, days: Sequence[date]) -> list[tuple[dict[str, Any] | None, list[date]]]:
        """Split ascending days into runs that share a record: ``(payload, days)``."""
        runs: list[tuple[date | None, list[date]]] = []
        for day in sorted(days):
            cut_off = self._cut_off(day)
            if not runs or runs[-1][0] != cut_off:
                runs.append((cut_off, []))
            runs[-1][1].append(day)
        return [(self.for_day(run[0]), run) for _, run in runs]
