"""What one step of an asset did, in the words of no orchestrator; the shell turns it into events."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from assets.common.declaration import Declaration
from assets.common.inputs import Reads
from assets.common.workspace import Workspace
from resources.contract import CheckOutcome, FrameContract
from resources.input_record import InputRecord


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """What came of one step.

    Attributes:
        outcomes: one per check.
        rows: stored.
        days: promoted days of a daily asset; None for others.
        failed_days: days kept aside.
        pending_days: promoted days that are not final.
        note: for the line of progress.
        failure: why the step fails; None: it does not.
        metadata: of what was made.
        partitions: promoted days with their record of inputs.
        reused: days that were left as they are.
        version: of an unpartitioned table; None: the orchestrator makes its own.
        log: lines for the run's log, as (level, text).
    """

    outcomes: Sequence[CheckOutcome] = ()
    rows: int = 0
    days: int | None = None
    failed_days: int = 0
    pending_days: int = 0
    note: str = ""
    failure: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    partitions: Mapping[date, InputRecord] = field(default_factory=dict)
    reused: Sequence[date] = ()
    version: str | None = None
    log: Sequence[tuple[str, str]] = ()


class DeclaredAsset(Protocol):
    """What the shell needs of a daily, unpartitioned or fitted asset."""

    @property
    def declaration(self) -> Declaration:
        """How people see it, and when it is made."""
        ...

    @property
    def name(self) -> str:
        """Of the asset."""
        ...

    @property
    def contract(self) -> FrameContract | None:
        """Of its table; None for a fitted record, which is no table."""
        ...

    @property
    def reads(self) -> Sequence[Reads]:
        """Tables that it reads."""
        ...

    @property
    def records(self) -> Sequence[str]:
        """Fitted records that it reads."""
        ...

    @property
    def code_version(self) -> str:
        """Changes with the verb's result."""
        ...

    @property
    def is_partitioned(self) -> bool:
        """Whether it has a partition per business day."""
        ...

    def check_advice(self) -> Mapping[str, str]:
        """Its checks, known without data, with what to do when one fails."""
        ...

    def warning_checks(self) -> Set[str]:
        """Those of its checks that only warn; the others keep aside what they find."""
        ...

    def about(self) -> Mapping[str, str]:
        """Further words about the definition, shown in the UI."""
        ...

    def step(self, workspace: Workspace, days: Sequence[date], *, reuse: bool) -> StepReport:
        """Make it: the asked days, or all of it."""
        ...


def reads_in_words(reads: Sequence[Reads]) -> str:
    """``clean_reviews (90 days), review_vectors (whole history)``, for the UI and the table of assets."""
    parts = []
    for item in reads:
        if item.is_whole:
            span = "as it stands"
        elif item.days_of is not None:
            span = "the batch's days"
        elif item.is_sparse:
            span = "every day that was made"
        elif item.look_back_days is None:
            span = "whole history"
        else:
            span = f"{item.look_back_days} days" if item.look_back_days else "the day"
        parts.append(f"{item.asset} ({span})")
    return ", ".join(parts) or "the source's delivery of the day"
