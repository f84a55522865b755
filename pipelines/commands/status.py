"""``stayworth status``."""

import contextlib

import click

from pipelines.terminal.options import source_options
from resources.settings import Given


@click.command()
@source_options
def status(given: Given) -> int:
    """What is stored by table: days, rows, pending, failed; what is not in order, and why."""
    from pipelines.guests.opt_outs import warn_of_opt_outs
    from pipelines.terminal.entering import enter
    from pipelines.terminal.speaking import say
    from pipelines.troubles import lines_of, troubles
    from pipelines.workspace import build_workspace
    from resources.errors import SourceError

    workspace = build_workspace(enter(given))
    say(f"{'table':<26}{'zone':<12}{'days':>6}{'first':>12}{'last':>12}{'rows':>12}{'pending':>9}{'failed':>8}")
    for asset, zone in sorted(workspace.lake.assets().items(), key=lambda item: (str(item[1]), item[0])):
        days = workspace.lake.days(asset)
        records = [workspace.lake.record(asset, day) for day in days or [None]]
        known = [record for record in records if record is not None]
        span = (str(days[0]), str(days[-1])) if days else ("", "")
        pending = sum(record.is_pending for record in known)
        rows = sum(record.rows_out for record in known)
        failed = len(workspace.lake.failures(asset))
        say(f"{asset:<26}{zone:<12}{len(days):>6}{span[0]:>12}{span[1]:>12}{rows:>12,}{pending:>9}{failed:>8}")
    if lines := lines_of(troubles(workspace)):
        say()
        say("Not in order:")
        for line in lines:
            say(f"  {line}")
    with contextlib.suppress(SourceError):  # a source that can't be read is told above
        warn_of_opt_outs(workspace, say)
    return 0
