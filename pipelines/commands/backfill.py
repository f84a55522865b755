"""``stayworth backfill``."""

from datetime import date

import click

from pipelines.terminal.options import day_options, source_options
from resources.settings import Given


@click.command()
@day_options
@click.option("--runs", type=int, default=1, show_default=True, help="Cut the range into so many runs.")
@click.option("--at-once", type=click.IntRange(1), default=1, show_default=True, help="Runs beside each other.")
@click.option("--as-part", is_flag=True, help="One of runs beside each other: notices are judged when all have ended.")
@source_options
def backfill(given: Given, first: date | None, last: date | None, *, runs: int, at_once: int, as_part: bool) -> int:
    """The daily stages of any range of days.

    As one run, or cut into several, one after the other or beside each other; after runs beside each other it settles
    what is pending.
    """
    from assets.common.inputs import days_between
    from pipelines.backfilling import run_beside, spans
    from pipelines.closing import check_before_stages
    from pipelines.guests.opt_outs import warn_of_opt_outs
    from pipelines.settling import settle_pending
    from pipelines.terminal.entering import enter
    from pipelines.terminal.speaking import say, show_progress
    from pipelines.terminal.stages import days_asked, run_stage
    from pipelines.troubles import tell_source
    from pipelines.workspace import build_workspace

    workspace = build_workspace(enter(given), progress=show_progress)
    since, until = days_asked(workspace, first, last)
    parts = spans(since, until, runs)
    check_before_stages(workspace, days_between(since, until))
    tell_source(workspace, since, until, say)
    if at_once == 1:
        good = all(run_stage(workspace, "Backfill", "backfill", *part) for part in parts)
        if not as_part:  # a notice may fit a row of another part
            warn_of_opt_outs(workspace, say)
        return 0 if good else 1
    good = run_beside(workspace.settings.home, parts, at_once, given)
    # A span that ran before the one that it looks back on is pending. The notices are judged there, over all spans.
    workspace.lake.look_afresh()
    is_settled = settle_pending(workspace)
    return 0 if good and is_settled else 1
