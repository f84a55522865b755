"""The pipeline's own verbs over a whole history, in memory: no disk, no partitions, no orchestrator.

For experiments that need many worlds. What a verb makes of a range of days is what day-by-day runs would store, so the
tables are those of the pipeline; only the checks that guard its stored data are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from assets.common.daily import DailyAsset
from assets.common.fits import FittedAsset
from assets.common.inputs import DayInputs, FitInputs, Reads, days_between
from assets.common.workspace import Workspace
from resources.contract import FrameContract
from resources.errors import ContractError
from resources.lake import Lake
from resources.records import FittedRecord, RecordStore, cut_offs

Declared = Mapping[str, DailyAsset | FittedAsset]


class MemoryLake(Lake):
    """The tables of one history, all of their days; nothing is stored."""

    tables: dict[str, pl.DataFrame]

    @classmethod
    def over(cls, lake: Lake) -> "MemoryLake":
        """Zones, folders and access log of a lake, with no table in it."""
        made = cls.__new__(cls)
        made.__dict__.update(vars(lake))
        made.tables = {}
        return made

    def exists(self, asset: str, day: date | None) -> bool:  # noqa: ARG002
        """Nothing was ever promoted."""
        return False

    def days(self, asset: str) -> list[date]:  # noqa: ARG002
        """No promoted days."""
        return []

    def read_days(
        self,
        contract: FrameContract,
        days: Iterable[date],
        columns: Sequence[str] | None = None,
        where: pl.Expr | None = None,
    ) -> pl.DataFrame:
        """Rows of those days, in day order; None: all columns, all rows."""
        wanted = pl.Series(sorted(set(days)), dtype=pl.Date)
        rows = self.tables[contract.asset].filter(pl.col("delivery_day").is_in(wanted.implode()))
        rows = rows if where is None else rows.filter(where)
        return rows if columns is None else rows.select(columns)


class MemoryRecords(RecordStore):
    """Fitted records of one history."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, date], FittedRecord] = {}

    def load(self, name: str, cut_off: date) -> FittedRecord | None:
        """The record of one cut-off, or None when it is not fitted."""
        return self._records.get((name, cut_off))

    def save(self, record: FittedRecord) -> None:
        """Keep a record."""
        self._records[record.name, record.cut_off] = record


def needed_for(declared: Declared, wanted: Sequence[str]) -> list[str]:
    """The wanted assets and everything that they read, in an order in which each finds what it reads.

    Args:
        declared: daily assets and fitted records by name.
        wanted: names.

    Raises:
        ContractError: an asset reads something that is not declared.
    """
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        if name not in declared:
            message = f"{name!r} can't be made in memory; daily tables and fitted records are: {sorted(declared)}"
            raise ContractError(message)
        reads, records = _reads_of(declared[name])
        for other in (*(item.asset for item in reads if item.asset != name), *records):
            visit(other)
        order.append(name)

    for name in wanted:
        visit(name)
    return order


def _reads_of(item: DailyAsset | FittedAsset) -> tuple[Sequence[Reads], Sequence[str]]:
    return (item.reads, item.records) if isinstance(item, FittedAsset) else (item.spec.reads, item.spec.records)


def made_in_memory(workspace: Workspace, declared: Declared, wanted: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Every daily table that the wanted ones need, over the source's whole history.

    Args:
        workspace: of the world; its lake and records are replaced by empty ones in memory.
        declared: daily assets and fitted records by name.
        wanted: names of daily tables.

    Returns:
        Table by name, in order of delivery.
    """
    lake = workspace.lake = MemoryLake.over(workspace.lake)
    workspace.record_store = MemoryRecords()
    days = days_between(workspace.source.first_day, workspace.source.last_day)
    for name in needed_for(declared, wanted):
        item = declared[name]
        if isinstance(item, FittedAsset):
            _fit(workspace, item, days)
            continue
        contract = item.spec.contract
        lake.tables[name] = contract.empty()  # its own earlier days: none before the first
        produced = item.spec.verb(DayInputs(workspace, item.spec.reads, days, fits=item.spec.records))
        lake.tables[name] = contract.conform(produced.frame).sort("delivery_day", maintain_order=True)
    return lake.tables


def _fit(workspace: Workspace, item: FittedAsset, days: Sequence[date]) -> None:
    every_days = workspace.settings.core.fit_every_days
    for cut_off in cut_offs(days[0], days[-1], every_days, item.early_fits):
        payload = item.fitter(FitInputs(workspace, item.reads, item.name, cut_off, fits=item.records))
        workspace.record_store.save(
            FittedRecord(name=item.name, cut_off=cut_off, payload=payload, inputs="", settings="",
                         fitter_version=item.fitter_version)
        )  # fmt: skip
