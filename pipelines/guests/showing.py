"""What an erasure or a copy would be about, in words; no identifier is shown whole."""

from collections.abc import Callable

from assets.common.workspace import Workspace
from pipelines.guests.asking import Asked
from pipelines.guests.finding import Finding, find, log_search
from pipelines.guests.guest import Guest
from pipelines.guests.journal import ErasureJournal
from pipelines.guests.lake_surgery import rows_to_take
from pipelines.guests.persons import WORDS
from resources.access_log import reading_for
from resources.identifiers import masked

PURPOSE = "command erase --preview"
_SHOWN = 8


def preview(workspace: Workspace, asked: Asked, say: Callable[[str], None]) -> Finding:
    """Find the guest and show what an erasure would take; changes nothing but the access log."""
    workspace.lake.look_afresh()
    with reading_for(PURPOSE):
        finding = find(workspace, asked)
        log_search(workspace, asked, finding.guest, "erasure-preview")
        rows = {} if finding.doubts or finding.guest.is_nobody else rows_to_take(workspace, finding.guest)
    if ErasureJournal(workspace.lake).is_open:
        say("An erasure was interrupted; the next one that is agreed to finishes it first.")
    if finding.guest.is_nobody or finding.doubts:
        return finding
    show_finding(finding, say)
    say("Rows that would be taken out:")
    for table, count in rows.items():
        say(f"  {table:<26}{count:>8}")
    say("Bookings of others stay; one whose class falls below k without the guest is withheld from publication.")
    return finding


def show_finding(finding: Finding, say: Callable[[str], None]) -> None:
    """Who was found, masked, and how; what is shared with others."""
    if finding.guest.is_nobody:
        return
    say(f"One person: {'; '.join(_names_of(finding.guest)) or 'known by row ids only'}")
    for way, count in finding.how.items():
        say(f"  {count:>6} {way}")
    if finding.told:
        say("Shared with others, or not searched for; rows of others stay:")
        for line in finding.told:
            say(f"  {line}")


def _names_of(guest: Guest) -> list[str]:
    values = {
        "guest_key": guest.guest_keys,
        **{kind: guest.identifiers.get(kind, []) for kind in WORDS if kind != "guest_key"},
    }
    parts: list[str] = []
    for kind, items in values.items():
        shown = list(dict.fromkeys(masked(item) for item in items))
        more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
        parts += [f"{WORDS[kind]} {', '.join(shown[:_SHOWN])}{more}"] if shown else []
    return parts


def show_refusal(finding: Finding, what: str, say: Callable[[str], None]) -> int:
    """Why nothing is done, and what would make it sure; returns the exit status."""
    say(f"More than one person by some reading, so nothing was {what}:")
    for line in finding.doubts:
        say(f"  {line}")
    for way, count in finding.how.items():
        say(f"  {count:>6} {way}")
    say("Name the guest exactly: --guest-key with the key that is theirs takes the rows of that key and of no other;")
    say("where rows have no key, --only-named takes nothing but the rows that carry the address or row id itself.")
    say("Where you have made sure that it is one person after all (a new address, a changed name), add --one-person.")
    return 1
