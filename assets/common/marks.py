"""The mark that a run carries of the process that does it (``resources/processes.py``)."""

import dagster as dg

from resources.processes import this_process

PROCESS_TAG = "stayworth/process"


def mark_process(context: dg.AssetExecutionContext) -> None:
    """Note this process on the run, where whoever started the run did not.

    Over a cluster a step's process ends long before its run does: the run keeps the mark of whoever started it.
    """
    if context.resources.stayworth.settings.core.executor != "in_process":
        return
    mine = this_process()
    if context.run.tags.get(PROCESS_TAG) != mine:
        context.run.tags[PROCESS_TAG] = mine  # type: ignore[index]  # this process's own view of the run
        context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: mine})
