"""``daily_ledger``: one row per daily table and day, and the place where a run with failed days ends failed."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import dagster as dg
import polars as pl

from assets.common.daily import DailyAsset, DayInputs, Produced, Reads, daily_asset, failed_days
from assets.common.shell import RESOURCE
from resources.contract import Column, FrameContract, Subject, Zone

DAILY_LEDGER = FrameContract(
    asset="daily_ledger",
    zone=Zone.INTERNAL,
    grain="one row per daily table and delivery day",
    key=("table",),
    description="Rows in, out and set aside of every daily table, and whether the day is pending or failed.",
    columns=(
        Column(name="table", dtype=pl.String, description="name of the daily table", subject=Subject.NONE),
        Column(
            name="rows_in",
            dtype=pl.Int64,
            description="rows that came in, where the table conserves rows",
            nullable=True,
            minimum=0,
        ),
        Column(name="rows_out", dtype=pl.Int64, description="rows stored", minimum=0),
        Column(name="rows_set_aside", dtype=pl.Int64, description="rows left out with a reason", minimum=0),
        Column(name="set_aside", dtype=pl.String, description="reason=rows, by reason"),
        Column(name="is_pending", dtype=pl.Boolean, description="an input is missing, failed or pending"),
        Column(name="is_failed", dtype=pl.Boolean, description="the last attempt broke a check and was kept aside"),
        Column(name="delivery_day", dtype=pl.Date, description="partition"),
    ),
)  # fmt: skip


def ledger_rows(inputs: DayInputs) -> pl.DataFrame:
    """Rows of the ledger for the asked days, read off the stored records of inputs."""
    lake = inputs.workspace.lake
    tables = [item.asset for item in inputs.reads]
    failed = {table: lake.failures(table) for table in tables}
    rows: list[dict[str, Any]] = []
    for day in inputs.days:
        for table in tables:
            record = lake.record(table, day)
            if record is None and day not in failed[table]:
                continue
            aside = dict(record.set_aside) if record else {}
            rows.append(
                {
                    "table": table,
                    "rows_in": record.rows_in if record else None,
                    "rows_out": record.rows_out if record else 0,
                    "rows_set_aside": sum(aside.values()),
                    "set_aside": ", ".join(f"{reason}={count}" for reason, count in sorted(aside.items())),
                    "is_pending": record.is_pending if record else True,
                    "is_failed": day in failed[table],
                    "delivery_day": day,
                }
            )
    return pl.DataFrame(rows, schema=DAILY_LEDGER.schema)


def declare_ledger(tables: Sequence[str]) -> DailyAsset:
    """The ledger over the given daily tables."""

    @daily_asset(
        contract=DAILY_LEDGER,
        group="ledger",
        reads=[Reads(table) for table in tables],
        owners=["team:platform"],
    )
    def daily_ledger(inputs: DayInputs) -> Produced:
        """Rows in, out and set aside of every daily table. Fails the run, at its end, when a day failed a check."""
        return Produced(ledger_rows(inputs))

    return daily_ledger


def build_verdict(
    tables: Sequence[str], partitions: dg.PartitionsDefinition, retries: dg.RetryPolicy | None = None
) -> dg.AssetChecksDefinition:
    """A check that closes the run: red, and the run failed, when one of its days was kept aside."""

    @dg.asset_check(
        asset=DAILY_LEDGER.asset,
        name="no_day_failed",
        description="Every day of this run was promoted by every daily table.",
        required_resource_keys={RESOURCE},
        blocking=True,
        retry_policy=retries,
    )
    def no_day_failed(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        workspace = getattr(context.resources, RESOURCE)
        days = [date.fromisoformat(key) for key in _partition_keys(context, partitions)]
        failed = failed_days(workspace, tables, days)
        text = "; ".join(f"{table}: {', '.join(map(str, which[:5]))}" for table, which in failed.items())
        if failed:
            advice = "see the failed checks of these tables, mend the input, and re-run the days"
            message = f"days were kept aside by their checks: {text}; {advice}"
            raise dg.Failure(message, allow_retries=False)
        return dg.AssetCheckResult(passed=True, metadata={"days": len(days)})

    return no_day_failed


def _partition_keys(context: dg.AssetCheckExecutionContext, partitions: dg.PartitionsDefinition) -> Iterator[str]:
    tags = context.run.tags
    single = tags.get("dagster/partition")
    first, last = tags.get("dagster/asset_partition_range_start"), tags.get("dagster/asset_partition_range_end")
    if first and last:
        yield from partitions.get_partition_keys_in_range(dg.PartitionKeyRange(first, last))
    elif single:
        yield single
