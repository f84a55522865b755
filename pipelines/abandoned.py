"""Runs whose process was killed: Dagster goes on showing them as started, and their pool slots stay taken."""

import dagster as dg
from dagster import DagsterEventType

from assets.common.marks import PROCESS_TAG
from resources.dagster_private import SqliteRunStorage
from resources.processes import is_gone, is_number_gone

UNFINISHED = [
    dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING,
]  # fmt: skip
ABANDONED_TAG = "stayworth/abandoned"
_EVENTS = 20  # of a run without a mark: it was killed before its first table
_WHY = "Its process was killed, or the machine went down. Whole days that it had stored are kept; run the range again."


def close_abandoned_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs as failed whose process on this host is gone, and free their slots; gives back their ids.

    A run that has not started yet is Dagster's own to watch (``run_monitoring`` of ``dagster.yaml``).
    """
    closed: list[str] = []
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=UNFINISHED)):
        process = run.tags.get(PROCESS_TAG)
        if not (is_gone(process) if process else _died_before_its_mark(instance, run)):
            continue
        instance.add_run_tags(run.run_id, {ABANDONED_TAG: "true"})
        instance.report_run_failed(run, _WHY)
        if instance.event_log_storage.supports_global_concurrency_limits:
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        closed.append(run.run_id)
    return closed


def _died_before_its_mark(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether the process that Dagster's first events name has ended; SQLite storage means that it was of this host."""
    if run.status != dg.DagsterRunStatus.STARTED or not isinstance(instance.run_storage, SqliteRunStorage):
        return False
    events = instance.get_records_for_run(run.run_id, of_type=DagsterEventType.ENGINE_EVENT, limit=_EVENTS).records
    for record in events:
        event = record.event_log_entry.dagster_event
        if event is not None and (number := event.engine_event_data.metadata.get("pid")) is not None:
            return is_number_gone(int(str(number.value)))
    return False
