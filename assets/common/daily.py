"""Daily assets: a pure verb over a range of days, declared with its contract, reads and checks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assets.common.declaration import Cadence, Declaration, declaration_of
from assets.common.effects import Effect
from assets.common.fits import FitInputs, fitted_record
from assets.common.freshness import DaysOf
from assets.common.inputs import DayInputs, Produced, Reads, WholeInputs, WholeProduced
from assets.common.promotion import DailySpec, DayReport, Validate, produce_days
from assets.common.step import StepReport
from assets.common.whole import whole_asset
from assets.common.workspace import Workspace
from resources.contract import FrameContract

__all__ = [
    "Cadence", "DailyAsset", "DayInputs", "Effect", "FitInputs", "Produced", "Reads", "WholeInputs", "WholeProduced",
    "daily_asset", "fitted_record", "whole_asset",
]  # fmt: skip


@dataclass(frozen=True)
class DailyAsset:
    """A declared daily asset, not yet bound to partitions."""

    spec: DailySpec
    declaration: Declaration

    @property
    def name(self) -> str:
        """Of the table."""
        return self.declaration.name

    @property
    def contract(self) -> FrameContract:
        """Of the table."""
        return self.spec.contract

    @property
    def reads(self) -> Sequence[Reads]:
        """Tables that it reads."""
        return self.spec.reads

    @property
    def records(self) -> Sequence[str]:
        """Fitted records that it reads."""
        return self.spec.records

    @property
    def code_version(self) -> str:
        """Changes with the verb's result."""
        return self.spec.code_version

    @property
    def is_partitioned(self) -> bool:
        """It has a partition per business day."""
        return True

    def check_advice(self) -> dict[str, str]:
        """Its checks, known without data, with what to do when one fails."""
        return self.spec.check_advice()

    def warning_checks(self) -> set[str]:
        """Those of its checks that only warn."""
        return self.spec.warning_checks()

    def about(self) -> dict[str, str]:
        """Nothing more to say in the UI."""
        return {}

    def step(self, workspace: Workspace, days: Sequence[date], *, reuse: bool) -> StepReport:
        """Compute, check and promote the asked days (``assets/common/promotion.py``)."""
        report = produce_days(workspace, self.spec, days, reuse=reuse)
        is_lost = not report.promoted and not report.reused and (report.failed or report.frozen)
        counts = ((report.reused, "reused"), (report.frozen, "frozen"))
        return StepReport(
            outcomes=report.outcomes,
            rows=sum(record.rows_out for record in report.promoted.values()),
            days=len(report.promoted),
            failed_days=len(report.failed),
            pending_days=sum(record.is_pending for record in report.promoted.values()),
            note=", ".join(f"{len(which)} days {what}" for which, what in counts if which),
            failure=_failure_text(workspace, self.name, report) if is_lost else None,
            metadata=report.metadata,
            partitions=report.promoted,
            reused=report.reused,
            log=_log_lines(self.name, report),
        )


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
    cadence: Cadence = Cadence.DAILY,
    pool: str | None = None,
) -> Callable[[Callable[[DayInputs], Produced]], DailyAsset]:
    """Declare a daily asset around a verb.

    What happens to each day is told in ``assets/common/promotion.py``, what ``cadence`` and ``pool`` mean in
    ``assets/common/declaration.py``.
    """

    def declare(verb: Callable[[DayInputs], Produced]) -> DailyAsset:
        spec = DailySpec(
            contract=contract, group=group, verb=verb, reads=tuple(reads), records=tuple(records),
            conserves=conserves, validate=validate, code_version=code_version, stream=stream,
            source_days_of=source_days_of, rows_at_once=rows_at_once, days_at_once=days_at_once,
        )  # fmt: skip
        declaration = declaration_of(
            contract.asset, group, verb, kinds=kinds or {"polars", "parquet"}, owners=owners, cadence=cadence, pool=pool
        )
        return DailyAsset(spec, declaration)

    return declare


def _log_lines(name: str, report: DayReport) -> list[tuple[str, str]]:
    lines = [("info", f"{name} {day}: not computed, {why}") for day, why in list(report.missing.items())[:3]]
    lines += [("warning", f"{name} {day}: refused, {why}") for day, why in list(report.frozen.items())[:3]]
    for day, names in list(report.failed.items())[:5]:
        lines.append(("error", f"{name} {day}: kept aside, broke {', '.join(names)}"))
    return lines


def _failure_text(workspace: Workspace, name: str, report: DayReport) -> str:
    if not report.failed:
        day, reason = next(iter(report.frozen.items()))
        return f"{name}: {len(report.frozen)} day(s) are refused. {day}: {reason}"
    lines = [f"{day}: {text}" for day in list(report.failed)[:3] for text in workspace.lake.failure(name, day)]
    return (
        f"{name}: {len(report.failed)} day(s) broke a check and were kept aside; "
        f"the last good data is still served. {' | '.join(lines)}"
    )


def failed_days(workspace: Workspace, assets: Sequence[str], days: Sequence[date]) -> Mapping[str, list[date]]:
    """Asset -> those of ``days`` whose last attempt was kept aside."""
    wanted = set(days)
    kept_aside = {asset: sorted(workspace.lake.failures(asset) & wanted) for asset in assets}
    return {asset: which for asset, which in kept_aside.items() if which}
