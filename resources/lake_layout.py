"""Where the lake's files lie and who may see them: paths, folders, access log; reading and writing is ``lake.py``'s."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path, PurePath
from typing import Self

from resources.access_log import AccessLog
from resources.contract import FrameContract, Zone
from resources.encryption import FileCipher
from resources.entries import Entries
from resources.errors import ContractError
from resources.object_store import ObjectStore
from resources.stored_files import StoredFiles

WHOLE = "all"
_OTHERS = 0o007  # mode bits of everybody else
_OWNER_FOLDER = 0o700


class LakeLayout:
    """Names every file of the lake.

    Args:
        root: of all zones; a path of this machine, or of an object store.
        zones: asset -> zone.
        restricted_root: of the restricted zone, where it lies elsewhere; a path of either kind.
        cipher: seals restricted files.
        objects: the object stores that the roots name.
        state_root: folder of this machine for the access log and what an erasure notes; the restricted zone itself
            where that is a folder of this machine.
        notes: file of this machine that remembers digests of objects.
    """

    def __init__(
        self,
        root: PurePath,
        zones: Mapping[str, Zone],
        restricted_root: PurePath | None = None,
        cipher: FileCipher | None = None,
        *,
        objects: Sequence[ObjectStore] = (),
        state_root: Path | None = None,
        notes: Path | None = None,
    ) -> None:
        self.root = root
        self._zones = dict(zones)
        self._folders: dict[str, PurePath] = {}  # every look at a day asks, tens of thousands a run
        self._restricted = restricted_root or root / Zone.RESTRICTED
        self._is_own_root = not isinstance(restricted_root, Path)
        self.state_root = state_root or Path(self._restricted)
        self.access_log = AccessLog(self.state_root)
        self.files = StoredFiles(cipher, objects)
        self.is_encrypted = cipher is not None
        self._entries = Entries(self.files, notes)
        self._gathered: set[str] = set()

    @classmethod
    def of(
        cls,
        home: Path,
        contracts: Iterable[FrameContract],
        restricted_root: Path | None = None,
        cipher: FileCipher | None = None,
    ) -> Self:
        """The lake under ``home`` with the zones that the contracts name."""
        return cls(home / "lake", {item.asset: item.zone for item in contracts}, restricted_root, cipher)

    def assets(self) -> dict[str, Zone]:
        """Every table that the lake may hold, with its zone."""
        return dict(self._zones)

    def zone_root(self, zone: Zone) -> PurePath:
        """Folder of a zone."""
        return self._restricted if zone is Zone.RESTRICTED else self.root / zone

    def folder(self, asset: str) -> PurePath:
        """Folder that holds the asset's partitions.

        Raises:
            ContractError: no contract names the asset.
        """
        if asset not in self._folders:
            if asset not in self._zones:
                message = f"unknown asset {asset!r}; known: {', '.join(sorted(self._zones))}"
                raise ContractError(message)
            self._folders[asset] = self.zone_root(self._zones[asset]) / asset
        return self._folders[asset]

    def address(self, asset: str) -> str:
        """Where the asset's partitions lie, as another program would name it: a folder or a URL."""
        folder = self.folder(asset)
        store = self.files.store(folder)
        return store.address(folder) if isinstance(store, ObjectStore) else str(folder)

    def path(self, asset: str, day: date | None) -> PurePath:
        """Where a partition lies once promoted; a ``Path`` where that is on this machine."""
        return self.folder(asset) / f"{partition_name(day)}.parquet"

    def _is_there(self, path: PurePath) -> bool:
        return self.files.store(path).stamp(path) is not None

    def _names(self, folder: PurePath, suffix: str) -> list[str]:
        """Names of the files in a folder that are no drafts."""
        names = self.files.store(folder).names(folder)
        return [name for name in names if name.endswith(suffix) and not name.startswith(".")]

    def failed_folder(self, asset: str) -> PurePath:
        """Folder of the asset's partitions that broke a check."""
        return self.folder(asset).parent / ".failed" / asset

    def look_afresh(self) -> None:
        """Forget what is remembered of object stores: what other processes wrote is seen at once."""
        for store in self.files.objects:
            store.look_afresh()

    def objects(self) -> Iterator[PurePath]:
        """Everything that lies in the object stores, what is no table included; asked for afresh."""
        for store in self.files.objects:
            yield from store.below(store.root)

    def gather(self, asset: str) -> int:
        """Bring home what an older version stored of a restricted table in another zone; returns how many partitions.

        What that zone holds of the table is removed, days that broke a check included. Looked for once per process, and
        on this machine only: objects under another zone's name are listed by nobody, and are the operator's to delete.
        """
        if self._zones[asset] is not Zone.RESTRICTED or asset in self._gathered:
            return 0
        self._gathered.add(asset)
        count = 0
        for left in (self.root / zone for zone in Zone if zone is not Zone.RESTRICTED):
            if not isinstance(left, Path):
                continue
            for path in sorted((left / asset).glob("*.parquet")):
                home = self.folder(asset) / path.name
                if not self._is_there(home):
                    self.make_folder(self.folder(asset), Zone.RESTRICTED)
                    self.files.replace(home, path.read_bytes(), seal=True)
                    count += 1
            for folder in (left / asset, left / ".failed" / asset, left / ".staging" / asset):
                shutil.rmtree(folder, ignore_errors=True)
        return count

    def make_folder(self, folder: PurePath, zone: Zone) -> PurePath:
        """Make a folder of a zone where it is missing; those of the restricted zone are their owner's alone.

        A restricted root of the operator's own choice may stay open to a group, never to everybody.
        """
        if zone is not Zone.RESTRICTED or not isinstance(folder, Path):
            self.files.store(folder).make_folder(folder)
            return folder
        root = self.state_root
        root.parent.mkdir(parents=True, exist_ok=True)
        for level in (root, *reversed([item for item in folder.parents if root in item.parents]), folder):
            level.mkdir(mode=_OWNER_FOLDER, exist_ok=True)
        mode = root.stat().st_mode & 0o777
        wanted = _OWNER_FOLDER if self._is_own_root else mode & ~_OTHERS
        if mode != wanted:
            root.chmod(wanted)
        return folder


def partition_name(day: date | None) -> str:
    """Name of a partition: the ISO day, or ``all``."""
    return WHOLE if day is None else day.isoformat()
