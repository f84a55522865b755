"""The note that stands where there is nothing to show."""

from typing import Protocol

from assets.reports.telling.absence import Need, Presence
from assets.reports.telling.blocks import Notice
from assets.reports.telling.wording import capital


class KnowsWhatThereIs(Protocol):
    """Anything that says how much of each thing a run has: what a chapter is told."""

    @property
    def presence(self) -> Presence:
        """How much of each thing there is."""
        ...


def missing(what: str, told: KnowsWhatThereIs, need: Need) -> Notice:
    """One line that says why something is not there.

    Args:
        what: is not there.
        told: what the chapter was told.
        need: what it is computed from.
    """
    return Notice(text=f"{capital(what)}: {told.presence.why(need)}.", tone="missing")
