"""The commands for guests' rights and retention; each returns the exit status."""

import argparse
import sys

from assets.common.workspace import Workspace
from pipelines.commands import enter, say
from pipelines.guests.asking import Asked, asked_of
from pipelines.guests.erasure import erase_guest, refuse_telling_reason, tell, was_erased
from pipelines.guests.finding import find, log_search
from pipelines.guests.retention import apply_retention
from pipelines.guests.showing import preview, show_finding, show_refusal
from pipelines.guests.subject_access import check_folder, export_guest
from pipelines.workspace import build_workspace
from resources.access_log import reading_for
from resources.home_lock import alone_in
from resources.paths import expanded


def erase(options: argparse.Namespace) -> int:
    """Show what would go, ask, and erase a guest everywhere.

    Returns:
        0 erased; 1 nothing was erased (nobody found, refused, not agreed to), or the search still found something.
    """
    asked = asked_of(options)
    refuse_telling_reason(asked, options.reason)
    workspace = build_workspace(enter())
    finding = preview(workspace, asked, say)
    if finding.doubts:
        return show_refusal(finding, "erased", say)
    if options.preview:
        say("Only shown: nothing was changed.")
        return 1 if finding.guest.is_nobody else 0
    if not finding.guest.is_nobody and not _is_agreed(options):
        return 1
    with alone_in(workspace.settings.home):
        erasure = erase_guest(workspace, asked, options.reason, shown=finding.guest)
    tell(erasure, workspace.resource("tombstones").load(), say)
    if not erasure.is_complete:
        say("The erasure is NOT complete: remove what is listed above and run the same command again.")
    is_somebody = not finding.guest.is_nobody or erasure.is_known or erasure.was_interrupted
    return 0 if erasure.is_complete and is_somebody else 1


def _is_agreed(options: argparse.Namespace) -> bool:
    """Whether a person has agreed: beforehand by ``--yes``, or now at the terminal."""
    if options.yes:
        return True
    if not sys.stdin.isatty():
        say(
            "Nothing was erased: there is no terminal to ask at. Give --yes if this is the guest, or --preview to look."
        )
        return False
    say("Type `yes` to erase all this for good:")
    if sys.stdin.readline().strip().lower() == "yes":
        return True
    say("Nothing was erased.")
    return False


def subject_access(options: argparse.Namespace) -> int:
    """Export everything that is held about a guest.

    Returns:
        0 written; 1 nothing was written, because nobody or more than one person was found.
    """
    asked = asked_of(options)
    workspace = build_workspace(enter())
    folder = expanded(options.to).absolute()
    check_folder(workspace, folder)
    with reading_for("command subject-access"):
        finding = find(workspace, asked)
        log_search(workspace, asked, finding.guest, "subject-access-search")
    if finding.doubts:
        return show_refusal(finding, "copied", say)
    show_finding(finding, say)
    held = export_guest(workspace, asked, folder, finding)
    if finding.guest.is_nobody:
        return _say_nobody(workspace, asked)
    for table, count in held.items():
        say(f"  {table:<26}{count:>8} rows")
    say(f"{sum(held.values())} rows about the guest in {folder}; README.md there says what they mean")
    return 0


def _say_nobody(workspace: Workspace, asked: Asked) -> int:
    if was_erased(workspace.resource("tombstones").load(), asked):
        say("Nothing is held: this guest was erased. No copy was written.")
    else:
        say("Nobody is known by what was given; no copy was written. Look at how the source writes it.")
    return 1


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
