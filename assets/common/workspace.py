"""Everything that an asset may touch outside its arguments, built once per process and lazily."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from resources.contract import FrameContract, Zone
from resources.encryption import FileCipher
from resources.lake import Lake
from resources.places import Places, places_of
from resources.records import RecordBook, RecordStore
from resources.secret_keys import SecretKey, load_restricted_key, load_secret_key
from resources.settings import Settings, digest_of
from resources.sources.base import Source


@dataclass(frozen=True, kw_only=True)
class StepProgress:
    """One line of progress for a person: which asset, how many rows, how long, how its checks went."""

    asset: str
    rows: int
    seconds: float
    days: int | None = None
    failed_days: int = 0
    pending_days: int = 0
    checks: int = 0
    checks_failed: int = 0
    warnings: int = 0
    note: str = ""


@dataclass
class Workspace:
    """The one Dagster resource, ``stayworth``: settings, lake, records, source and lazy services.

    Attributes:
        settings: all settings, validated.
        contracts: asset -> contract, for every table of every room.
        room_settings: settings section -> its dataclass.
        history_start: first delivery day of the pipeline.
        services: name -> factory, called at the first use (encoders, ledger, model store, ...).
        progress: called after each step (the command line prints a line), or None.
        build_source: makes the source at its first use, so that loading definitions reads no data.
        early_fits_of: record -> days of history after which it is fitted before the calendar's first cut-off; asked at
            the first use, since the answer lies with the declared assets.
        world: name below which an object store keeps what belongs to this source; "" for none.
    """

    settings: Settings
    contracts: Mapping[str, FrameContract]
    room_settings: Mapping[str, type]
    history_start: date
    build_source: Callable[[Settings], Source]
    services: Mapping[str, Callable[["Workspace"], Any]] = field(default_factory=dict)
    progress: Callable[["StepProgress"], None] | None = None
    early_fits_of: Callable[[str], Sequence[int]] = lambda _name: ()
    world: str = ""
    _built: dict[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def places(self) -> Places:
        """Where the lake and the models are kept."""
        return places_of(self.settings.home, self.settings.core, self.world)

    @cached_property
    def lake(self) -> Lake:
        """Stored tables."""
        cipher = FileCipher(load_restricted_key().material) if self.settings.core.encrypt_restricted else None
        return self.places.lake(self.contracts.values(), cipher)

    @cached_property
    def record_store(self) -> RecordStore:
        """Fitted records."""
        root = self.places.root / Zone.INTERNAL
        return RecordStore(root, self.places.store(root))

    @cached_property
    def source(self) -> Source:
        """Where rows come from."""
        return self.build_source(self.settings)

    def reopen_source(self) -> None:
        """Let the next use of the source look at it afresh: a process that lives on must see what came since."""
        old = self.__dict__.pop("source", None)
        close = getattr(old, "close", None)
        if close is not None:
            close()

    @cached_property
    def key(self) -> SecretKey:
        """Key of the keyed hashes."""
        return load_secret_key(self.settings.home, self.settings.core.source)

    def resource(self, name: str) -> Any:
        """A lazy service by name.

        Raises:
            KeyError: no such service is registered.
        """
        if name not in self._built:
            self._built[name] = self.services[name](self)
        return self._built[name]

    def tell(self, step: StepProgress) -> None:
        """Report a finished step to whoever watches."""
        if self.progress is not None:
            self.progress(step)

    def record_book(self, name: str) -> RecordBook:
        """The fitted records of one name, read afresh from disk."""
        early = tuple(self.early_fits_of(name))
        return RecordBook(name, self.history_start, self.settings.core.fit_every_days, self.record_store, early)

    def settings_digest(self, section: str, table: str) -> str:
        """Hash of the room's settings that a table depends on, the seed and the calendar, for the record of inputs."""
        core = self.settings.core
        room = self.room_settings.get(section)
        built = self.settings.room(section, room) if room else {}
        calendar = (core.fit_every_days, core.time_zone, core.currency, str(self.history_start))
        return digest_of(built, core.seed, *calendar, table=table)
