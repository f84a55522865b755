"""The mark that a run carries of the process that does it (``resources/processes.py``)."""

import dagster as dg

from resources.processes import this_process

PROCESS_TAG = "stayworth/process"


def mark_process(context: dg.AssetExecutionContext) -> None:
    """Note this process on the run, where whoever started the run did not."""
    mine = this_process()
    if context.run.tags.get(PROCESS_TAG) != mine:
        context.run.tags[PROCESS_TAG] = mine  # type: ignore[index]  # this process's own view of the run
        context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: mine})
