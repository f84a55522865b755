"""What a stored day depends on: digests of the days it reads, and why it may be pending (specification 4.4)."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from assets.common.inputs import Reads, days_between
from assets.common.workspace import Workspace
from resources.lake import InputRecord
from resources.records import PENDING
from resources.settings import Settings
from resources.sources.base import Stream

ANY_STREAM = "any"  # an asset that reads every stream the source has
_MISSING = "missing"
_NOT_READ = "not read by these settings"
_SHOWN_REASONS = 3
DaysOf = Callable[[Settings, date], tuple[date, date]]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How an asset's partitions are made, as far as their record of inputs is concerned."""

    asset: str
    group: str
    reads: Sequence[Reads]
    records: Sequence[str] = ()
    code_version: str = "1"
    stream: str | None = None  # the source's stream, for assets that read the source itself
    source_days_of: DaysOf | None = None  # earlier days of the source that a day reads too (first > last: none)


def is_delivered(workspace: Workspace, stream: str, day: date) -> bool:
    """Whether the source has delivered a day: the stream's name, or :data:`ANY_STREAM` for any of its streams."""
    streams = [Stream(stream)] if stream != ANY_STREAM else list(workspace.source.streams)
    return any(item in workspace.source.streams and workspace.source.is_delivered(item, day) for item in streams)


class InputLedger:
    """Answers, for a recipe and a day: which inputs, are they complete. One per step; caches prefix digests."""

    def __init__(self, workspace: Workspace, recipe: Recipe) -> None:
        self._workspace = workspace
        self._recipe = recipe
        self._prefix: dict[str, dict[date, str]] = {}
        self._gaps: dict[str, tuple[date, dict[date, str]]] = {}
        self._seen: dict[tuple[str, date], tuple[str, str | None]] = {}
        self._failures: dict[str, set[date]] = {}
        self._books = {name: workspace.record_book(name) for name in recipe.records}
        self._fingerprints: dict[date, str] = {}
        self._come: dict[date, bool] = {}

    @cached_property
    def _settings(self) -> str:
        return self._workspace.settings_digest(self._recipe.group, self._recipe.asset)

    def load_fingerprints(self, days: Sequence[date]) -> None:
        """Read the source's content hashes of ``days`` once (raw assets only)."""
        if self._recipe.stream is not None:
            source = self._workspace.source
            streams = sorted(source.streams) if self._recipe.stream == ANY_STREAM else [Stream(self._recipe.stream)]
            wanted = sorted({*days, *(when for day in days for when in self._earlier(day))})
            marks_by_stream = [source.fingerprint(item, wanted) for item in streams if item in source.streams]
            self._fingerprints = {day: "+".join(marks.get(day, "empty") for marks in marks_by_stream) for day in wanted}

    def record_for(self, day: date, **counts: object) -> InputRecord:
        """The record of inputs of a day as things stand now."""
        inputs = {item.asset: self._digest(item, day) for item in self._recipe.reads}
        if self._recipe.stream is not None:
            inputs[f"source:{self._recipe.stream}"] = self._fingerprints.get(day, "empty")
            if earlier := self._earlier(day):
                lines = [f"{when}:{self._fingerprints.get(when, 'empty')}" for when in earlier]
                inputs[f"source:{self._recipe.stream}:before"] = _digest_of(lines)
        return InputRecord(
            asset=self._recipe.asset,
            partition=day.isoformat(),
            inputs=inputs,
            records={name: book.version(day) for name, book in self._books.items()},
            settings=self._settings,
            code_version=self._recipe.code_version,
            pending=tuple(self.pending_reasons(day)),
            **counts,  # type: ignore[arg-type]
        )

    def has_own_delivery(self, day: date) -> bool:
        """False when nothing at all of the day itself is there: the day is then missing, not pending."""
        own = [
            item.asset
            for item in self._recipe.reads
            if item.include_today
            and not item.is_whole
            and item.asset != self._recipe.asset
            and item.is_read(self._workspace.settings)
        ]
        return not own or any(self._workspace.lake.exists(asset, day) for asset in own)

    def pending_reasons(self, day: date) -> list[str]:
        """Why the day is not final: inputs missing, failed or pending, or a fit that is due."""
        reasons = [f"the delivery of {when} is missing" for when in self._earlier(day) if not self._has_come(when)]
        for item in self._recipe.reads:
            reasons += self._window_reasons(item, day)
        for name, book in self._books.items():
            if book.version(day) == PENDING:
                reasons.append(f"{name} is due and not fitted yet")
        shown = reasons[:_SHOWN_REASONS]
        return shown + ([f"and {len(reasons) - len(shown)} more"] if len(reasons) > len(shown) else [])

    def _earlier(self, day: date) -> list[date]:
        """Earlier days of the source that ``day`` reads."""
        if self._recipe.source_days_of is None:
            return []
        first, last = self._recipe.source_days_of(self._workspace.settings, day)
        return days_between(max(first, self._workspace.history_start), last)

    def _has_come(self, day: date) -> bool:
        """Whether every stream that the recipe reads has been delivered for the day."""
        if day not in self._come:
            source, stream = self._workspace.source, self._recipe.stream
            streams = source.streams if stream == ANY_STREAM else [Stream(str(stream))]
            self._come[day] = all(source.is_delivered(item, day) for item in streams)
        return self._come[day]

    def _window_reasons(self, reads: Reads, day: date) -> list[str]:
        if reads.is_whole:
            is_there = reads.is_optional or self._workspace.lake.exists(reads.asset, None)
            return [] if is_there else [f"{reads.asset} is missing"]
        if reads.is_sparse or not reads.is_read(self._workspace.settings):
            return []
        first, last = reads.window(day, self._workspace.history_start, self._workspace.settings)
        if reads.look_back_days is None:
            incomplete = self._incomplete(reads.asset, last)
            return [reason for when, reason in incomplete.items() if when <= last]
        reasons = (self._day_reason(reads.asset, when) for when in days_between(first, last))
        return [reason for reason in reasons if reason]

    def _incomplete(self, asset: str, last: date) -> dict[date, str]:
        done, gaps = self._gaps.get(asset, (None, {}))
        first = self._workspace.history_start if done is None else done + timedelta(days=1)
        for when in days_between(first, last):
            if reason := self._day_reason(asset, when):
                gaps[when] = reason
        self._gaps[asset] = (last if done is None else max(done, last), gaps)
        return gaps

    def forget(self) -> None:
        """Look at the lake afresh: call it between judging stored days and replacing them."""
        self._prefix.clear()
        self._gaps.clear()
        self._seen.clear()
        self._failures.clear()

    def _look(self, asset: str, day: date) -> tuple[str, str | None]:
        """Digest of a stored day, and why it is not final; each day is looked at once."""
        key = (asset, day)
        if key not in self._seen:
            entry = self._workspace.lake.entry(asset, day)
            record = entry[1] if entry else None
            self._seen[key] = (entry[0] if entry else _MISSING, self._reason(asset, day, record))
        return self._seen[key]

    def _day_reason(self, asset: str, day: date) -> str | None:
        return self._look(asset, day)[1]

    def _reason(self, asset: str, day: date, record: InputRecord | None) -> str | None:
        if record is None:
            return f"{asset} {day} is missing"
        if record.is_pending:
            return f"{asset} {day} is pending"
        if asset not in self._failures:
            self._failures[asset] = self._workspace.lake.failures(asset)
        if day in self._failures[asset]:
            return f"{asset} {day} failed its last attempt; its last good data is served"
        return None

    def _digest(self, reads: Reads, day: date) -> str:
        if reads.is_whole:
            return self._workspace.lake.digest(reads.asset, None) or _MISSING
        if not reads.is_read(self._workspace.settings):
            return _NOT_READ
        first, last = reads.window(day, self._workspace.history_start, self._workspace.settings)
        if reads.look_back_days is None:
            return self._prefix_digest(reads.asset, last)
        lines = [f"{when}:{self._look(reads.asset, when)[0]}" for when in days_between(first, last)]
        return _digest_of(lines)

    def _prefix_digest(self, asset: str, last: date) -> str:
        known = self._prefix.setdefault(asset, {})
        running = ""
        first = self._workspace.history_start
        if known and last not in known:
            done = next(reversed(known))  # filled in ascending order
            running, first = known[done], done + timedelta(days=1)
        for when in days_between(first, last) if last not in known else ():
            line = f"{running}|{when}:{self._look(asset, when)[0]}"
            running = hashlib.sha256(line.encode()).hexdigest()[:32]
            known[when] = running
        return known.get(last, "none")


def _digest_of(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]
