"""Runs jobs against the pipeline's own Dagster instance: what the command line stands on.

A run is steered by this process. Its steps run in it too, or over a cluster where the settings say so.
"""

import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

import dagster as dg

from assets.common.marks import PROCESS_TAG
from assets.common.shell import REUSE_TAG
from assets.common.workspace import Workspace
from pipelines.abandoned import close_abandoned_runs
from pipelines.building import build_definitions
from pipelines.code_location import MODULE, file_runs_under
from pipelines.executors import is_spread, refuse_other_settings
from pipelines.instance import open_instance
from pipelines.partitions import RANGE_END, RANGE_START
from resources.dagster_private import PARTITION_NAME_TAG, ReconstructableRepository
from resources.processes import this_process

# Both results tell of success and failed steps in the same way.
Result = dg.ExecuteInProcessResult | dg.JobExecutionResult


def run_job(
    workspace: Workspace, job: str, first: date, last: date, *, reuse: bool, tables: Sequence[str] | None = None
) -> Result:
    """Run a job over a range of days as one run.

    Args:
        workspace: bound to the definitions; over a cluster it must be the one that the environment describes.
        job: name of the job.
        first: first day of the range.
        last: last day of the range.
        reuse: leave stored partitions alone whose inputs did not change.
        tables: those of the job's tables that are made; None: all of them.

    Returns:
        Dagster's result; ``success`` is False when a step failed or a day was kept aside.

    Raises:
        SettingsError: steps run over a cluster, and the environment describes other settings.
    """
    definition = build_definitions(workspace).resolve_job_def(job)
    tags = {PROCESS_TAG: this_process(), **({REUSE_TAG: "true"} if reuse else {})}
    if definition.partitions_def is not None and first != last:
        tags |= {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}
    asked: dict[str, Any] = {
        "tags": tags,
        "raise_on_error": False,
        "run_config": {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        "asset_selection": None if tables is None else [dg.AssetKey(table) for table in tables],
    }
    day = first.isoformat() if definition.partitions_def is not None and first == last else None
    with open_instance(workspace.settings.home) as instance:
        close_abandoned_runs(instance)
        file_runs_under(instance, job)
        if is_spread(workspace.settings):
            refuse_other_settings(workspace.settings)
            return _run_spread(instance, job, day, asked)
        return definition.execute_in_process(instance=instance, partition_key=day, **asked)


def _run_spread(instance: dg.DagsterInstance, job: str, day: str | None, asked: dict[str, Any]) -> Result:
    """A run whose steps load the definitions themselves, each in its own process, as the daemon's runs do."""
    loaded = ReconstructableRepository.for_module(MODULE, "defs")
    # Dagster's default is a `dagster` on the PATH, which a node has only where its environment is activated.
    loaded = loaded._replace(entry_point=[sys.executable, "-m", "dagster"])
    tags = {**asked["tags"], **({PARTITION_NAME_TAG: day} if day else {})}
    return dg.execute_job(loaded.get_reconstructable_job(job), instance=instance, **{**asked, "tags": tags})


def failures_of(result: Result) -> list[str]:
    """One line per failed step: its name and the innermost message."""
    lines: list[str] = []
    for event in result.get_step_failure_events():
        error = event.step_failure_data.error
        data = event.step_failure_data.user_failure_data
        cause = error
        while cause is not None and cause.cause is not None:
            cause = cause.cause
        text = data.description.strip() if data and data.description else ""
        lines.append(f"{event.step_key}: {text or _said(cause)}")
    return lines


def _said(error: Any) -> str:
    """Kind and text of an error as Dagster keeps it; where it has no text, the line of code that raised it."""
    if error is None:
        return "failed without telling why"
    text = error.message.strip()
    if text and not text.endswith(":") and ":" in text:
        return text
    place = " ".join(error.stack[-1].split()) if error.stack else "a place that is not known"
    return f"{text.rstrip(':') or error.cls_name or 'error'}, without a message, in {place}"


def pending_days(workspace: Workspace, tables: Sequence[str]) -> list[date]:
    """Days of which at least one daily table is pending or failed its last attempt."""
    pending: set[date] = set()
    for table in tables:
        pending |= workspace.lake.failures(table)
        for day in workspace.lake.days(table):
            record = workspace.lake.record(table, day)
            if record is not None and record.is_pending:
                pending.add(day)
    return sorted(pending)
