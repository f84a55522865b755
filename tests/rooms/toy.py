"""A toy pipeline of three tables and one fitted record, to test the day rules without any room."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import polars as pl

from assets.common.daily import DayInputs, FitInputs, Produced, Reads, daily_asset, fitted_record
from assets.common.shell import Wiring, build_asset
from assets.common.workspace import Workspace
from pipelines.ledger import DAILY_LEDGER, build_verdict, declare_ledger
from resources.contract import CheckOutcome, Column, FrameContract, Zone, outcome_of
from resources.settings import CoreSettings, Settings
from resources.sources.base import Stream

START = date(2024, 1, 1)
DAY_COLUMN = Column(name="delivery_day", dtype=pl.Date, description="partition")


def _contract(asset: str, zone: Zone, *columns: Column) -> FrameContract:
    return FrameContract(asset=asset, zone=zone, grain="one row", key=("row_id",), columns=(*columns, DAY_COLUMN))


ID = Column(name="row_id", dtype=pl.String, description="id")
TOY_RAW = _contract("toy_raw", Zone.RESTRICTED, ID, Column(name="amount", dtype=pl.Int64, description="", maximum=999))
TOY_SUM = _contract(
    "toy_sum",
    Zone.INTERNAL,
    ID,
    Column(name="amount", dtype=pl.Int64, description=""),
    Column(name="last_days", dtype=pl.Int64, description="sum of the day and the two before"),
    Column(name="scaled", dtype=pl.Float64, description="amount over the fitted mean"),
)
TOY_CHAIN = _contract("toy_chain", Zone.INTERNAL, ID, Column(name="seen", dtype=pl.Int64, description="days chained"))


class ToySource:
    """Delivers ``rows[day]`` amounts; a day that is not a key was not delivered."""

    name = "toy"
    streams = frozenset({Stream.BOOKINGS})

    def __init__(self, amounts: dict[date, list[int]]) -> None:
        self.amounts = amounts
        self.first_day, self.last_day = min(amounts), max(amounts)

    def is_delivered(self, stream: Stream, day: date) -> bool:
        return day in self.amounts

    def rows(self, stream: Stream, days: Sequence[date]) -> pl.DataFrame:
        rows = [
            {"row_id": f"{day}#{index}", "amount": amount, "delivery_day": day}
            for day in days
            for index, amount in enumerate(self.amounts.get(day, []))
        ]
        return pl.DataFrame(rows, schema=TOY_RAW.schema)

    def fingerprint(self, stream: Stream, days: Sequence[date]) -> dict[date, str]:
        return {day: str(self.amounts.get(day)) for day in days}

    def hotels(self) -> pl.DataFrame:
        return pl.DataFrame()


def no_thirteen(frame: pl.DataFrame) -> list[CheckOutcome]:
    return [outcome_of("amount_is_not_thirteen", frame.filter(pl.col("amount") == 13), show=["row_id", "amount"])]


@daily_asset(contract=TOY_RAW, group="toy", stream="bookings", validate=no_thirteen)
def toy_raw(inputs: DayInputs) -> Produced:
    """Rows of the toy source; negative amounts are set aside."""
    rows = inputs.source.rows(Stream.BOOKINGS, inputs.days)
    bad = rows.filter(pl.col("amount") < 0)
    aside = bad.select("delivery_day", "row_id", reason=pl.lit("negative"))
    counts = {day: rows.filter(pl.col("delivery_day") == day).height for day in inputs.days}
    return Produced(rows.filter(pl.col("amount") >= 0), set_aside=aside, rows_in=counts)


@fitted_record(name="toy_mean", group="toy", reads=[Reads("toy_raw", None)])
def toy_mean(inputs: FitInputs) -> dict[str, object] | None:
    """Mean amount up to the cut-off."""
    amounts = inputs.frame("toy_raw")["amount"].to_list()
    return {"mean": sum(amounts) / len(amounts)} if amounts else None


@daily_asset(contract=TOY_SUM, group="toy", reads=[Reads("toy_raw", 2)], records=["toy_mean"], conserves="toy_raw")
def toy_sum(inputs: DayInputs) -> Produced:
    """Each row with the sum of three days and its amount over the fitted mean."""
    raw = inputs.frame("toy_raw")
    totals = {day: raw.filter(pl.col("delivery_day") == day)["amount"].sum() for day in raw["delivery_day"].unique()}
    parts = []
    for payload, days in inputs.segments("toy_mean"):
        mean = payload["mean"] if payload else 1.0
        for day in days:
            three = sum(totals.get(day - timedelta(days=back), 0) for back in range(3))
            rows = raw.filter(pl.col("delivery_day") == day)
            parts.append(rows.with_columns(last_days=pl.lit(three, pl.Int64), scaled=pl.col("amount") / mean))
    return Produced(pl.concat(parts).select(TOY_SUM.names))


@daily_asset(
    contract=TOY_CHAIN,
    group="toy",
    reads=[Reads("toy_sum"), Reads("toy_chain", 30, include_today=False)],
)
def toy_chain(inputs: DayInputs) -> Produced:
    """One row per day that counts the earlier days: a table that reads itself."""
    earlier = inputs.frame("toy_chain")
    known = dict(zip(earlier["delivery_day"], earlier["seen"], strict=True))
    for day in inputs.days:
        known[day] = known.get(day - timedelta(days=1), 0) + 1
    rows = [{"row_id": str(day), "seen": known[day], "delivery_day": day} for day in inputs.days]
    return Produced(pl.DataFrame(rows, schema=TOY_CHAIN.schema))


DAILY = [toy_raw, toy_sum, toy_chain]
TABLES = [item.name for item in DAILY]


def toy_workspace(
    home: Path, amounts: dict[date, list[int]], *, fit_every_days: int = 10, early: tuple[int, ...] = ()
) -> Workspace:
    core = CoreSettings(history_start=START, fit_every_days=fit_every_days)
    contracts = {item.asset: item for item in (TOY_RAW, TOY_SUM, TOY_CHAIN, DAILY_LEDGER)}
    source = ToySource(amounts)
    return Workspace(
        settings=Settings(home=home, core=core),
        contracts=contracts,
        room_settings={},
        history_start=START,
        build_source=lambda _settings: source,
        early_fits_of=lambda _name: early,
    )


def toy_definitions(workspace: Workspace) -> dg.Definitions:
    fit = replace(toy_mean, early_fits=tuple(workspace.early_fits_of(toy_mean.name)))
    partitions = dg.DailyPartitionsDefinition(START.isoformat(), end_date="2024-03-01")
    return dg.Definitions(
        assets=[build_asset(item, Wiring(partitions=partitions)) for item in [*DAILY, declare_ledger(TABLES), fit]],
        asset_checks=[build_verdict(TABLES, partitions)],
        jobs=[dg.define_asset_job("everything", selection="*")],
        resources={"stayworth": workspace},
        executor=dg.in_process_executor,
    )


def run(
    workspace: Workspace, first: date, last: date | None = None, instance: dg.DagsterInstance | None = None
) -> dg.ExecuteInProcessResult:
    job = toy_definitions(workspace).resolve_job_def("everything")
    last = last or first
    if first == last:
        return job.execute_in_process(partition_key=first.isoformat(), instance=instance, raise_on_error=False)
    tags = {
        "dagster/asset_partition_range_start": first.isoformat(),
        "dagster/asset_partition_range_end": last.isoformat(),
    }
    return job.execute_in_process(tags=tags, instance=instance, raise_on_error=False)


def stored_bytes(workspace: Workspace) -> dict[str, bytes]:
    root = workspace.lake.root
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*.parquet"))
        if ".staging" not in path.parts and "daily_ledger" not in path.parts
    }
