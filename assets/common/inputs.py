"""What a verb may see: the days asked for, stored rows of its reads, records in force, settings."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from assets.common.effects import Effect
from assets.common.pieces import pieces
from assets.common.reads import Reads, days_between
from assets.common.seeding import generator_of
from assets.common.workspace import Workspace
from resources.contract import CheckOutcome, FrameContract
from resources.errors import ContractError
from resources.lake import InputRecord
from resources.records import RecordBook
from resources.secret_keys import SecretKey
from resources.settings import Settings
from resources.sources.base import Source


@dataclass(frozen=True)
class Produced:
    """What a daily verb gives back.

    Attributes:
        frame: rows of the asked days in the contract's columns, any order.
        set_aside: ``delivery_day``, ``row_id``, ``reason`` of rows left out, or None.
        rows_in: rows that came in per day, for tables whose input is not an asset (the source) or is left unread.
        metadata: shown with the materialisation (numbers, text, Markdown when the name ends in ``_md``).
    """

    frame: pl.DataFrame
    set_aside: pl.DataFrame | None = None
    rows_in: Mapping[date, int] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WholeProduced:
    """What an unpartitioned verb gives back when it has more than rows.

    Attributes:
        frame: the table.
        metadata: shown beside it.
        outcomes: of checks that need what the verb read; declared as ``further_checks``.
        effects: what is to happen outside the table once its checks have passed (``assets/common/step.py``).
    """

    frame: pl.DataFrame
    metadata: Mapping[str, Any] = field(default_factory=dict)
    outcomes: Sequence[CheckOutcome] = ()
    effects: Sequence[Effect] = ()


@dataclass(frozen=True)
class _Inputs(ABC):
    """What every verb may see; verbs ask here and never the workspace, so that lineage knows each read (tested)."""

    workspace: Workspace
    reads: Sequence[Reads]
    fits: Sequence[str] = field(default=(), kw_only=True)

    @property
    def settings(self) -> Settings:
        """All settings."""
        return self.workspace.settings

    @property
    def source(self) -> Source:
        """Where rows come from."""
        return self.workspace.source

    @property
    def key(self) -> SecretKey:
        """Key of the keyed hashes."""
        return self.workspace.key

    @property
    def first_day(self) -> date:
        """First day of the pipeline's history."""
        return self.workspace.history_start

    def resource(self, name: str) -> Any:
        """A service by name: ``encoders``, ``ledger``, ``model_store``."""
        return self.workspace.resource(name)

    @abstractmethod
    def days_of(self, asset: str) -> list[date]:
        """The days of a table that may be read, ascending."""

    def part(
        self, asset: str, days: Sequence[date], columns: Sequence[str] | None = None, where: pl.Expr | None = None
    ) -> pl.DataFrame:
        """Stored rows of some of :meth:`days_of`, in some of the columns: where few of many rows are needed.

        Args:
            asset: a table that is declared in ``reads``.
            days: any of :meth:`days_of`.
            columns: None: all.
            where: only rows that it is true for.

        Raises:
            ContractError: a day is not among those that may be read.
        """
        if beyond := set(days) - set(self.days_of(asset)):
            message = f"{asset} of {min(beyond)} is read, which no look-back declared in reads reaches"
            raise ContractError(message)
        return self.workspace.lake.read_days(self.workspace.contracts[asset], days, columns, where)

    def history(self, asset: str, columns: Sequence[str], where: pl.Expr | None = None) -> pl.DataFrame:
        """Some columns, and with ``where`` some rows, of all of :meth:`days_of`: memory follows what is read."""
        return self.part(asset, self.days_of(asset), columns, where)

    def stored_days(self, asset: str) -> list[date]:
        """Those of :meth:`days_of` that are stored, ascending."""
        stored = set(self.workspace.lake.days(asset))
        return [day for day in self.days_of(asset) if day in stored]

    def removed_days(self, asset: str) -> list[date]:
        """Those of :meth:`days_of` whose rows the retention has taken away, ascending."""
        removed = set(self.workspace.lake.removed_days(asset))
        return [day for day in self.days_of(asset) if day in removed]

    def blocks(self, asset: str, days: Sequence[date], rows: int) -> list[list[date]]:
        """Days cut into runs that bring no more than ``rows`` stored rows each, for :meth:`part` (:func:`pieces`)."""
        self._declared(asset)
        return pieces(self.workspace.lake, [asset], days, rows)

    def stored_rows(self, asset: str) -> int:
        """How many rows :meth:`days_of` hold together, by their records of inputs; no row is read."""
        stored = (self.workspace.lake.record(asset, day) for day in self.days_of(asset))
        return sum(record.rows_out for record in stored if record is not None)

    def _book(self, name: str) -> RecordBook:
        if name not in self.fits:
            message = f"records of {name!r} are read but not declared; declared: {list(self.fits)}; add it to records"
            raise ContractError(message)
        return self.workspace.record_book(name)

    def _declared(self, asset: str) -> Reads:
        for item in self.reads:
            if item.asset == asset:
                return item
        message = f"{asset!r} is read but not declared in reads; declared: {[item.asset for item in self.reads]}"
        raise ContractError(message)


@dataclass(frozen=True)
class DayInputs(_Inputs):
    """Inputs of a daily verb for a range of days."""

    days: list[date]
    _frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    _books: dict[str, RecordBook] = field(default_factory=dict)

    def frame(self, asset: str) -> pl.DataFrame:
        """Stored rows of the asked days and their look-back, by day and stored order."""
        if self._declared(asset).is_whole:
            return self.workspace.lake.read(self.workspace.contracts[asset])
        if asset not in self._frames:
            self._frames[asset] = self.part(asset, self.days_of(asset))
        return self._frames[asset]

    def days_of(self, asset: str) -> list[date]:
        """The asked days and their look-back, ascending."""
        reads, start = self._declared(asset), self.workspace.history_start
        wanted: set[date] = set()
        for day in self.days if reads.look_back_days is not None else self.days[-1:]:
            wanted.update(days_between(*reads.window(day, start, self.settings)))
        return sorted(wanted if reads.include_today else wanted - set(self.days))

    def records(self, name: str) -> RecordBook:
        """Fitted records by the calendar: ``for_day``, ``segments``."""
        if name not in self._books:
            self._books[name] = self._book(name)
        return self._books[name]

    def as_it_stands(self, contract: FrameContract, days: Sequence[date]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The table's own rows, and what it set aside, of asked days that may not be decided anew.

        Raises:
            ContractError: a day was not asked for.
        """
        if beyond := set(days) - set(self.days):
            message = f"{contract.asset} of {min(beyond)} is read by itself, and is not among the asked days"
            raise ContractError(message)
        lake = self.workspace.lake
        return lake.read_days(contract, days), lake.set_aside(contract.asset, days)

    def segments(self, name: str) -> list[tuple[dict[str, Any] | None, list[date]]]:
        """The asked days split by the record in force."""
        return self.records(name).segments(self.days)


@dataclass(frozen=True)
class FitInputs(_Inputs):
    """Inputs of a fit: everything delivered up to the cut-off."""

    name: str
    cut_off: date

    def frame(self, asset: str) -> pl.DataFrame:
        """Stored rows up to the cut-off (or its look-back window)."""
        return self.part(asset, self.days_of(asset))

    def days_of(self, asset: str) -> list[date]:
        """The days up to the cut-off that the fit may read."""
        return days_between(*self._declared(asset).window(self.cut_off, self.workspace.history_start, self.settings))

    @property
    def rng(self) -> np.random.Generator:
        """Random numbers that depend on the run seed, the record's name and the cut-off only."""
        return generator_of(self.settings.core.seed, self.name, self.cut_off.isoformat())

    def records(self, name: str) -> RecordBook:
        """Other fitted records."""
        return self._book(name)


@dataclass(frozen=True)
class WholeInputs(_Inputs):
    """Inputs of an unpartitioned verb: everything up to ``as_of``."""

    name: str
    as_of: date

    @cached_property
    def _whole(self) -> dict[str, pl.DataFrame]:
        return {}

    def frame(self, asset: str) -> pl.DataFrame:
        """Stored rows up to ``as_of``, or the whole table when it is unpartitioned."""
        reads = self._declared(asset)
        contract = self.workspace.contracts[asset]
        if asset not in self._whole:
            if self.workspace.lake.exists(asset, None):
                self._whole[asset] = self.workspace.lake.read(contract)
            elif reads.is_optional:
                self._whole[asset] = contract.empty()
            else:
                self._whole[asset] = self.part(asset, self.days_of(asset))
        return self._whole[asset]

    def days_of(self, asset: str) -> list[date]:
        """The days up to ``as_of``; of a sparse table those that are stored."""
        reads = self._declared(asset)
        days = days_between(*reads.window(self.as_of, self.workspace.history_start, self.settings))
        if not reads.is_sparse:
            return days
        stored = set(self.workspace.lake.days(asset))
        return [day for day in days if day in stored]

    @property
    def rng(self) -> np.random.Generator:
        """Random numbers that depend on the run seed and the asset's name only."""
        return generator_of(self.settings.core.seed, self.name)

    def records(self, name: str) -> RecordBook:
        """Fitted records."""
        return self._book(name)

    def record_of(self, asset: str) -> InputRecord | None:
        """What an unpartitioned table was made from; None where it is not stored."""
        return self.workspace.lake.record(self._declared(asset).asset, None)

    def digest_of(self, asset: str) -> str:
        """Digest of an unpartitioned table's file; empty where it is not stored."""
        return self.workspace.lake.digest(self._declared(asset).asset, None) or ""
