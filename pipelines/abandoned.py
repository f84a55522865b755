"""Runs whose process was killed: Dagster goes on showing them as started, and their pool slots stay taken."""

import dagster as dg

from assets.common.marks import PROCESS_TAG
from resources.processes import is_gone

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING,
]  # fmt: skip
_WHY = "Its process was killed, or the machine went down. Whole days that it had stored are kept; run the range again."


def close_abandoned_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs as failed whose process on this host is gone, and free their slots; gives back their ids."""
    closed: list[str] = []
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=UNFINISHED)):
        process = run.tags.get(PROCESS_TAG)
        if process is None or not is_gone(process):
            continue
        instance.report_run_failed(run, _WHY)
        if instance.event_log_storage.supports_global_concurrency_limits:
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        closed.append(run.run_id)
    return closed
