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
    from pipelines.terminal.stages import last_finished_day, run_stage
    from pipelines.workspace import build_workspace
    from resources.errors import SettingsError

    settings = enter(given)
    if not settings.core.kind.is_simulated:
        message = f"source {settings.core.source} has no known truth; the ceilings are studied on source demo"
        raise SettingsError(message)
    workspace = build_workspace(settings, progress=show_progress)
    last = last_finished_day(workspace)
    watch = ReportWatch.over(settings.home)
    make_study(settings)
    good = run_stage(workspace, "The ceilings", CEILINGS_JOB, last, last)
    say(watch.lines()[0])
    return 0 if good else 1
