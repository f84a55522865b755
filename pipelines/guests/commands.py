"""The commands for guests' rights and retention; each returns the exit status."""

import argparse

from pipelines.commands import enter, say
from pipelines.guests.erasure import asked_of, erase_guest, tell
from pipelines.guests.retention import apply_retention
from pipelines.guests.subject_access import export_guest
from pipelines.workspace import build_workspace
from resources.home_lock import alone_in
from resources.paths import expanded


def erase(options: argparse.Namespace) -> int:
    """Erase a guest everywhere; 1 when the search still found something."""
    workspace = build_workspace(enter())
    with alone_in(workspace.settings.home):
        erasure = erase_guest(workspace, asked_of(options), options.reason)
    tell(erasure, workspace.resource("tombstones").load(), say)
    if not erasure.is_complete:
        say("The erasure is NOT complete: remove what is listed above and run the same command again.")
    return 0 if erasure.is_complete else 1


def subject_access(options: argparse.Namespace) -> int:
    """Export everything that is held about a guest."""
    workspace = build_workspace(enter())
    folder = expanded(options.to).absolute()
    held = export_guest(workspace, asked_of(options), folder)
    for table, count in held.items():
        say(f"  {table:<26}{count:>8} rows")
    say(f"{sum(held.values())} rows about the guest in {folder}; README.md there says what they mean")
    return 0


def retain(_options: argparse.Namespace) -> int:
    """Remove raw rows that are older than the retention."""
    workspace = build_workspace(enter())
    with alone_in(workspace.settings.home):
        removed = apply_retention(workspace)
    for table, days in removed.items():
        say(f"  {table:<26}{len(days):>6} days removed, {days[0]} to {days[-1]}")
    if not removed:
        say("No raw rows are older than core.raw_retention_days.")
    else:
        say("These days are frozen: what was made of them stays, and a re-run of them is refused.")
    return 0
