"""``stayworth status``: what is stored, and what is not in order."""

import argparse

from pipelines.commands import enter, say
from pipelines.guests.opt_outs import warn_of_opt_outs
from pipelines.troubles import lines_of, troubles
from pipelines.workspace import build_workspace


def status(_options: argparse.Namespace) -> int:
    """What is stored, by table, and what is not in order."""
    workspace = build_workspace(enter())
    say(f"{'table':<26}{'zone':<12}{'days':>6}{'first':>12}{'last':>12}{'rows':>12}{'pending':>9}{'failed':>8}")
    for asset, zone in sorted(workspace.lake.assets().items(), key=lambda item: (str(item[1]), item[0])):
        days = workspace.lake.days(asset)
        records = [workspace.lake.record(asset, day) for day in days or [None]]  # type: ignore[list-item]
        known = [record for record in records if record is not None]
        span = (str(days[0]), str(days[-1])) if days else ("", "")
        pending = sum(record.is_pending for record in known)
        rows = sum(record.rows_out for record in known)
        failed = len(workspace.lake.failures(asset))
        say(f"{asset:<26}{zone:<12}{len(days):>6}{span[0]:>12}{span[1]:>12}{rows:>12,}{pending:>9}{failed:>8}")
    if found := lines_of(troubles(workspace)):
        say()
        say("Not in order:")
        for line in found:
            say(f"  {line}")
    warn_of_opt_outs(workspace, say)
    return 0
