"""``stayworth subject-access``."""

from pathlib import Path

import click

from pipelines.guests.options import guest_options
from pipelines.terminal.options import PATH, source_options
from resources.settings import Given


@click.command("subject-access")
@guest_options
@click.option("--to", "folder", required=True, type=PATH, help="New folder for the copy.")
@source_options
def subject_access(given: Given, folder: Path, **named: object) -> int:
    """Export everything that is held about a guest.

    Ends with 0 when a copy was written, 1 when nobody or more than one person was found.
    """
    from pipelines.guests.asking import asked_of
    from pipelines.guests.commands import copy_for
    from pipelines.guests.key_rules import words_of
    from pipelines.terminal.entering import enter
    from pipelines.workspace import build_workspace

    settings = enter(given)
    asked = asked_of(**named, words=words_of(settings))  # type: ignore[arg-type]
    return copy_for(build_workspace(settings), asked, folder.absolute())
