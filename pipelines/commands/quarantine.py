"""``stayworth quarantine``."""

from datetime import date

import click

from pipelines.terminal.options import day_options, source_options
from resources.settings import Given

_LONGEST = 200  # characters of raw text


@click.command()
@day_options
@click.option("--limit", type=int, default=20, show_default=True, help="Rows to show.")
@source_options
def quarantine(given: Given, first: date | None, last: date | None, limit: int) -> int:
    """Look up quarantined rows: file, row, column, reason, raw text."""
    from assets.common.inputs import days_between
    from assets.raw.contract import QUARANTINE
    from pipelines.terminal.entering import enter
    from pipelines.terminal.speaking import say
    from pipelines.terminal.stages import days_asked
    from pipelines.workspace import build_workspace
    from resources.access_log import reading_for

    workspace = build_workspace(enter(given))
    since, until = days_asked(workspace, first, last)
    with reading_for("command quarantine"):
        rows = workspace.lake.read_days(QUARANTINE, days_between(since, until))
    say(f"{rows.height} problems in quarantine, {since} to {until}")
    for row in rows.head(limit).iter_rows(named=True):
        place = f"{row['source_file']} row {row['source_row']}, column {row['column'] or '-'}"
        say(f"{row['delivery_day']}  {place}: {row['reason']}")
        say(f"    {str(row['raw_text'])[:_LONGEST]}")
    return 0
