"""``stayworth settle``."""

import click

from pipelines.terminal.options import source_options
from resources.settings import Given


@click.command()
@source_options
def settle(given: Given) -> int:
    """Re-run pending days until nothing is pending.

    Re-runs the daily stages from the first pending or failed day to the last, until nothing is pending or nothing
    changes any more (ten times at most). Days between whose inputs did not change are left as they are; days that are
    made again take the place of what was stored. Nothing else is deleted.
    """
    from pipelines.settling import settle_pending
    from pipelines.terminal.entering import enter
    from pipelines.terminal.speaking import show_progress
    from pipelines.workspace import build_workspace

    return 0 if settle_pending(build_workspace(enter(given), progress=show_progress)) else 1
