"""Validate, then promote: how a range of days is computed, checked in its own step and replaced (specification 4.6, 7).

Knows nothing of Dagster: the daily shell calls :func:`produce_days` and turns its report into events.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from assets.common.delivery import DELIVERY_CHECK, source_checks, source_outcomes, why_missing
from assets.common.discretion import COUNTS_CHECK, Discretion
from assets.common.freshness import DaysOf, InputLedger, Recipe, is_delivered
from assets.common.frozen import frozen_days
from assets.common.inputs import DayInputs, Produced, Reads, days_between
from assets.common.pieces import metadata_together, outcomes_together, pieces
from assets.common.reads import daily_tables_of
from assets.common.workspace import Workspace
from resources.access_log import reading_for
from resources.contract import CheckOutcome, FrameContract
from resources.expectations import evaluate_contract
from resources.lake import SET_ASIDE_SCHEMA, InputRecord

CONTRACT_CHECK = "contract_holds"
CONTRACT_ADVICE = (
    "the message names the column and the expectation: look at the source's rows of that day; "
    "a value that is right and not foreseen belongs into the room's `contract.py`"
)
CONSERVATION_CHECK = COUNTS_CHECK
CONSERVATION_ADVICE = "every row that comes in must leave as a row or be set aside with a reason"
_NOBODYS_SECONDS = 3600.0  # a staged file of this age was left by a run that was killed
Validate = Callable[[pl.DataFrame], Sequence[CheckOutcome]]


@dataclass(frozen=True, kw_only=True)
class DailySpec:
    """A daily asset: its contract, what it reads, how it is checked, the verb that makes it."""

    contract: FrameContract
    group: str
    verb: Callable[[DayInputs], Produced]
    reads: Sequence[Reads] = ()
    records: Sequence[str] = ()
    conserves: str | None = None
    validate: Validate | None = None
    code_version: str = "1"
    stream: str | None = None
    source_days_of: DaysOf | None = None
    rows_at_once: int | None = None  # stored rows of the days that one piece of a range takes in; None: all at once
    days_at_once: int = 1  # fewest days of a piece, whatever their rows

    @property
    def recipe(self) -> Recipe:
        """The part that the record of inputs needs."""
        return Recipe(
            asset=self.contract.asset,
            group=self.group,
            reads=self.reads,
            records=self.records,
            code_version=f"{self.code_version}+{self.contract.shape}",
            stream=self.stream,
            source_days_of=self.source_days_of,
        )

    def check_advice(self) -> dict[str, str]:
        """Its checks, known without data, with what to do on failure: the validator is asked about the empty frame."""
        told = {CONTRACT_CHECK: CONTRACT_ADVICE}
        if self.conserves or self.stream:
            told[CONSERVATION_CHECK] = CONSERVATION_ADVICE
        return told | {outcome.name: outcome.advice for outcome in self._own_checks()} | source_checks(self.stream)

    def warning_checks(self) -> set[str]:
        """Its checks that let the day pass when they fail; the others keep it aside, or it did not come at all."""
        told = {outcome.name for outcome in self._own_checks() if not outcome.is_blocking}
        return told | (set(source_checks(self.stream)) - {DELIVERY_CHECK})

    def _own_checks(self) -> Sequence[CheckOutcome]:
        return self.validate(self.contract.empty()) if self.validate else ()


@dataclass
class DayReport:
    """What came of a range of days.

    Attributes:
        promoted: day -> record of inputs of what is now served.
        failed: day -> names of the checks that it broke.
        missing: days that were not computed, with the reason.
        frozen: days that can't be computed again, because the retention took their raw rows; what is stored stays.
        reused: days whose stored partition was made from the same inputs.
        outcomes: one per check over the whole range.
        metadata: of the verb.
    """

    promoted: dict[date, InputRecord] = field(default_factory=dict)
    failed: dict[date, list[str]] = field(default_factory=dict)
    missing: dict[date, str] = field(default_factory=dict)
    frozen: dict[date, str] = field(default_factory=dict)
    reused: list[date] = field(default_factory=list)
    outcomes: list[CheckOutcome] = field(default_factory=list)
    metadata: Mapping[str, Any] = field(default_factory=dict)


def produce_days(workspace: Workspace, spec: DailySpec, days: Sequence[date], *, reuse: bool = False) -> DayReport:
    """Compute, check and promote a range of days; a day that breaks a check is kept aside, the others go on.

    Args:
        workspace: lake, source, settings.
        spec: the asset.
        days: partitions asked for.
        reuse: leave days alone that are stored, not pending, and made from the same inputs.

    Returns:
        What was promoted, failed, missing, reused, and every check's outcome.
    """
    workspace.lake.sweep_staging(spec.contract.asset, older_than_seconds=_NOBODYS_SECONDS)
    ledger = InputLedger(workspace, spec.recipe)
    ledger.load_fingerprints(days)
    report = DayReport()
    wanted = _wanted_days(workspace, spec, ledger, days, report, reuse=reuse)
    if not wanted:
        told = source_checks(spec.stream)
        report.outcomes = [CheckOutcome(name=name, passed=True) for name in spec.check_advice() if name not in told]
        return _with_delivery(workspace, spec, days, report)
    brought = daily_tables_of(spec.reads, spec.contract.asset, workspace.settings)
    for piece in pieces(workspace.lake, brought, wanted, spec.rows_at_once, spec.days_at_once):
        _produce_piece(workspace, spec, ledger, piece, report)
    return _with_delivery(workspace, spec, days, report)


def _with_delivery(workspace: Workspace, spec: DailySpec, days: Sequence[date], report: DayReport) -> DayReport:
    """The report with what the source says about the asked days."""
    if spec.stream is not None and source_checks(spec.stream):
        asked = [day for day in sorted(set(days)) if day >= workspace.history_start]
        report.outcomes += source_outcomes(workspace.source, spec.stream, asked)
    return report


def _produce_piece(
    workspace: Workspace, spec: DailySpec, ledger: InputLedger, wanted: Sequence[date], report: DayReport
) -> None:
    ledger.forget()
    with reading_for(spec.contract.asset):
        produced = spec.verb(DayInputs(workspace, spec.reads, list(wanted), fits=spec.records))
    report.metadata = metadata_together(report.metadata, produced.metadata)
    frame = _canonical(spec.contract, produced.frame)
    set_aside = produced.set_aside if produced.set_aside is not None else pl.DataFrame(schema=SET_ASIDE_SCHEMA)
    outcomes = _outcomes(workspace, spec, produced, frame, set_aside, wanted)
    report.outcomes = outcomes_together(report.outcomes, outcomes)
    for outcome in outcomes:
        if outcome.passed or not outcome.is_blocking:
            continue
        for day in outcome.failed_days or wanted:
            report.failed.setdefault(day, []).append(outcome.name)
    _store(workspace, spec, ledger, wanted, produced, frame, set_aside, report)


def _wanted_days(
    workspace: Workspace, spec: DailySpec, ledger: InputLedger, days: Sequence[date], report: DayReport, *, reuse: bool
) -> list[date]:
    wanted: list[date] = []
    frozen = frozen_days(workspace, spec.contract.asset, spec.reads, days)
    for day in sorted(set(days)):
        if day < workspace.history_start:
            report.missing[day] = f"before history_start {workspace.history_start}"
        elif day in frozen and not (reuse and _is_fresh(workspace, spec, ledger, day)):
            report.frozen[day] = frozen[day]
        elif day in frozen:
            report.reused.append(day)
        elif spec.stream is not None and not is_delivered(workspace, spec.stream, day):
            report.missing[day] = why_missing(workspace.source, spec.stream, day)
        elif not ledger.has_own_delivery(day):
            report.missing[day] = "nothing that it reads is stored for this day"
        elif reuse and _is_fresh(workspace, spec, ledger, day):
            report.reused.append(day)
        else:
            wanted.append(day)
    return wanted


def _is_fresh(workspace: Workspace, spec: DailySpec, ledger: InputLedger, day: date) -> bool:
    stored = workspace.lake.record(spec.contract.asset, day)
    if stored is None or stored.is_pending or workspace.lake.failure(spec.contract.asset, day):
        return False
    return ledger.record_for(day).same_inputs(stored)


def _canonical(contract: FrameContract, frame: pl.DataFrame) -> pl.DataFrame:
    """Contract columns in one order of rows, so that equal content gives equal bytes."""
    conformed = contract.conform(frame)
    plain = [name for name, dtype in conformed.schema.items() if not isinstance(dtype, pl.List)]
    rest = [name for name in plain if name not in contract.key and name != "delivery_day"]
    return conformed.sort("delivery_day", *contract.key, *rest, nulls_last=True, maintain_order=True)


def _outcomes(
    workspace: Workspace,
    spec: DailySpec,
    produced: Produced,
    frame: pl.DataFrame,
    set_aside: pl.DataFrame,
    wanted: Sequence[date],
) -> list[CheckOutcome]:
    outcomes = [evaluate_contract(frame, spec.contract)]
    if spec.conserves or spec.stream:
        outcomes.append(_conservation(workspace, spec, produced, frame, set_aside, wanted))
    if spec.validate:
        outcomes += spec.validate(frame)
    told = Discretion(workspace, spec.contract)
    return [told.outcome(outcome) for outcome in outcomes]


def _conservation(
    workspace: Workspace,
    spec: DailySpec,
    produced: Produced,
    frame: pl.DataFrame,
    set_aside: pl.DataFrame,
    wanted: Sequence[date],
) -> CheckOutcome:
    out = _rows_by_day(frame)
    left = _rows_by_day(set_aside)
    bad: list[dict[str, Any]] = []
    for day in wanted:
        came = _rows_in(workspace, spec, produced, day)
        if came is not None and came != out.get(day, 0) + left.get(day, 0):
            bad.append({"day": str(day), "rows_in": came, "rows_out": out.get(day, 0), "set_aside": left.get(day, 0)})
    strangers = sorted(set(out) - set(wanted))
    bad += [{"day": str(day), "rows_in": 0, "rows_out": out[day], "set_aside": 0} for day in strangers]
    return CheckOutcome(
        name=CONSERVATION_CHECK,
        passed=not bad,
        rows=len(bad),
        failed_days=frozenset(date.fromisoformat(item["day"]) for item in bad) & frozenset(wanted),
        examples=tuple(bad[:5]),
        advice=CONSERVATION_ADVICE,
    )


def _rows_in(workspace: Workspace, spec: DailySpec, produced: Produced, day: date) -> int | None:
    if produced.rows_in is not None:
        return produced.rows_in.get(day, 0)
    if spec.conserves is None:
        return None
    reads = next((item for item in spec.reads if item.asset == spec.conserves), Reads(spec.conserves))
    # A day that gathers a batch conserves all of the batch's rows, the batch's other days none.
    span = reads.window(day, workspace.history_start, workspace.settings) if reads.days_of else (day, day)
    records = (workspace.lake.record(spec.conserves, when) for when in days_between(*span))
    return sum(record.rows_out for record in records if record)


def _rows_by_day(frame: pl.DataFrame) -> dict[date, int]:
    if frame.is_empty():
        return {}
    counts = frame.group_by("delivery_day").len()
    return dict(zip(counts["delivery_day"].to_list(), counts["len"].to_list(), strict=True))


def _split(frame: pl.DataFrame) -> dict[date, pl.DataFrame]:
    parts = frame.partition_by("delivery_day", as_dict=True, maintain_order=True)
    return {key[0]: part for key, part in parts.items()}


def _store(
    workspace: Workspace,
    spec: DailySpec,
    ledger: InputLedger,
    wanted: Sequence[date],
    produced: Produced,
    frame: pl.DataFrame,
    set_aside: pl.DataFrame,
    report: DayReport,
) -> None:
    lake, contract = workspace.lake, spec.contract
    parts, aside = _split(frame), _split(set_aside)
    for day in wanted:  # ascending: a table that reads its own earlier days finds them promoted
        rows = parts.get(day, contract.empty())
        left = aside.get(day, pl.DataFrame(schema=SET_ASIDE_SCHEMA))
        reasons = left.group_by("reason").len().sort("reason")
        record = ledger.record_for(
            day,
            rows_in=_rows_in(workspace, spec, produced, day) if spec.conserves else rows.height + left.height,
            rows_out=rows.height,
            set_aside=dict(zip(reasons["reason"].to_list(), reasons["len"].to_list(), strict=True)),
        )
        staged = lake.stage(contract, day, rows, record)
        if day in report.failed:
            lake.keep_aside(staged, _failure_text(report, day))
            continue
        lake.store_set_aside(contract.asset, day, left)
        lake.promote(staged)
        report.promoted[day] = record


def _failure_text(report: DayReport, day: date) -> list[str]:
    broken = [item for item in report.outcomes if item.name in report.failed[day]]
    return [f"{item.name}: {item.rows} rows, for example {list(item.examples)[:2]}; {item.advice}" for item in broken]
