"""The one shell: a declared asset becomes a Dagster asset, whichever kind it is.

A range run is one step per asset. Days that break a check are kept aside and the others go on, so the step
yields its output even when some days failed; materialisation events are emitted only for promoted days.
The run is failed at its end by ``daily_ledger``. A step none of whose days could be promoted fails itself.
"""

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dagster as dg

from assets.common.declaration import Cadence
from assets.common.discretion import Discretion, discreet_errors
from assets.common.marks import mark_process
from assets.common.step import DeclaredAsset, StepReport, reads_in_words
from assets.common.summary import (
    check_metadata,
    check_specs,
    definition_metadata,
    plain_metadata,
    record_metadata,
    severity_of,
)
from assets.common.workspace import StepProgress, Workspace
from resources.contract import Zone
from resources.dagster_private import EXTERNALLY_MANAGED_ASSETS_TAG
from resources.home_lock import step_in
from resources.input_record import InputRecord

RESOURCE = "stayworth"
REUSE_TAG = "stayworth/reuse"


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """What the code location adds to what assets declare of themselves.

    Attributes:
        partitions: business days.
        conditions: when assets of a cadence are made without being asked; absent: never.
        freshness: how old assets of a cadence may get; absent: never late.
        retries: for executors whose steps can be lost; None: a step has one attempt.
    """

    partitions: dg.PartitionsDefinition
    conditions: Mapping[Cadence, dg.AutomationCondition[Any]] = field(default_factory=dict)
    freshness: Mapping[Cadence, dg.FreshnessPolicy] = field(default_factory=dict)
    retries: dg.RetryPolicy | None = None


def build_asset(item: DeclaredAsset, wiring: Wiring) -> dg.AssetsDefinition:
    """The Dagster asset of a declaration: one step per run, whatever the range.

    Args:
        item: the declaration.
        wiring: of the code location.
    """
    with warnings.catch_warnings():  # what Dagster calls beta is our choice, pinned and tested: no news for a user
        for kind in (dg.BetaWarning, dg.PreviewWarning):
            warnings.simplefilter("ignore", kind)
        return _asset_of(item, wiring)


def _asset_of(item: DeclaredAsset, wiring: Wiring) -> dg.AssetsDefinition:
    own, contract = item.declaration, item.contract

    @dg.asset(
        name=item.name,
        group_name=own.group,
        description=own.description,
        kinds=set(own.kinds),
        owners=list(own.owners),
        metadata={**(definition_metadata(contract) if contract else {}), **_about(item)},
        tags={"zone": str(contract.zone if contract else Zone.INTERNAL), "cadence": str(own.cadence), **own.tags},
        deps=[*dict.fromkeys(read.asset for read in item.reads if read.asset != item.name), *item.records],
        partitions_def=wiring.partitions if item.is_partitioned else None,
        automation_condition=wiring.conditions.get(own.cadence),
        freshness_policy=wiring.freshness.get(own.cadence),
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=check_specs(item.name, item.check_advice(), item.warning_checks()),
        code_version=item.code_version,
        pool=own.pool,
        retry_policy=wiring.retries,
        required_resource_keys={RESOURCE},
    )
    def step(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from _run(context, item)

    return step


def _about(item: DeclaredAsset) -> dict[str, str]:
    return {"look_back": reads_in_words(item.reads), **item.about()}


def _run(context: dg.AssetExecutionContext, item: DeclaredAsset) -> Iterator[Any]:
    workspace: Workspace = getattr(context.resources, RESOURCE)
    mark_process(context)
    days = [date.fromisoformat(key) for key in context.partition_keys] if item.is_partitioned else []
    started = time.perf_counter()
    with step_in(workspace.settings.home), discreet_errors(workspace, item.name):
        report = item.step(workspace, days, reuse=context.run.tags.get(REUSE_TAG) == "true")
    _tell(context, workspace, item, report, time.perf_counter() - started)
    yield from _check_events(context, item, report)
    if report.failure is not None:
        raise dg.Failure(report.failure, allow_retries=False)
    if item.is_partitioned:
        yield from _day_events(context, item, report, days)
        return
    # The stored file's digest covers its record of inputs, so the UI sees what is stale and what only ran again.
    version = dg.DataVersion(report.version) if report.version else None
    own = plain_metadata(_told(workspace, item).metadata(report.metadata))
    yield dg.MaterializeResult(metadata=own, data_version=version)


def _day_events(
    context: dg.AssetExecutionContext, item: DeclaredAsset, report: StepReport, days: Sequence[date]
) -> Iterator[Any]:
    told = _told(context.resources.stayworth, item)
    own = plain_metadata(told.metadata(report.metadata))
    for day, record in _untold(context, item, report).items():
        _log_materialisation(context, item, day, record_metadata(record, told))
    if set(report.partitions) == set(days):
        for day, record in report.partitions.items():
            context.add_asset_metadata({**record_metadata(record, told), **own}, partition_key=day.isoformat())
        yield dg.MaterializeResult(asset_key=item.name)
        return
    for day, record in report.partitions.items():
        _log_materialisation(context, item, day, {**record_metadata(record, told), **own})
    with _without_automatic_events(context):
        yield dg.MaterializeResult(asset_key=item.name)


def _told(workspace: Workspace, item: DeclaredAsset) -> Discretion:
    return Discretion(workspace, item.contract)


def _log_materialisation(
    context: dg.AssetExecutionContext, item: DeclaredAsset, day: date, metadata: Mapping[str, Any]
) -> None:
    context.log_event(dg.AssetMaterialization(item.name, partition=day.isoformat(), metadata=dict(metadata)))


def _untold(context: dg.AssetExecutionContext, item: DeclaredAsset, report: StepReport) -> dict[date, InputRecord]:
    """Reused days that Dagster has no event of: a run was killed after it had promoted them."""
    if not report.reused:
        return {}
    told = context.instance.get_materialized_partitions(dg.AssetKey(item.name))
    lake = context.resources.stayworth.lake
    stored = {day: lake.record(item.name, day) for day in report.reused if day.isoformat() not in told}
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


class StepCheckResult(dg.AssetCheckResult):
    """The outcome of a check over a range of days, of which some may be kept aside while the others go on.

    The check is declared as blocking, since it stops its days, and shown so. Dagster would fail the whole step for it,
    and with it the days that are good.
    """

    def to_asset_check_evaluation(self, step_context: Any) -> dg.AssetCheckEvaluation:
        """What is stored, without Dagster's own way to stop: the step has stopped what failed."""
        told = super().to_asset_check_evaluation(step_context)
        return dg.AssetCheckEvaluation(
            asset_key=told.asset_key, check_name=told.check_name, passed=told.passed, metadata=told.metadata,
            target_materialization_data=told.target_materialization_data, severity=told.severity,
            description=told.description, blocking=False, partition=told.partition,
        )  # fmt: skip


def _check_events(context: dg.AssetExecutionContext, item: DeclaredAsset, report: StepReport) -> Iterator[Any]:
    is_range = item.is_partitioned and len(context.partition_keys) > 1
    for outcome in report.outcomes:
        for day in sorted(outcome.failed_days) if is_range else ():
            context.log_event(  # Dagster stores it per partition; its type hint leaves check evaluations out
                dg.AssetCheckEvaluation(  # type: ignore[arg-type]
                    asset_key=dg.AssetKey(item.name),
                    check_name=outcome.name,
                    passed=False,
                    metadata=check_metadata(outcome),
                    severity=severity_of(outcome),
                    partition=day.isoformat(),
                )
            )
        yield StepCheckResult(
            check_name=outcome.name,
            asset_key=item.name,
            passed=outcome.passed,
            severity=severity_of(outcome),
            metadata=check_metadata(outcome),
        )


def _tell(
    context: dg.AssetExecutionContext, workspace: Workspace, item: DeclaredAsset, report: StepReport, seconds: float
) -> None:
    for level, text in report.log:
        getattr(context.log, level)(text)
    workspace.tell(
        StepProgress(
            asset=item.name,
            rows=report.rows,
            seconds=seconds,
            days=report.days,
            failed_days=report.failed_days,
            pending_days=report.pending_days,
            checks=len(report.outcomes),
            checks_failed=sum(not outcome.passed and outcome.is_blocking for outcome in report.outcomes),
            warnings=sum(not outcome.passed and not outcome.is_blocking for outcome in report.outcomes),
            note=report.note,
        )
    )
