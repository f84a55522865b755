"""The lake: one Parquet file per asset and partition, staged, checked, then promoted atomically.

A partition's record of inputs travels inside its Parquet file (key-value metadata), so that one rename
replaces data and record together and a reader sees the old file or the new one, never half. Layout::

    <home>/lake/<zone>/<asset>/<YYYY-MM-DD>.parquet     daily
    <home>/lake/<zone>/<asset>/all.parquet              unpartitioned
    <home>/lake/restricted/.set_aside/<asset>/<day>.parquet   rows left out, each with its reason
    <home>/lake/<zone>/.failed/<asset>/<day>.parquet    a day that broke a check, kept for inspection
    <home>/lake/restricted/access.log                   who read which restricted table, when, what for
    <home>/lake/restricted/<asset>/<day>.removed.json   a day whose rows the retention took: its record and digest

Where the settings name an object store, the same names lie below its URL; a partition is then staged in memory and
promoted by one PUT, and the access log stays on this machine (``resources/places.py`` says what lies where).

Folders and files of the restricted zone are their owner's alone (modes 700 and 600), whatever the umask, and
sealed where the settings say so (``resources/encryption.py``).
"""

import contextlib
import json
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Any

import polars as pl

from resources.contract import FrameContract, Zone
from resources.entries import RECORD_KEY
from resources.errors import StorageError
from resources.input_record import InputRecord
from resources.lake_layout import WHOLE, LakeLayout, partition_name
from resources.stored_files import DIGEST_KEY, parquet_digest

__all__ = ["SET_ASIDE_SCHEMA", "InputRecord", "Lake", "Staged"]

SET_ASIDE_SCHEMA: dict[str, Any] = {"delivery_day": pl.Date, "row_id": pl.String, "reason": pl.String}


@dataclass(frozen=True)
class Staged:
    """A partition written beside its place and not yet visible to readers.

    Attributes:
        path: of the draft.
        asset: the table.
        partition: ISO day, or "all".
        content: its bytes where the store keeps no drafts.
    """

    path: PurePath
    asset: str
    partition: str
    content: bytes | None = None


class Lake(LakeLayout):
    """Stored tables by zone. Safe for parallel runs over different partitions."""

    def exists(self, asset: str, day: date | None) -> bool:
        """Whether the partition was ever promoted."""
        return self._is_there(self.path(asset, day))

    def days(self, asset: str) -> list[date]:
        """Promoted days, ascending."""
        names = [name.removesuffix(".parquet") for name in self._names(self.folder(asset), ".parquet")]
        return [date.fromisoformat(name) for name in names if name != WHOLE]

    def read(self, contract: FrameContract) -> pl.DataFrame:
        """An unpartitioned table; empty with the contract's schema when it was never stored."""
        path = self.path(contract.asset, None)
        if not self._is_there(path):
            return contract.empty()
        self._note_read(contract, [])
        return self.files.read([path])

    def read_days(
        self,
        contract: FrameContract,
        days: Iterable[date],
        columns: Sequence[str] | None = None,
        where: pl.Expr | None = None,
    ) -> pl.DataFrame:
        """Rows of the promoted ones among ``days``, in day order and stored order within a day.

        Args:
            contract: of the table.
            days: any; those that are not stored are left out.
            columns: None: all.
            where: only rows that it is true for; the others are never in memory together.
        """
        present = [day for day in sorted(set(days)) if self.exists(contract.asset, day)]
        if not present:
            return contract.empty() if columns is None else contract.empty().select(columns)
        self._note_read(contract, present)
        return self.files.read([self.path(contract.asset, day) for day in present], columns, where)

    def rows(self, asset: str, day: date | None, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Rows of one stored partition, without a line in the access log: for work that writes its own.

        Raises:
            FileNotFoundError: the partition is not stored.
        """
        return self.files.read([self.path(asset, day)], columns)

    def partitions(self, asset: str) -> list[date | None]:
        """Every stored partition: its days ascending, or None for an unpartitioned table."""
        return [None] if self.exists(asset, None) else list(self.days(asset))

    def _note_read(self, contract: FrameContract, days: Sequence[date]) -> None:
        if contract.zone is Zone.RESTRICTED:
            self.make_folder(self.state_root, Zone.RESTRICTED)
            self.access_log.note(contract.asset, days)

    def log_event(self, event: str, facts: Mapping[str, object]) -> None:
        """A line in the access log about something done for or to a guest; the guest as a keyed reference only."""
        self.make_folder(self.state_root, Zone.RESTRICTED)
        self.access_log.note_event(event, facts)

    def record(self, asset: str, day: date | None) -> InputRecord | None:
        """The partition's record of inputs, or None when it was never promoted."""
        entry = self.entry(asset, day)
        return entry[1] if entry else None

    def digest(self, asset: str, day: date | None) -> str | None:
        """SHA-256 of the promoted file without its timings (it covers the record, hence everything upstream)."""
        entry = self.entry(asset, day)
        return entry[0] if entry else None

    def entry(self, asset: str, day: date | None) -> tuple[str, InputRecord] | None:
        """:meth:`digest` and :meth:`record` in one look."""
        return self._entries.of(self.path(asset, day)) or self._removed(asset, day)

    def stage(self, contract: FrameContract, day: date | None, frame: pl.DataFrame, record: InputRecord) -> Staged:
        """Write a partition beside its place, invisible to readers.

        Raises:
            StorageError: the disk is full, or the folder can't be written; nothing half is left.
        """
        root = self.zone_root(contract.zone) / ".staging" / contract.asset
        path = root / f"{partition_name(day)}.{uuid.uuid4().hex}.parquet"
        is_restricted = contract.zone is Zone.RESTRICTED
        try:
            self.make_folder(root, contract.zone)
            content = self.files.draft(path, frame, metadata=_metadata(contract, frame, record), seal=is_restricted)
        except (OSError, pl.exceptions.ComputeError) as error:  # the Parquet writer reports a full disk as the latter
            with contextlib.suppress(OSError):
                self.files.store(path).remove(path)
            message = (
                f"{contract.asset} {partition_name(day)} can't be written to {root} ({error}); free space there or "
                "mend the rights of the folder, then run again: what was stored before is still served"
            )
            raise StorageError(message) from None
        return Staged(path, contract.asset, partition_name(day), content)

    def rewrite(self, contract: FrameContract, day: date | None, frame: pl.DataFrame, record: InputRecord) -> None:
        """Replace a stored partition in one step and leave everything kept beside it as it is (erasure)."""
        self._settle(self.stage(contract, day, frame, record), self.path(contract.asset, day))

    def _settle(self, staged: Staged, target: PurePath) -> None:
        stamp = self.files.store(target).settle(staged.path, staged.content, target)
        if staged.content is not None:
            self._entries.learn(target, staged.content, stamp)

    def remove_rows(self, asset: str, day: date) -> None:
        """Take a day's rows away for good; its record and digest stay, so that what was made of it stays valid."""
        path, entry = self.path(asset, day), self._entries.of(self.path(asset, day))
        if entry is not None:
            told = json.dumps({"digest": entry[0], "record": entry[1].to_json()}, sort_keys=True)
            self.files.replace(self._removed_path(asset, day), told.encode(), seal=True)
            self.files.store(path).remove(path)

    def removed_days(self, asset: str) -> list[date]:
        """Days whose rows were taken away by :meth:`remove_rows`, ascending."""
        return [date.fromisoformat(name.split(".")[0]) for name in self._names(self.folder(asset), ".removed.json")]

    def _removed_path(self, asset: str, day: date | None) -> PurePath:
        return self.folder(asset) / f"{partition_name(day)}.removed.json"

    def _removed(self, asset: str, day: date | None) -> tuple[str, InputRecord] | None:
        path = self._removed_path(asset, day)
        if day is None or self._zones[asset] is not Zone.RESTRICTED or not self._is_there(path):
            return None
        told = json.loads(self.files.content(path))
        return told["digest"], InputRecord.from_json(told["record"])

    def promote(self, staged: Staged) -> None:
        """Replace what was there by the staged partition, in one step; clears a kept failure."""
        self.gather(staged.asset)
        target = self.folder(staged.asset) / f"{staged.partition}.parquet"
        self.make_folder(target.parent, self._zones[staged.asset])
        self._settle(staged, target)
        failed = self.failed_folder(staged.asset)
        for name in (f"{staged.partition}.parquet", f"{staged.partition}.json"):
            self.files.store(failed).remove(failed / name)

    def keep_aside(self, staged: Staged, reasons: Sequence[str]) -> PurePath:
        """Keep a partition that broke a check for inspection; what was there goes on being served."""
        zone = self._zones[staged.asset]
        folder = self.make_folder(self.failed_folder(staged.asset), zone)
        target = folder / f"{staged.partition}.parquet"
        told = folder / f"{staged.partition}.json"
        self.files.replace(told, json.dumps(list(reasons), indent=1).encode(), seal=zone is Zone.RESTRICTED)
        self.files.store(target).settle(staged.path, staged.content, target)
        return target

    def failure(self, asset: str, day: date | None) -> list[str]:
        """Why the last attempt at the partition was kept aside; empty when the last attempt was promoted."""
        path = self.failed_folder(asset) / f"{partition_name(day)}.json"
        return json.loads(self.files.content(path)) if self._is_there(path) else []

    def failures(self, asset: str) -> set[date]:
        """Days whose last attempt was kept aside."""
        names = [name.removesuffix(".json") for name in self._names(self.failed_folder(asset), ".json")]
        return {date.fromisoformat(name) for name in names if name != WHOLE}

    def failed_files(self, asset: str) -> list[PurePath]:
        """Files with the rows of partitions that broke a check, by name."""
        folder = self.failed_folder(asset)
        return [folder / name for name in self._names(folder, ".parquet")]

    def store_set_aside(self, asset: str, day: date, rows: pl.DataFrame) -> None:
        """Keep the ids and reasons of rows that an asset left out on a day (restricted zone)."""
        path = self._set_aside_path(asset, day)
        folder = path.parent
        if rows.is_empty():
            self.files.store(path).remove(path)
            return
        self.make_folder(folder, Zone.RESTRICTED)
        part = folder / f".{day}.{uuid.uuid4().hex}"
        told = rows.select(*SET_ASIDE_SCHEMA).sort("row_id", "reason")
        content = self.files.draft(part, told, metadata=None, seal=True)
        self.files.store(path).settle(part, content, path)

    def drop_set_aside(self, asset: str, day: date) -> None:
        """Forget which rows an asset left out on a day; the counts stay in its record."""
        path = self._set_aside_path(asset, day)
        self.files.store(path).remove(path)

    def set_aside(self, asset: str, days: Iterable[date]) -> pl.DataFrame:
        """Rows that an asset left out on those days: ``delivery_day``, ``row_id``, ``reason``."""
        paths = [path for day in sorted(set(days)) if self._is_there(path := self._set_aside_path(asset, day))]
        return self.files.read(paths) if paths else pl.DataFrame(schema=SET_ASIDE_SCHEMA)

    def _set_aside_path(self, asset: str, day: date) -> PurePath:
        return self.zone_root(Zone.RESTRICTED) / ".set_aside" / asset / f"{day}.parquet"

    def sweep_staging(self, asset: str = "*", older_than_seconds: float = 0.0) -> int:
        """Remove unfinished files that a killed run left behind, of one table or all; returns how many.

        With 0 seconds it removes all: call it so with no run going on. A file is promoted moments after it is written.
        An object store holds no unfinished files.
        """
        latest, count = time.time() - older_than_seconds, 0
        for zone in Zone:
            root = self.zone_root(zone)
            if not isinstance(root, Path):
                continue
            patterns = (f".staging/{asset}/*.parquet", f".set_aside/{asset}/.*", f".failed/{asset}/.*", f"{asset}/.*")
            for path in (path for pattern in patterns for path in root.glob(pattern)):
                with contextlib.suppress(FileNotFoundError):  # another run promoted or removed it
                    if path.is_file() and path.stat().st_mtime <= latest:
                        path.unlink()
                        count += 1
        return count


def _metadata(contract: FrameContract, frame: pl.DataFrame, record: InputRecord) -> dict[str, str]:
    """What travels in the file beside its rows."""
    told = {RECORD_KEY: record.to_json()}
    if contract.timings:
        told[DIGEST_KEY] = parquet_digest(frame.drop(contract.timings), told)
    return told
