"""``stayworth erase``."""

import click

from pipelines.guests.options import guest_options
from pipelines.terminal.options import source_options
from resources.settings import Given


@click.command()
@guest_options
@click.option("--preview", is_flag=True, help="Only show what would be taken; changes nothing.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--reason", default="", help="For the access log, without the identifier.")
@source_options
def erase(given: Given, preview: bool, yes: bool, reason: str, **named: object) -> int:
    """Remove a guest from everything that is stored, and prove it by a search of all files.

    Shows what it would take (whom, rows by table, how they were found; identifiers masked) and asks first. Refuses
    where what was found is more than one person by some reading. Ends with 0 when the guest is gone, 1 when nothing was
    erased or something is left.
    """
    from pipelines.guests.asking import asked_of
    from pipelines.guests.commands import erase_asked
    from pipelines.guests.erasure import refuse_telling_reason
    from pipelines.guests.key_rules import words_of
    from pipelines.terminal.entering import enter
    from pipelines.workspace import build_workspace

    settings = enter(given)
    asked = asked_of(**named, words=words_of(settings))  # type: ignore[arg-type]
    refuse_telling_reason(asked, reason)
    return erase_asked(build_workspace(settings), asked, reason, is_only_shown=preview, is_agreed=yes)
