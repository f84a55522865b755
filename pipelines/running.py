"""Runs jobs in this process against the pipeline's own Dagster instance: what the command line stands on."""

from collections.abc import Sequence
from datetime import date

import dagster as dg

from assets.common.daily import REUSE_TAG
from assets.common.marks import PROCESS_TAG
from assets.common.workspace import Workspace
from pipelines.abandoned import close_abandoned_runs
from pipelines.building import build_definitions
from pipelines.instance import open_instance
from pipelines.partitions import RANGE_END, RANGE_START
from resources.processes import this_process


def run_job(workspace: Workspace, job: str, first: date, last: date, *, reuse: bool) -> dg.ExecuteInProcessResult:
    """Run a job over a range of days as one run.

    Args:
        workspace: bound to the definitions.
        job: name of the job.
        first: first day of the range.
        last: last day of the range.
        reuse: leave stored partitions alone whose inputs did not change.

    Returns:
        Dagster's result; ``success`` is False when a step failed or a day was kept aside.
    """
    definition = build_definitions(workspace).resolve_job_def(job)
    tags = {PROCESS_TAG: this_process(), **({REUSE_TAG: "true"} if reuse else {})}
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with open_instance(workspace.settings.home) as instance:
        close_abandoned_runs(instance)
        if definition.partitions_def is None:  # a job of unpartitioned tables only
            return definition.execute_in_process(instance=instance, tags=tags, raise_on_error=False, run_config=quiet)
        if first == last:
            return definition.execute_in_process(
                partition_key=first.isoformat(), instance=instance, tags=tags, raise_on_error=False, run_config=quiet
            )
        tags |= {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}
        return definition.execute_in_process(instance=instance, tags=tags, raise_on_error=False, run_config=quiet)


def failures_of(result: dg.ExecuteInProcessResult) -> list[str]:
    """One line per failed step: its name and the innermost message."""
    lines: list[str] = []
    for event in result.get_step_failure_events():
        error = event.step_failure_data.error
        data = event.step_failure_data.user_failure_data
        cause = error
        while cause is not None and cause.cause is not None:
            cause = cause.cause
        text = data.description if data and data.description else (cause.message.strip() if cause else "failed")
        lines.append(f"{event.step_key}: {text}")
    return lines


def pending_days(workspace: Workspace, tables: Sequence[str]) -> list[date]:
    """Days of which at least one daily table is pending or failed its last attempt."""
    found: set[date] = set()
    for table in tables:
        found |= workspace.lake.failures(table)
        for day in workspace.lake.days(table):
            record = workspace.lake.record(table, day)
            if record is not None and record.is_pending:
                found.add(day)
    return sorted(found)
