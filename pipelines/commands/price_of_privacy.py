"""``stayworth price-of-privacy``."""

import time

import click

from pipelines.terminal.options import results_option, source_options
from resources.settings import Given


@click.command("price-of-privacy")
@source_options
@results_option
def price_of_privacy(given: Given) -> int:
    """Publish the stored history under other k, batches, epsilons; report the price."""
    from pipelines.closing import ReportWatch
    from pipelines.terminal.entering import enter
    from pipelines.terminal.speaking import say, show_progress
    from pipelines.terminal.stages import last_finished_day, run_stage
    from pipelines.workspace import build_workspace

    started = time.perf_counter()
    workspace = build_workspace(enter(given), progress=show_progress)
    last = last_finished_day(workspace)
    say("Seven worlds are published, paired and modelled: about ten minutes on two cores.")
    watch = ReportWatch.over(workspace.settings.home)
    good = run_stage(workspace, "The price of privacy", "price_of_privacy_study", last, last)
    say(f"{watch.lines()[0]} ({time.perf_counter() - started:.0f} s)")
    return 0 if good else 1
