"""The lake: one Parquet file per asset and partition, staged, checked, then promoted atomically.

A partition's record of inputs travels inside its Parquet file (key-value metadata), so that one rename
replaces data and record together and a reader sees the old file or the new one, never half. Layout::

    <home>/lake/<zone>/<asset>/<YYYY-MM-DD>.parquet     daily
    <home>/lake/<zone>/<asset>/all.parquet              unpartitioned
    <home>/lake/restricted/.set_aside/<asset>/<day>.parquet   rows left out, each with its reason
    <home>/lake/<zone>/.failed/<asset>/<day>.parquet    a day that broke a check, kept for inspection
    <home>/lake/restricted/access.log                   who read which restricted table, when, what for
    <home>/lake/restricted/<asset>/<day>.removed.json   a day whose rows the retention took: its record and digest

Folders and files of the restricted zone are their owner's alone (modes 700 and 600), whatever the umask, and
sealed where the settings say so (``resources/encryption.py``).
"""

import contextlib
import json
import os
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from resources.access_log import AccessLog
from resources.contract import FrameContract, Zone
from resources.encryption import FileCipher
from resources.errors import ContractError, StorageError
from resources.input_record import InputRecord
from resources.stored_files import DIGEST_KEY, StoredFiles, parquet_digest

__all__ = ["SET_ASIDE_SCHEMA", "InputRecord", "Lake", "Staged"]

_RECORD_KEY = "stayworth_record"
_WHOLE = "all"
_OTHERS = 0o007  # mode bits of everybody else
_OWNER_FOLDER, _OWNER_FILE = 0o700, 0o600
SET_ASIDE_SCHEMA: dict[str, Any] = {"delivery_day": pl.Date, "row_id": pl.String, "reason": pl.String}


@dataclass(frozen=True)
class Staged:
    """A partition written beside its place and not yet visible to readers."""

    path: Path
    asset: str
    partition: str


class Lake:
    """Stored tables by zone. Safe for parallel runs over different partitions."""

    def __init__(
        self,
        root: Path,
        zones: Mapping[str, Zone],
        restricted_root: Path | None = None,
        cipher: FileCipher | None = None,
    ) -> None:
        self.root = root
        self._zones = dict(zones)
        self._restricted = restricted_root or root / Zone.RESTRICTED
        self._is_own_root = restricted_root is None
        self.access_log = AccessLog(self._restricted)
        self.files = StoredFiles(cipher)
        self.is_encrypted = cipher is not None
        self._seen: dict[Path, tuple[tuple[int, int, int], str, InputRecord]] = {}

    @classmethod
    def of(
        cls,
        home: Path,
        contracts: Iterable[FrameContract],
        restricted_root: Path | None = None,
        cipher: FileCipher | None = None,
    ) -> "Lake":
        """The lake under ``home`` with the zones that the contracts name."""
        return cls(home / "lake", {item.asset: item.zone for item in contracts}, restricted_root, cipher)

    def assets(self) -> dict[str, Zone]:
        """Every table that the lake may hold, with its zone."""
        return dict(self._zones)

    def zone_root(self, zone: Zone) -> Path:
        """Folder of a zone."""
        return self._restricted if zone is Zone.RESTRICTED else self.root / zone

    def folder(self, asset: str) -> Path:
        """Folder that holds the asset's partitions.

        Raises:
            ContractError: no contract names the asset.
        """
        if asset not in self._zones:
            message = f"unknown asset {asset!r}; known: {', '.join(sorted(self._zones))}"
            raise ContractError(message)
        return self.zone_root(self._zones[asset]) / asset

    def path(self, asset: str, day: date | None) -> Path:
        """Where a partition lies once promoted."""
        return self.folder(asset) / f"{_partition(day)}.parquet"

    def exists(self, asset: str, day: date | None) -> bool:
        """Whether the partition was ever promoted."""
        return self.path(asset, day).exists()

    def days(self, asset: str) -> list[date]:
        """Promoted days, ascending."""
        folder = self.folder(asset)
        names = sorted(path.stem for path in folder.glob("*.parquet")) if folder.exists() else []
        return [date.fromisoformat(name) for name in names if name != _WHOLE]

    def read(self, contract: FrameContract) -> pl.DataFrame:
        """An unpartitioned table; empty with the contract's schema when it was never stored."""
        path = self.path(contract.asset, None)
        if not path.exists():
            return contract.empty()
        self._note_read(contract, [])
        return self.files.read([path])

    def read_days(self, contract: FrameContract, days: Iterable[date]) -> pl.DataFrame:
        """Rows of the promoted ones among ``days``, in day order and stored order within a day."""
        present = [day for day in sorted(set(days)) if self.exists(contract.asset, day)]
        if not present:
            return contract.empty()
        self._note_read(contract, present)
        return self.files.read([self.path(contract.asset, day) for day in present])

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
            self.make_folder(self._restricted, Zone.RESTRICTED)
            self.access_log.note(contract.asset, days)

    def log_event(self, event: str, facts: Mapping[str, object]) -> None:
        """A line in the access log about something done for or to a guest; the guest as a keyed reference only."""
        self.make_folder(self._restricted, Zone.RESTRICTED)
        self.access_log.note_event(event, facts)

    def record(self, asset: str, day: date | None) -> InputRecord | None:
        """The partition's record of inputs, or None when it was never promoted."""
        entry = self._entry(self.path(asset, day)) or self._removed(asset, day)
        return entry[1] if entry else None

    def digest(self, asset: str, day: date | None) -> str | None:
        """SHA-256 of the promoted file without its timings (it covers the record, hence everything upstream)."""
        entry = self._entry(self.path(asset, day)) or self._removed(asset, day)
        return entry[0] if entry else None

    def _entry(self, path: Path) -> tuple[str, InputRecord] | None:
        try:
            stat = path.stat()
        except FileNotFoundError:
            return None
        stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        known = self._seen.get(path)
        if known is None or known[0] != stamp:
            digest, text = self.files.metadata(path, _RECORD_KEY)
            known = (stamp, digest, InputRecord.from_json(text))
            self._seen[path] = known
        return known[1], known[2]

    def stage(self, contract: FrameContract, day: date | None, frame: pl.DataFrame, record: InputRecord) -> Staged:
        """Write a partition beside its place, invisible to readers.

        Raises:
            StorageError: the disk is full, or the folder can't be written; nothing half is left.
        """
        root = self.zone_root(contract.zone) / ".staging" / contract.asset
        path = root / f"{_partition(day)}.{uuid.uuid4().hex}.parquet"
        is_restricted = contract.zone is Zone.RESTRICTED
        try:
            self.make_folder(root, contract.zone)
            self.files.write(path, frame, metadata=_metadata(contract, frame, record), seal=is_restricted)
            self._protect(path, contract.zone)
        except (OSError, pl.exceptions.ComputeError) as error:  # the Parquet writer reports a full disk as the latter
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            message = (
                f"{contract.asset} {_partition(day)} can't be written to {root} ({error}); free space there or mend "
                "the rights of the folder, then run again: what was stored before is still served"
            )
            raise StorageError(message) from None
        return Staged(path, contract.asset, _partition(day))

    def rewrite(self, contract: FrameContract, day: date | None, frame: pl.DataFrame, record: InputRecord) -> None:
        """Replace a stored partition in one rename and leave everything kept beside it as it is (erasure)."""
        staged = self.stage(contract, day, frame, record)
        os.replace(staged.path, self.path(contract.asset, day))  # noqa: PTH105

    def remove_rows(self, asset: str, day: date) -> None:
        """Take a day's rows away for good; its record and digest stay, so that what was made of it stays valid."""
        path, entry = self.path(asset, day), self._entry(self.path(asset, day))
        if entry is not None:
            told = json.dumps({"digest": entry[0], "record": entry[1].to_json()}, sort_keys=True)
            self.files.replace(self._removed_path(asset, day), told.encode(), seal=True)
            path.unlink()
            self._seen.pop(path, None)

    def removed_days(self, asset: str) -> list[date]:
        """Days whose rows were taken away by :meth:`remove_rows`, ascending."""
        names = sorted(path.name for path in self.folder(asset).glob("*.removed.json"))
        return [date.fromisoformat(name.split(".")[0]) for name in names]

    def _removed_path(self, asset: str, day: date | None) -> Path:
        return self.folder(asset) / f"{_partition(day)}.removed.json"

    def _removed(self, asset: str, day: date | None) -> tuple[str, InputRecord] | None:
        path = self._removed_path(asset, day)
        if day is None or self._zones[asset] is not Zone.RESTRICTED or not path.exists():
            return None
        told = json.loads(self.files.content(path))
        return told["digest"], InputRecord.from_json(told["record"])

    def promote(self, staged: Staged) -> None:
        """Replace what was there by the staged partition, in one rename; clears a kept failure."""
        target = self.folder(staged.asset) / f"{staged.partition}.parquet"
        self.make_folder(target.parent, self._zones[staged.asset])
        os.replace(staged.path, target)  # noqa: PTH105  (atomic on POSIX, documented as such)
        for name in (f"{staged.partition}.parquet", f"{staged.partition}.json"):
            (self.failed_folder(staged.asset) / name).unlink(missing_ok=True)

    def keep_aside(self, staged: Staged, reasons: Sequence[str]) -> Path:
        """Keep a partition that broke a check for inspection; what was there goes on being served."""
        zone = self._zones[staged.asset]
        folder = self.make_folder(self.failed_folder(staged.asset), zone)
        target = folder / f"{staged.partition}.parquet"
        told = folder / f"{staged.partition}.json"
        self.files.replace(told, json.dumps(list(reasons), indent=1).encode(), seal=zone is Zone.RESTRICTED)
        os.replace(staged.path, target)  # noqa: PTH105
        return target

    def failure(self, asset: str, day: date | None) -> list[str]:
        """Why the last attempt at the partition was kept aside; empty when the last attempt was promoted."""
        path = self.failed_folder(asset) / f"{_partition(day)}.json"
        return json.loads(self.files.content(path)) if path.exists() else []

    def failures(self, asset: str) -> set[date]:
        """Days whose last attempt was kept aside."""
        folder = self.failed_folder(asset)
        return {date.fromisoformat(path.stem) for path in folder.glob("*-*.json")} if folder.exists() else set()

    def failed_folder(self, asset: str) -> Path:
        """Folder of the asset's partitions that broke a check."""
        return self.folder(asset).parent / ".failed" / asset

    def store_set_aside(self, asset: str, day: date, rows: pl.DataFrame) -> None:
        """Keep the ids and reasons of rows that an asset left out on a day (restricted zone)."""
        path = self._set_aside_path(asset, day)
        folder = path.parent
        if rows.is_empty():
            path.unlink(missing_ok=True)
            return
        self.make_folder(folder, Zone.RESTRICTED)
        part = folder / f".{day}.{uuid.uuid4().hex}"
        self.files.write(part, rows.select(*SET_ASIDE_SCHEMA).sort("row_id", "reason"), metadata=None, seal=True)
        self._protect(part, Zone.RESTRICTED)
        os.replace(part, path)  # noqa: PTH105

    def drop_set_aside(self, asset: str, day: date) -> None:
        """Forget which rows an asset left out on a day; the counts stay in its record."""
        self._set_aside_path(asset, day).unlink(missing_ok=True)

    def set_aside(self, asset: str, days: Iterable[date]) -> pl.DataFrame:
        """Rows that an asset left out on those days: ``delivery_day``, ``row_id``, ``reason``."""
        paths = [path for day in sorted(set(days)) if (path := self._set_aside_path(asset, day)).exists()]
        return self.files.read(paths) if paths else pl.DataFrame(schema=SET_ASIDE_SCHEMA)

    def _set_aside_path(self, asset: str, day: date) -> Path:
        return self.zone_root(Zone.RESTRICTED) / ".set_aside" / asset / f"{day}.parquet"

    def make_folder(self, folder: Path, zone: Zone) -> Path:
        """Make a folder of a zone where it is missing; those of the restricted zone are their owner's alone.

        A restricted root of the operator's own choice may stay open to a group, never to everybody.
        """
        if zone is not Zone.RESTRICTED:
            folder.mkdir(parents=True, exist_ok=True)
            return folder
        root = self._restricted
        root.parent.mkdir(parents=True, exist_ok=True)
        for level in (root, *reversed([item for item in folder.parents if root in item.parents]), folder):
            level.mkdir(mode=_OWNER_FOLDER, exist_ok=True)
        mode = root.stat().st_mode & 0o777
        wanted = _OWNER_FOLDER if self._is_own_root else mode & ~_OTHERS
        if mode != wanted:
            root.chmod(wanted)
        return folder

    @staticmethod
    def _protect(path: Path, zone: Zone) -> None:
        if zone is Zone.RESTRICTED:
            path.chmod(_OWNER_FILE)

    def sweep_staging(self, asset: str = "*", older_than_seconds: float = 0.0) -> int:
        """Remove unfinished files that a killed run left behind, of one table or all; returns how many.

        With 0 seconds it removes all: call it so with no run going on. A file is promoted moments after it is written.
        """
        latest, count = time.time() - older_than_seconds, 0
        for zone in Zone:
            root = self.zone_root(zone)
            patterns = (f".staging/{asset}/*.parquet", f".set_aside/{asset}/.*", f".failed/{asset}/.*", f"{asset}/.*")
            for path in (path for pattern in patterns for path in root.glob(pattern)):
                with contextlib.suppress(FileNotFoundError):  # another run promoted or removed it
                    if path.is_file() and path.stat().st_mtime <= latest:
                        path.unlink()
                        count += 1
        return count


def _partition(day: date | None) -> str:
    return _WHOLE if day is None else day.isoformat()


def _metadata(contract: FrameContract, frame: pl.DataFrame, record: InputRecord) -> dict[str, str]:
    """What travels in the file beside its rows."""
    told = {_RECORD_KEY: record.to_json()}
    if contract.timings:
        told[DIGEST_KEY] = parquet_digest(frame.drop(contract.timings), told)
    return told
