"""The days that a command runs over, and the stages that it runs."""

from datetime import date, timedelta

from assets.common.daily import DailyAsset
from assets.common.declaration import Cadence, declared_in
from assets.common.workspace import Workspace
from assets.reports.contract import EVALUATION_RESULTS
from pipelines.partitions import history
from pipelines.rooms import room_modules
from pipelines.running import failures_of, run_job
from pipelines.terminal.speaking import say
from resources.errors import NotFittedError, SettingsError

_UNEXPLAINED = "the run ended before any step told why; `stayworth status` shows what is stored, the UI its events"


def daily_tables() -> list[str]:
    """Names of the tables of the daily stages."""
    return [item.name for item in declared_in(room_modules(), DailyAsset) if item.declaration.cadence == Cadence.DAILY]


def days_asked(workspace: Workspace, first: date | None, last: date | None) -> tuple[date, date]:
    """First and last day of a run.

    Args:
        workspace: knows the history.
        first: as asked for; None: the start of history.
        last: as asked for; None: the last known day.

    Raises:
        SettingsError: no such range.
    """
    start, end = history(workspace.settings)
    core = workspace.settings.core
    if core.kind.is_live and not last and not core.history_end:
        end = min(end, max(start, workspace.source.last_day))  # days that nobody has closed yet are left out
    since, until = first or start, last or max(end, first or end)
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011  (the calendar day of the machine is meant)
    if since < start:
        message = f"--from {since} lies before the start of history {start}; give a day from then on"
        raise SettingsError(message)
    if until > max(yesterday, end):
        message = f"--to {until} lies in the future; the last complete business day is {yesterday}"
        raise SettingsError(message)
    if since > until:
        message = f"--from {since} lies after --to {until}; give them in order"
        raise SettingsError(message)
    return since, until


def last_finished_day(workspace: Workspace) -> date:
    """The day that the last whole run of the home went up to.

    Raises:
        NotFittedError: none is stored.
    """
    record = workspace.lake.record(EVALUATION_RESULTS.asset, None)
    if record is None:
        message = "no finished run is stored in this home; run the chain first (stayworth run)"
        raise NotFittedError(message)
    return date.fromisoformat(record.inputs["as_of"])


def run_stage(workspace: Workspace, title: str, job: str, first: date, last: date) -> bool:
    """Run a job over a range of days, telling what failed; whether it ended well."""
    span = f"{first}" if first == last else f"{first} to {last}"
    say(f"{title} ({span})")
    result = run_job(workspace, job, first, last, reuse=True)
    for line in failures_of(result) or ([] if result.success else [_UNEXPLAINED]):
        say(f"  failed: {line}")
    return result.success
