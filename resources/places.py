"""What lies where: a folder of this machine by default, an object store where the settings name one.

Objects: the tables of all zones with what is set or kept aside, fitted records, trained models. On this machine
always: the access log, tombstones and the journal of an erasure (they are appended to, or must be there when the
store is not), the ledger of the privacy budget (a database with transactions), orchestration storage, reports, caches.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from resources.contract import FrameContract, Zone
from resources.encryption import FileCipher
from resources.file_store import FileStore
from resources.lake import Lake
from resources.object_store import ObjectStore
from resources.settings import CoreSettings
from resources.stored_files import StoredFiles

_NOTES = "objects.sqlite"


@dataclass(frozen=True)
class Places:
    """Roots of what is stored; an object's path is pure, a local one a ``Path``.

    Attributes:
        root: of the zones.
        restricted: of the restricted zone where it does not lie below ``root``.
        state: folder of this machine for what the restricted zone keeps beside its tables.
        objects: the stores that the roots name.
        notes: file of this machine that remembers digests of objects.
    """

    root: PurePath
    restricted: PurePath | None
    state: Path
    objects: tuple[ObjectStore, ...]
    notes: Path

    @property
    def models(self) -> PurePath:
        """Folder of the trained models, in the restricted zone: trees split at exact values of customers."""
        return (self.restricted or self.root / Zone.RESTRICTED) / "models"

    def lake(self, contracts: Iterable[FrameContract], cipher: FileCipher | None = None) -> Lake:
        """The lake at these places with the zones that the contracts name."""
        zones = {item.asset: item.zone for item in contracts}
        return Lake(self.root, zones, self.restricted, cipher,
                    objects=self.objects, state_root=self.state, notes=self.notes)  # fmt: skip

    def store(self, path: PurePath) -> FileStore:
        """Where files of a path are kept."""
        return StoredFiles(objects=self.objects).store(path)


def places_of(home: Path, core: CoreSettings, world: str = "") -> Places:
    """The places that the settings describe.

    Args:
        home: the pipeline's home.
        core: names the URLs.
        world: kept apart from other worlds below the same URL by its name; local worlds are moved aside instead.
    """
    main = ObjectStore(_below(core.lake_url, world)) if core.lake_url else None
    vault = ObjectStore(_below(core.restricted_url, world)) if core.restricted_url else None
    return Places(
        root=main.root if main else home / "lake",
        restricted=vault.root if vault else core.restricted_root,
        state=core.restricted_root or home / "lake" / Zone.RESTRICTED,
        objects=tuple(store for store in (vault, main) if store is not None),
        notes=home / "cache" / _NOTES,
    )


def _below(url: str, world: str) -> str:
    return "/".join(part for part in (url.rstrip("/"), world) if part)
