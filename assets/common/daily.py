"""Daily assets: a pure verb over a range of days becomes a partitioned Dagster asset.

A range run is one step per asset. Days that break a check are kept aside and the others go on, so the step
yields its output even when some days failed; materialisation events are emitted only for promoted days.
The run is failed at its end by ``daily_ledger``. A step none of whose days could be promoted fails itself.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
from dagster._core.storage.tags import EXTERNALLY_MANAGED_ASSETS_TAG

from assets.common.definition import Shown, shown_of
from assets.common.fits import FitInputs, fitted_record
from assets.common.freshness import DaysOf
from assets.common.inputs import DayInputs, Produced, Reads, WholeInputs, WholeProduced
from assets.common.marks import mark_process
from assets.common.promotion import DailySpec, DayReport, Validate, produce_days
from assets.common.summary import (
    check_metadata,
    check_specs,
    definition_metadata,
    plain_metadata,
    record_metadata,
    severity_of,
)
from assets.common.whole import whole_asset
from assets.common.workspace import StepProgress, Workspace
from resources.contract import FrameContract
from resources.home_lock import step_in
from resources.input_record import InputRecord

__all__ = [
    "REUSE_TAG", "DailyAsset", "DayInputs", "FitInputs", "Produced", "Reads", "WholeInputs", "WholeProduced",
    "build_daily", "daily_asset", "fitted_record", "whole_asset",
]  # fmt: skip

RESOURCE = "stayworth"
REUSE_TAG = "stayworth/reuse"


@dataclass(frozen=True)
class DailyAsset:
    """A declared daily asset, not yet bound to partitions."""

    spec: DailySpec
    shown: Shown


def daily_asset(
    *,
    contract: FrameContract,
    group: str,
    reads: Sequence[Reads] = (),
    records: Sequence[str] = (),
    conserves: str | None = None,
    stream: str | None = None,
    source_days_of: DaysOf | None = None,
    validate: Validate | None = None,
    kinds: set[str] | None = None,
    owners: Sequence[str] = (),
    code_version: str = "1",
    rows_at_once: int | None = None,
    days_at_once: int = 1,
) -> Callable[[Callable[[DayInputs], Produced]], DailyAsset]:
    """Declare a daily asset around a verb; see ``assets/common/promotion.py`` for what happens to each day."""

    def declare(verb: Callable[[DayInputs], Produced]) -> DailyAsset:
        spec = DailySpec(
            contract=contract, group=group, verb=verb, reads=tuple(reads), records=tuple(records),
            conserves=conserves, validate=validate, code_version=code_version, stream=stream,
            source_days_of=source_days_of, rows_at_once=rows_at_once, days_at_once=days_at_once,
        )  # fmt: skip
        return DailyAsset(spec, shown_of(contract.asset, group, verb, kinds or {"polars", "parquet"}, owners))

    return declare


def build_daily(
    item: DailyAsset,
    partitions: dg.PartitionsDefinition,
    freshness: dg.FreshnessPolicy | None = None,
    pool: str | None = None,
    retries: dg.RetryPolicy | None = None,
) -> dg.AssetsDefinition:
    """The Dagster asset of a declaration: one step per run, whatever the range.

    Args:
        item: the declaration.
        partitions: business days.
        freshness: by when it must have been made; None: never late.
        pool: steps that share it run one at a time, or as many as the pool allows.
        retries: for executors whose steps can be lost; None: a step has one attempt.
    """
    spec, shown = item.spec, item.shown

    @dg.asset(
        name=shown.name,
        group_name=shown.group,
        description=shown.description,
        kinds=set(shown.kinds),
        owners=list(shown.owners),
        metadata={**definition_metadata(spec.contract), "look_back": look_back_text(spec.reads)},
        tags={"zone": str(spec.contract.zone), "cadence": "daily"},
        deps=[*[item.asset for item in spec.reads if item.asset != shown.name], *spec.records],
        partitions_def=partitions,
        freshness_policy=freshness,
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=check_specs(shown.name, spec.check_advice()),
        code_version=spec.code_version,
        pool=pool,
        retry_policy=retries,
        required_resource_keys={RESOURCE},
    )
    def daily(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from _run(context, spec)

    return daily


def look_back_text(reads: Sequence[Reads]) -> str:
    """``clean_reviews (90 days), review_vectors (whole history)``, for the UI and the table of assets."""
    parts = []
    for item in reads:
        if item.is_whole:
            span = "as it stands"
        elif item.days_of is not None:
            span = "the batch's days"
        elif item.look_back_days is None:
            span = "whole history"
        else:
            span = f"{item.look_back_days} days" if item.look_back_days else "the day"
        parts.append(f"{item.asset} ({span})")
    return ", ".join(parts) or "the source's delivery of the day"


def _run(context: dg.AssetExecutionContext, spec: DailySpec) -> Iterator[Any]:
    workspace: Workspace = getattr(context.resources, RESOURCE)
    mark_process(context)
    days = [date.fromisoformat(key) for key in context.partition_keys]
    started = time.perf_counter()
    with step_in(workspace.settings.home):
        report = produce_days(workspace, spec, days, reuse=context.run.tags.get(REUSE_TAG) == "true")
    _tell(context, workspace, spec, report, time.perf_counter() - started)
    yield from _check_events(context, spec, report)
    if not report.promoted and not report.reused and (report.failed or report.frozen):
        raise dg.Failure(_failure_text(workspace, spec, report), allow_retries=False)
    yield from _materialisations(context, spec, report, days)


def _materialisations(
    context: dg.AssetExecutionContext, spec: DailySpec, report: DayReport, days: Sequence[date]
) -> Iterator[Any]:
    own = plain_metadata(report.metadata)
    for day, record in _untold(context, spec, report).items():
        context.log_event(
            dg.AssetMaterialization(spec.contract.asset, partition=day.isoformat(), metadata=record_metadata(record))
        )
    if set(report.promoted) == set(days):
        for day, record in report.promoted.items():
            context.add_asset_metadata({**record_metadata(record), **own}, partition_key=day.isoformat())
        yield dg.MaterializeResult(asset_key=spec.contract.asset)
        return
    for day, record in report.promoted.items():
        context.log_event(
            dg.AssetMaterialization(
                spec.contract.asset, partition=day.isoformat(), metadata={**record_metadata(record), **own}
            )
        )
    with _without_automatic_events(context):
        yield dg.MaterializeResult(asset_key=spec.contract.asset)


def _untold(context: dg.AssetExecutionContext, spec: DailySpec, report: DayReport) -> dict[date, InputRecord]:
    """Reused days that Dagster has no event of: a run was killed after it had promoted them."""
    if not report.reused:
        return {}
    told = context.instance.get_materialized_partitions(dg.AssetKey(spec.contract.asset))
    lake = context.resources.stayworth.lake
    stored = {day: lake.record(spec.contract.asset, day) for day in report.reused if day.isoformat() not in told}
    return {day: record for day, record in stored.items() if record is not None}


@contextmanager
def _without_automatic_events(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Let the step yield its output without a materialisation event for every partition of the range.

    Dagster emits one event per partition of the run's range for every output; a day that failed must have
    none. The tag that Dagster checks for externally managed assets is set around this one output only.
    """
    tags: dict[str, str] = context.run.tags  # type: ignore[assignment]
    tags[EXTERNALLY_MANAGED_ASSETS_TAG] = "true"
    try:
        yield
    finally:
        tags.pop(EXTERNALLY_MANAGED_ASSETS_TAG, None)


def _check_events(context: dg.AssetExecutionContext, spec: DailySpec, report: DayReport) -> Iterator[Any]:
    for outcome in report.outcomes:
        for day in sorted(outcome.failed_days) if len(context.partition_keys) > 1 else ():
            context.log_event(  # Dagster stores it per partition; its type hint leaves check evaluations out
                dg.AssetCheckEvaluation(  # type: ignore[arg-type]
                    asset_key=dg.AssetKey(spec.contract.asset),
                    check_name=outcome.name,
                    passed=False,
                    metadata=check_metadata(outcome),
                    severity=severity_of(outcome),
                    partition=day.isoformat(),
                )
            )
        yield dg.AssetCheckResult(
            check_name=outcome.name,
            asset_key=spec.contract.asset,
            passed=outcome.passed,
            severity=severity_of(outcome),
            metadata=check_metadata(outcome),
        )


def _tell(
    context: dg.AssetExecutionContext, workspace: Workspace, spec: DailySpec, report: DayReport, seconds: float
) -> None:
    for day, reason in list(report.missing.items())[:3]:
        context.log.info(f"{spec.contract.asset} {day}: not computed, {reason}")
    for day, reason in list(report.frozen.items())[:3]:
        context.log.warning(f"{spec.contract.asset} {day}: refused, {reason}")
    for day, names in list(report.failed.items())[:5]:
        context.log.error(f"{spec.contract.asset} {day}: kept aside, broke {', '.join(names)}")
    workspace.tell(
        StepProgress(
            asset=spec.contract.asset,
            rows=sum(record.rows_out for record in report.promoted.values()),
            seconds=seconds,
            days=len(report.promoted),
            failed_days=len(report.failed),
            pending_days=sum(record.is_pending for record in report.promoted.values()),
            checks=len(report.outcomes),
            checks_failed=sum(not item.passed and item.is_blocking for item in report.outcomes),
            warnings=sum(not item.passed and not item.is_blocking for item in report.outcomes),
            note=", ".join(
                f"{len(days)} days {what}"
                for days, what in ((report.reused, "reused"), (report.frozen, "frozen"))
                if days
            ),
        )
    )


def _failure_text(workspace: Workspace, spec: DailySpec, report: DayReport) -> str:
    if not report.failed:
        day, reason = next(iter(report.frozen.items()))
        return f"{spec.contract.asset}: {len(report.frozen)} day(s) are refused. {day}: {reason}"
    lines = [
        f"{day}: {text}" for day in list(report.failed)[:3] for text in workspace.lake.failure(spec.contract.asset, day)
    ]
    return (
        f"{spec.contract.asset}: {len(report.failed)} day(s) broke a check and were kept aside; "
        f"the last good data is still served. {' | '.join(lines)}"
    )


def failed_days(workspace: Workspace, assets: Sequence[str], days: Sequence[date]) -> Mapping[str, list[date]]:
    """Asset -> those of ``days`` whose last attempt was kept aside."""
    wanted = set(days)
    found = {asset: sorted(workspace.lake.failures(asset) & wanted) for asset in assets}
    return {asset: which for asset, which in found.items() if which}
