"""The lake: one Parquet file per asset and partition, staged, checked, then promoted atomically.

A partition's record of inputs travels inside its Parquet file (key-value metadata), so that one rename
replaces data and record together and a reader sees the old file or the new one, never half. Layout::

    <home>/lake/<zone>/<asset>/<YYYY-MM-DD>.parquet     daily
    <home>/lake/<zone>/<asset>/all.parquet              unpartitioned
    <home>/lake/restricted/.set_aside/<asset>/<day>.parquet   rows left out, each with its reason
    <home>/lake/<zone>/.failed/<asset>/<day>.parquet    a day that broke a check, kept for inspection
    <home>/lake/restricted/access.log                   who read which restricted table, when, what for

Folders and files of the restricted zone are their owner's alone (modes 700 and 600), whatever the umask.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from resources.access_log import AccessLog
from resources.contract import FrameContract, Zone
from resources.errors import ContractError

_RECORD_KEY = "stayworth_record"
_WHOLE = "all"
_OTHERS = 0o007  # mode bits of everybody else
_OWNER_FOLDER, _OWNER_FILE = 0o700, 0o600
SET_ASIDE_SCHEMA: dict[str, Any] = {"delivery_day": pl.Date, "row_id": pl.String, "reason": pl.String}


@dataclass(frozen=True, kw_only=True)
class InputRecord:
    """What one stored partition was made from. Holds nothing that differs between two equal runs.

    Attributes:
        asset: the table.
        partition: ISO day, or "all".
        inputs: upstream asset -> digest of the partitions read, in day order.
        records: fitted record -> version in force ("start" before the first cut-off).
        settings: digest of the settings that were read.
        code_version: of the asset.
        rows_in: rows of the conserved upstream table, where there is one.
        rows_out: rows stored.
        set_aside: reason -> rows left out.
        pending: why the partition is not final; empty when it is.
    """

    asset: str
    partition: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, str] = field(default_factory=dict)
    settings: str = ""
    code_version: str = ""
    rows_in: int | None = None
    rows_out: int = 0
    set_aside: Mapping[str, int] = field(default_factory=dict)
    pending: Sequence[str] = ()

    @property
    def is_pending(self) -> bool:
        """Whether something it reads was missing, failed or itself pending."""
        return bool(self.pending)

    def same_inputs(self, other: "InputRecord | None") -> bool:
        """Whether another record was made from the same inputs, settings, code and fits."""
        return other is not None and all(
            getattr(self, name) == getattr(other, name)
            for name in ("asset", "partition", "inputs", "records", "settings", "code_version")
        )

    def to_json(self) -> str:
        """Canonical text (sorted keys)."""
        return json.dumps({**asdict(self), "pending": list(self.pending)}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "InputRecord":
        """Inverse of :meth:`to_json`."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Staged:
    """A partition written beside its place and not yet visible to readers."""

    path: Path
    asset: str
    partition: str


class Lake:
    """Stored tables by zone. Safe for parallel runs over different partitions."""

    def __init__(self, root: Path, zones: Mapping[str, Zone], restricted_root: Path | None = None) -> None:
        self.root = root
        self._zones = dict(zones)
        self._restricted = restricted_root or root / Zone.RESTRICTED
        self._is_own_root = restricted_root is None
        self._access_log = AccessLog(self._restricted)
        self._seen: dict[Path, tuple[tuple[int, int, int], str, InputRecord]] = {}

    @classmethod
    def of(cls, home: Path, contracts: Iterable[FrameContract], restricted_root: Path | None = None) -> "Lake":
        """The lake under ``home`` with the zones that the contracts name."""
        return cls(home / "lake", {item.asset: item.zone for item in contracts}, restricted_root)

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
        return pl.read_parquet(path)

    def read_days(self, contract: FrameContract, days: Iterable[date]) -> pl.DataFrame:
        """Rows of the promoted ones among ``days``, in day order and stored order within a day."""
        present = [day for day in sorted(set(days)) if self.exists(contract.asset, day)]
        if not present:
            return contract.empty()
        self._note_read(contract, present)
        paths = [self.path(contract.asset, day) for day in present]
        return pl.read_parquet(paths, hive_partitioning=False, glob=False).rechunk()

    def _note_read(self, contract: FrameContract, days: Sequence[date]) -> None:
        if contract.zone is Zone.RESTRICTED:
            self._make_folder(self._restricted, Zone.RESTRICTED)
            self._access_log.note(contract.asset, days)

    def record(self, asset: str, day: date | None) -> InputRecord | None:
        """The partition's record of inputs, or None when it was never promoted."""
        entry = self._entry(self.path(asset, day))
        return entry[1] if entry else None

    def digest(self, asset: str, day: date | None) -> str | None:
        """SHA-256 of the promoted file (it covers the record, hence everything upstream)."""
        entry = self._entry(self.path(asset, day))
        return entry[0] if entry else None

    def _entry(self, path: Path) -> tuple[str, InputRecord] | None:
        try:
            stat = path.stat()
        except FileNotFoundError:
            return None
        stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        known = self._seen.get(path)
        if known is None or known[0] != stamp:
            text = pl.read_parquet_metadata(path)[_RECORD_KEY]
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            known = (stamp, digest, InputRecord.from_json(text))
            self._seen[path] = known
        return known[1], known[2]

    def stage(self, contract: FrameContract, day: date | None, frame: pl.DataFrame, record: InputRecord) -> Staged:
        """Write a partition beside its place, invisible to readers."""
        root = self._make_folder(self.zone_root(contract.zone) / ".staging" / contract.asset, contract.zone)
        path = root / f"{_partition(day)}.{uuid.uuid4().hex}.parquet"
        frame.rechunk().write_parquet(
            path, compression="zstd", compression_level=3, statistics=True, metadata={_RECORD_KEY: record.to_json()}
        )
        self._protect(path, contract.zone)
        return Staged(path, contract.asset, _partition(day))

    def promote(self, staged: Staged) -> None:
        """Replace what was there by the staged partition, in one rename; clears a kept failure."""
        target = self.folder(staged.asset) / f"{staged.partition}.parquet"
        self._make_folder(target.parent, self._zones[staged.asset])
        os.replace(staged.path, target)  # noqa: PTH105  (atomic on POSIX, documented as such)
        for name in (f"{staged.partition}.parquet", f"{staged.partition}.json"):
            (self._failed_folder(staged.asset) / name).unlink(missing_ok=True)

    def keep_aside(self, staged: Staged, reasons: Sequence[str]) -> Path:
        """Keep a partition that broke a check for inspection; what was there goes on being served."""
        zone = self._zones[staged.asset]
        folder = self._make_folder(self._failed_folder(staged.asset), zone)
        target = folder / f"{staged.partition}.parquet"
        told = folder / f"{staged.partition}.json"
        told.write_text(json.dumps(list(reasons), indent=1), "utf-8")
        self._protect(told, zone)
        os.replace(staged.path, target)  # noqa: PTH105
        return target

    def failure(self, asset: str, day: date | None) -> list[str]:
        """Why the last attempt at the partition was kept aside; empty when the last attempt was promoted."""
        path = self._failed_folder(asset) / f"{_partition(day)}.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else []

    def failures(self, asset: str) -> set[date]:
        """Days whose last attempt was kept aside."""
        folder = self._failed_folder(asset)
        return {date.fromisoformat(path.stem) for path in folder.glob("*-*.json")} if folder.exists() else set()

    def _failed_folder(self, asset: str) -> Path:
        return self.folder(asset).parent / ".failed" / asset

    def store_set_aside(self, asset: str, day: date, rows: pl.DataFrame) -> None:
        """Keep the ids and reasons of rows that an asset left out on a day (restricted zone)."""
        folder = self.zone_root(Zone.RESTRICTED) / ".set_aside" / asset
        path = folder / f"{day}.parquet"
        if rows.is_empty():
            path.unlink(missing_ok=True)
            return
        self._make_folder(folder, Zone.RESTRICTED)
        part = folder / f".{day}.{uuid.uuid4().hex}"
        rows.select(*SET_ASIDE_SCHEMA).sort("row_id", "reason").rechunk().write_parquet(part)
        self._protect(part, Zone.RESTRICTED)
        os.replace(part, path)  # noqa: PTH105

    def set_aside(self, asset: str, days: Iterable[date]) -> pl.DataFrame:
        """Rows that an asset left out on those days: ``delivery_day``, ``row_id``, ``reason``."""
        folder = self.zone_root(Zone.RESTRICTED) / ".set_aside" / asset
        paths = [path for day in sorted(set(days)) if (path := folder / f"{day}.parquet").exists()]
        return pl.read_parquet(paths, glob=False) if paths else pl.DataFrame(schema=SET_ASIDE_SCHEMA)

    def _make_folder(self, folder: Path, zone: Zone) -> Path:
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

    def sweep_staging(self) -> int:
        """Remove staged files that a killed run left behind; returns how many. Call with no run going on."""
        count = 0
        for root in (self.zone_root(zone) for zone in Zone):
            for path in (root / ".staging").glob("*/*.parquet"):
                path.unlink(missing_ok=True)
                count += 1
        return count


def _partition(day: date | None) -> str:
    return _WHOLE if day is None else day.isoformat()
