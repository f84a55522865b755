"""What the commands for guests' rights and retention do, and what they tell."""

import sys
from pathlib import Path

from assets.common.workspace import Workspace
from pipelines.guests.asking import Asked
from pipelines.guests.erasure import erase_guest, tell, was_erased
from pipelines.guests.finding import find, log_search
from pipelines.guests.retention import apply_retention
from pipelines.guests.showing import preview, show_finding, show_refusal
from pipelines.guests.subject_access import check_folder, export_guest
from pipelines.terminal.speaking import say
from resources.access_log import reading_for
from resources.home_lock import alone_in


def erase_asked(workspace: Workspace, asked: Asked, reason: str, *, is_only_shown: bool, is_agreed: bool) -> int:
    """Show what would go, ask, and erase a guest everywhere.

    Args:
        workspace: of the home.
        asked: who.
        reason: for the access log.
        is_only_shown: change nothing.
        is_agreed: a person has agreed beforehand.

    Returns:
        0 erased; 1 nothing was erased (nobody found, refused, not agreed to), or the search still found something.
    """
    finding = preview(workspace, asked, say)
    if finding.doubts:
        return show_refusal(finding, "erased", say)
    if is_only_shown:
        if finding.guest.is_nobody:
            return _say_nobody(workspace, asked, "Nothing was changed.")
        say("Only shown: nothing was changed.")
        return 0
    if not finding.guest.is_nobody and not _is_agreed(is_agreed=is_agreed):
        return 1
    with alone_in(workspace.settings.home):
        erasure = erase_guest(workspace, asked, reason, shown=finding.guest)
    tell(erasure, workspace.resource("tombstones").load(), say)
    if not erasure.is_complete:
        say("The erasure is NOT complete: remove what is listed above and run the same command again.")
    is_somebody = not finding.guest.is_nobody or erasure.is_known or erasure.was_interrupted
    return 0 if erasure.is_complete and is_somebody else 1


def _is_agreed(*, is_agreed: bool) -> bool:
    """Whether a person has agreed: beforehand by ``--yes``, or now at the terminal."""
    if is_agreed:
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


def copy_for(workspace: Workspace, asked: Asked, folder: Path) -> int:
    """Export everything that is held about a guest.

    Args:
        workspace: of the home.
        asked: who.
        folder: of the copy.

    Returns:
        0 written; 1 nothing was written, because nobody or more than one person was found.
    """
    check_folder(workspace, folder)
    with reading_for("command subject-access"):
        finding = find(workspace, asked)
        log_search(workspace, asked, finding.guest, "subject-access-search")
    if finding.doubts:
        return show_refusal(finding, "copied", say)
    show_finding(finding, say)
    held = export_guest(workspace, asked, folder, finding)
    if finding.guest.is_nobody:
        return _say_nobody(workspace, asked, "No copy was written.")
    for table, count in held.items():
        say(f"  {table:<26}{count:>8} rows")
    say(f"{sum(held.values())} rows about the guest in {folder}; README.md there says what they mean")
    return 0


def _say_nobody(workspace: Workspace, asked: Asked, undone: str) -> int:
    if was_erased(workspace.resource("tombstones").load(), asked):
        say(f"Nothing is held: this guest was erased. {undone}")
    else:
        say(f"Nobody is known by what was given. {undone} Look at how the source writes it.")
    return 1


def retain_rows(workspace: Workspace) -> None:
    """Remove rows that are older than their retention."""
    with alone_in(workspace.settings.home):
        removed = apply_retention(workspace)
    for table, days in removed.items():
        say(f"  {table:<26}{len(days):>6} days removed, {days[0]} to {days[-1]}")
    if not removed:
        say("No rows are older than core.raw_retention_days or retention.stays_days.")
    else:
        say("These days are frozen: what was made of them stays, and a re-run of them is refused.")
