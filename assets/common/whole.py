"""Unpartitioned assets: tables made from everything delivered up to the last stored day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from assets.common.declaration import Cadence, Declaration, declaration_of
from assets.common.discretion import Discretion
from assets.common.fits import last_stored_day
from assets.common.freshness import InputLedger, Recipe
from assets.common.inputs import Reads, WholeInputs, WholeProduced
from assets.common.promotion import CONTRACT_ADVICE, CONTRACT_CHECK, Validate
from assets.common.step import StepReport
from assets.common.workspace import Workspace
from resources.access_log import reading_for
from resources.contract import CheckOutcome, FrameContract
from resources.errors import NotFittedError
from resources.expectations import evaluate_contract
from resources.lake import InputRecord
from resources.sources.base import Stream

Verb = Callable[[WholeInputs], pl.DataFrame | WholeProduced]


@dataclass(frozen=True)
class WholeAsset:
    """A declared unpartitioned asset."""

    contract: FrameContract
    declaration: Declaration
    verb: Verb
    reads: tuple[Reads, ...]
    records: tuple[str, ...]
    validate: Validate | None
    code_version: str
    reuses: bool
    further_checks: tuple[CheckOutcome, ...] = ()

    @property
    def name(self) -> str:
        """Of the table."""
        return self.declaration.name

    @property
    def is_partitioned(self) -> bool:
        """It is one table, whatever the day."""
        return False

    def check_advice(self) -> dict[str, str]:
        """Its checks, known without data, with what to do when one fails."""
        return {CONTRACT_CHECK: CONTRACT_ADVICE} | {item.name: item.advice for item in self._own_checks()}

    def warning_checks(self) -> set[str]:
        """Its checks that let the table pass when they fail; the others keep it aside."""
        return {item.name for item in self._own_checks() if not item.is_blocking}

    def _own_checks(self) -> tuple[CheckOutcome, ...]:
        own = self.validate(self.contract.empty()) if self.validate else ()
        return (*self.further_checks, *own)

    def about(self) -> dict[str, str]:
        """Nothing more to say in the UI."""
        return {}

    def step(self, workspace: Workspace, days: Sequence[date], *, reuse: bool) -> StepReport:  # noqa: ARG002
        """Compute, check and promote the table (:func:`produce_whole`)."""
        report = produce_whole(workspace, self, reuse=reuse)
        lost = f"{self.name} was kept aside: {' | '.join(report.failed)}" if report.failed else None
        return StepReport(
            outcomes=report.outcomes,
            rows=report.rows,
            note="reused" if report.reused else "",
            failure=lost,
            metadata=report.metadata,
            version=None if lost else workspace.lake.digest(self.name, None),
        )


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
    cadence: Cadence = Cadence.REGULAR,
    pool: str | None = None,
    tags: Mapping[str, str] | None = None,
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
        cadence: ``REGULAR``, or ``STUDY`` for a long experiment that is made only when asked for.
        pool: steps that share it run one at a time.
        tags: further tags, by which jobs select.
    """

    def declare(verb: Verb) -> WholeAsset:
        declaration = declaration_of(
            contract.asset, group, verb, kinds=kinds or {"polars", "parquet"}, owners=owners, cadence=cadence,
            pool=pool, tags=tags,
        )  # fmt: skip
        return WholeAsset(
            contract, declaration, verb, tuple(reads), tuple(records), validate, code_version, reuses,
            tuple(further_checks),
        )  # fmt: skip

    return declare


def _version(item: WholeAsset) -> str:
    return f"{item.code_version}+{item.contract.shape}"


def _basis(workspace: Workspace, item: WholeAsset) -> tuple[InputLedger, date]:
    recipe = Recipe(
        asset=item.contract.asset, group=item.declaration.group,
        reads=[read for read in item.reads if not workspace.lake.exists(read.asset, None)],
        records=item.records, code_version=_version(item),
    )  # fmt: skip
    as_of = (
        last_stored_day(workspace, item.reads)
        or _last_of_whole_inputs(workspace, item)
        or _last_day_without_stream(workspace)
    )
    if as_of is None:
        names = ", ".join(read.asset for read in item.reads)
        message = f"{item.contract.asset}: nothing is stored yet of {names}; run the daily assets first (stayworth run)"
        raise NotFittedError(message)
    return InputLedger(workspace, recipe), as_of


def _last_of_whole_inputs(workspace: Workspace, item: WholeAsset) -> date | None:
    stored = [workspace.lake.record(read.asset, None) for read in item.reads]
    days = [record.inputs.get("as_of") for record in stored if record is not None]
    return min((date.fromisoformat(day) for day in days if day), default=None)


def _last_day_without_stream(workspace: Workspace) -> date | None:
    """The last day of any daily table, where the source delivers one stream only: what needs the other is empty."""
    if set(workspace.source.streams) == set(Stream):
        return None
    return max((day for name in workspace.contracts for day in workspace.lake.days(name)), default=None)


def record_of(workspace: Workspace, item: WholeAsset) -> tuple[InputRecord, date]:
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
    """Compute, check and promote the table; on a broken blocking check the last good one stays, and no effect acts.

    Effects of the verb act once the checks have passed and before the table is promoted: where one fails or the
    process dies, the last table stays and the next run does it again.
    """
    record, as_of = record_of(workspace, item)
    stored = workspace.lake.record(item.contract.asset, None)
    if reuse and item.reuses and record.same_inputs(stored) and stored is not None and not stored.is_pending:
        passed = [CheckOutcome(name=name, passed=True) for name in item.check_advice()]
        return WholeReport(stored.rows_out, passed, {"reused": True}, [], reused=True)
    with reading_for(item.contract.asset):
        made = item.verb(WholeInputs(workspace, item.reads, item.contract.asset, as_of, fits=item.records))
    produced = made if isinstance(made, WholeProduced) else WholeProduced(made)
    frame = item.contract.conform(produced.frame)
    if item.contract.key:
        frame = frame.sort(*item.contract.key, maintain_order=True)
    own = item.validate(frame) if item.validate else ()
    told = Discretion(workspace, item.contract)
    outcomes = [told.outcome(each) for each in (evaluate_contract(frame, item.contract), *produced.outcomes, *own)]
    broken = [outcome for outcome in outcomes if not outcome.passed and outcome.is_blocking]
    final = InputRecord(**{**record.__dict__, "rows_out": frame.height})
    staged = workspace.lake.stage(item.contract, None, frame, final)
    if broken:
        texts = [
            f"{outcome.name}: {outcome.rows} rows, {list(outcome.examples)[:2]}; {outcome.advice}" for outcome in broken
        ]
        workspace.lake.keep_aside(staged, texts)
        return WholeReport(frame.height, list(outcomes), {}, texts)
    for effect in produced.effects:
        effect.apply()
    workspace.lake.promote(staged)
    shown = {"dagster/row_count": frame.height, "as_of": str(as_of), "is_pending": final.is_pending}
    return WholeReport(frame.height, list(outcomes), {**shown, **produced.metadata}, [])
