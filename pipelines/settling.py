"""Pending and failed days run again until none is left, or nothing changes any more."""

from datetime import date

from assets.common.workspace import Workspace
from pipelines.guests.opt_outs import warn_of_opt_outs
from pipelines.running import pending_days
from pipelines.terminal.speaking import say
from pipelines.terminal.stages import daily_tables, run_stage

_MAX_SWEEPS = 10


def settle_pending(workspace: Workspace) -> bool:
    """Re-run the span of pending days until nothing changes any more; whether none is left."""
    tables = daily_tables()
    before: list[date] = []
    for _ in range(_MAX_SWEEPS):
        todo = pending_days(workspace, tables)
        if not todo or todo == before:
            break
        before = todo
        run_stage(workspace, f"Settling {len(todo)} pending days", "backfill", todo[0], todo[-1])
    left = pending_days(workspace, tables)
    say(f"{len(left)} days are still pending" + (f", the first is {left[0]}" if left else ""))
    warn_of_opt_outs(workspace, say)
    return not left
