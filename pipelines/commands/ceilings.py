"""``stayworth ceilings``."""

import click

from pipelines.terminal.options import results_option, source_options
from resources.settings import Given


@click.command()
@source_options
@results_option
def ceilings(given: Given) -> int:
    """How near the models come to what can be known: simulated worlds, hours; demo only."""
    from pipelines.ceilings import CEILINGS_JOB, make_study
    from pipelines.closing import ReportWatch
    from pipelines.terminal.entering import enter
    from pipelines.terminal.speaking import say, show_progress
    from pipelines.terminal.stages import run_stage
    from pipelines.workspace import build_workspace
    from resources.errors import NotFittedError, SettingsError

    settings = enter(given)
    if not settings.core.kind.is_simulated:
        message = f"source {settings.core.source} has no known truth; the ceilings are studied on source demo"
        raise SettingsError(message)
    workspace = build_workspace(settings, progress=show_progress)
    last = max(workspace.lake.days("published_bookings"), default=None)
    if last is None or not workspace.lake.exists("evaluation_results", None):
        message = "no finished run is stored in this home; run the chain first (stayworth run)"
        raise NotFittedError(message)
    watch = ReportWatch.over(settings.home)
    make_study(settings)
    good = run_stage(workspace, "The ceilings", CEILINGS_JOB, last, last)
    say(watch.lines()[0])
    return 0 if good else 1
