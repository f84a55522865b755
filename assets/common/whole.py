"""Unpartitioned assets: tables made from everything delivered up to the last stored day."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from assets.common.definition import Shown, shown_of
from assets.common.fits import last_stored_day
from assets.common.freshness import InputLedger, Recipe
from assets.common.inputs import Reads, WholeInputs, WholeProduced
from assets.common.marks import mark_process
from assets.common.promotion import CONTRACT_ADVICE, CONTRACT_CHECK, Validate
from assets.common.summary import check_metadata, check_specs, definition_metadata, plain_metadata, severity_of
from assets.common.workspace import StepProgress, Workspace
from resources.access_log import reading_for
from resources.contract import CheckOutcome, FrameContract
from resources.errors import NotFittedError
from resources.expectations import evaluate_contract
from resources.home_lock import step_in
from resources.lake import InputRecord

RESOURCE = "stayworth"
REUSE_TAG = "stayworth/reuse"
Verb = Callable[[WholeInputs], pl.DataFrame | WholeProduced]


@dataclass(frozen=True)
class WholeAsset:
    """A declared unpartitioned asset."""

    contract: FrameContract
    group: str
    verb: Verb
    reads: tuple[Reads, ...]
    records: tuple[str, ...]
    validate: Validate | None
    code_version: str
    reuses: bool
    shown: Shown
    further_checks: tuple[CheckOutcome, ...] = ()

    def check_advice(self) -> dict[str, str]:
        """Its checks, known without data, with what to do when one fails."""
        own = self.validate(self.contract.empty()) if self.validate else ()
        return {CONTRACT_CHECK: CONTRACT_ADVICE} | {item.name: item.advice for item in (*self.further_checks, *own)}


def whole_asset(
    *,
    contract: FrameContract,
    group: str,
    reads: Sequence[Reads],
    records: Sequence[str] = (),
    validate: Validate | None = None,
    kinds: set[str] | None = None,
    owners: Sequence[str] = (),
    code_version: str = "1",
    reuses: bool = True,
    further_checks: Sequence[CheckOutcome] = (),
) -> Callable[[Verb], WholeAsset]:
    """Declare an unpartitioned asset around a verb.

    Args:
        contract: of the table.
        group: the room.
        reads: daily or unpartitioned tables.
        records: fitted records.
        validate: pure checks beyond the contract.
        kinds: shown in the UI.
        owners: shown in the UI.
        code_version: bump it when the verb's result changes.
        reuses: False for tables with effects beyond their rows (reports), which are always made anew.
        further_checks: outcomes, as on no rows, of the checks that the verb itself makes
            (``WholeProduced.outcomes``).
    """

    def declare(verb: Verb) -> WholeAsset:
        shown = shown_of(contract.asset, group, verb, kinds or {"polars", "parquet"}, owners)
        further = tuple(further_checks)
        return WholeAsset(
            contract, group, verb, tuple(reads), tuple(records), validate, code_version, reuses, shown, further
        )

    return declare


def _version(item: WholeAsset) -> str:
    return f"{item.code_version}+{item.contract.shape}"


def _basis(workspace: Workspace, item: WholeAsset) -> tuple[InputLedger, Any]:
    recipe = Recipe(
        asset=item.contract.asset, group=item.group,
        reads=[read for read in item.reads if not workspace.lake.exists(read.asset, None)],
        records=item.records, code_version=_version(item),
    )  # fmt: skip
    as_of = last_stored_day(workspace, item.reads) or _last_of_whole_inputs(workspace, item)
    if as_of is None:
        names = ", ".join(read.asset for read in item.reads)
        message = f"{item.contract.asset}: nothing is stored yet of {names}; run the daily assets first (stayworth run)"
        raise NotFittedError(message)
    return InputLedger(workspace, recipe), as_of


def _last_of_whole_inputs(workspace: Workspace, item: WholeAsset) -> Any:
    from datetime import date

    found = [workspace.lake.record(read.asset, None) for read in item.reads]
    days = [record.inputs.get("as_of") for record in found if record is not None]
    return min((date.fromisoformat(day) for day in days if day), default=None)


def record_of(workspace: Workspace, item: WholeAsset) -> tuple[InputRecord, Any]:
    """What the table would be made from now, and the day up to which it reads."""
    ledger, as_of = _basis(workspace, item)
    basis = ledger.record_for(as_of)
    whole = {
        read.asset: workspace.lake.digest(read.asset, None) or "missing"
        for read in item.reads
        if workspace.lake.exists(read.asset, None)
    }
    record = InputRecord(
        asset=item.contract.asset,
        partition="all",
        inputs={**basis.inputs, **whole, "as_of": str(as_of)},
        records=basis.records,
        settings=f"{basis.settings}-{workspace.settings.core.profile}",
        code_version=_version(item),
        pending=basis.pending,
    )
    return record, as_of


@dataclass(frozen=True)
class WholeReport:
    """What came of one call."""

    rows: int
    outcomes: list[CheckOutcome]
    metadata: dict[str, Any]
    failed: list[str]
    reused: bool = False


def produce_whole(workspace: Workspace, item: WholeAsset, *, reuse: bool = False) -> WholeReport:
    """Compute, check and promote the table; on a broken blocking check the last good one stays."""
    record, as_of = record_of(workspace, item)
    stored = workspace.lake.record(item.contract.asset, None)
    if reuse and item.reuses and record.same_inputs(stored) and stored is not None and not stored.is_pending:
        passed = [CheckOutcome(name=name, passed=True) for name in item.check_advice()]
        return WholeReport(stored.rows_out, passed, {"reused": True}, [], reused=True)
    with reading_for(item.contract.asset):
        made = item.verb(WholeInputs(workspace, item.reads, item.contract.asset, as_of))
    produced = made if isinstance(made, WholeProduced) else WholeProduced(made)
    frame = item.contract.conform(produced.frame)
    if item.contract.key:
        frame = frame.sort(*item.contract.key, maintain_order=True)
    own = item.validate(frame) if item.validate else ()
    outcomes = [evaluate_contract(frame, item.contract), *produced.outcomes, *own]
    broken = [outcome for outcome in outcomes if not outcome.passed and outcome.is_blocking]
    final = InputRecord(**{**record.__dict__, "rows_out": frame.height})
    staged = workspace.lake.stage(item.contract, None, frame, final)
    if broken:
        texts = [
            f"{outcome.name}: {outcome.rows} rows, {list(outcome.examples)[:2]}; {outcome.advice}" for outcome in broken
        ]
        workspace.lake.keep_aside(staged, texts)
        return WholeReport(frame.height, list(outcomes), {}, texts)
    workspace.lake.promote(staged)
    shown = {"dagster/row_count": frame.height, "as_of": str(as_of), "is_pending": final.is_pending}
    return WholeReport(frame.height, list(outcomes), {**shown, **plain_metadata(produced.metadata)}, [])


def build_whole(
    item: WholeAsset,
    cadence: dg.AutomationCondition | None = None,
    freshness: dg.FreshnessPolicy | None = None,
    pool: str | None = None,
    retries: dg.RetryPolicy | None = None,
) -> dg.AssetsDefinition:
    """The Dagster asset of a declaration.

    Args:
        item: the declaration.
        cadence: when it is made without being asked; None: never.
        freshness: how old it may get; None: never late.
        pool: steps that share it run one at a time, or as many as the pool allows.
        retries: for executors whose steps can be lost; None: a step has one attempt.
    """

    @dg.asset(
        name=item.shown.name,
        group_name=item.group,
        description=item.shown.description,
        kinds=set(item.shown.kinds),
        owners=list(item.shown.owners),
        metadata=definition_metadata(item.contract),
        tags={"zone": str(item.contract.zone), "cadence": "on-demand"},
        deps=[*[read.asset for read in item.reads], *item.records],
        automation_condition=cadence,
        freshness_policy=freshness,
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=check_specs(item.shown.name, item.check_advice()),
        code_version=item.code_version,
        pool=pool,
        retry_policy=retries,
        required_resource_keys={RESOURCE},
    )
    def whole(context: dg.AssetExecutionContext) -> Iterator[Any]:
        workspace: Workspace = getattr(context.resources, RESOURCE)
        mark_process(context)
        started = time.perf_counter()
        with step_in(workspace.settings.home):
            report = produce_whole(workspace, item, reuse=context.run.tags.get(REUSE_TAG) == "true")
        for outcome in report.outcomes:
            yield dg.AssetCheckResult(
                check_name=outcome.name,
                passed=outcome.passed,
                severity=severity_of(outcome),
                metadata=check_metadata(outcome),
            )
        workspace.tell(
            StepProgress(
                asset=item.contract.asset,
                rows=report.rows,
                seconds=time.perf_counter() - started,
                checks=len(report.outcomes),
                checks_failed=sum(not outcome.passed and outcome.is_blocking for outcome in report.outcomes),
                warnings=sum(not outcome.passed and not outcome.is_blocking for outcome in report.outcomes),
                note="reused" if report.reused else "",
            )
        )
        if report.failed:
            message = f"{item.contract.asset} was kept aside: {' | '.join(report.failed)}"
            raise dg.Failure(message, allow_retries=False)
        # The stored file's digest covers its record of inputs, so the UI sees what is stale and what only ran again.
        version = workspace.lake.digest(item.contract.asset, None)
        yield dg.MaterializeResult(metadata=report.metadata, data_version=dg.DataVersion(version) if version else None)

    return whole
