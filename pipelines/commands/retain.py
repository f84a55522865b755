"""``stayworth retain``."""

import click

from pipelines.terminal.options import source_options
from resources.settings import Given


@click.command()
@source_options
def retain(given: Given) -> int:
    """Delete raw rows and stays that are older than their retention.

    Deletes the rows of raw_bookings, raw_reviews and quarantine of all days that are older than
    core.raw_retention_days, and those of stays older than retention.stays_days (as raw rows where it is not set,
    and never sooner than the linkage looks back), counted back from the last stored day, for good; their records of
    inputs stay. What was made of them stays and is frozen: these days can't be made again. Refuses where both settings
    are missing, or such a day is pending. Asks nothing: it is meant to run daily.
    """
    from pipelines.guests.commands import retain_rows
    from pipelines.terminal.entering import enter
    from pipelines.workspace import build_workspace

    retain_rows(build_workspace(enter(given)))
    return 0
