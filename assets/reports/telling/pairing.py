"""What a pair says of a stay, by what the source names and knows."""

from collections.abc import Mapping
from typing import Any

from assets.reports.telling.blocks import Notice
from assets.reports.telling.wording import capital
from resources.sources.base import SourceFacts


def pairs_by_name(facts: SourceFacts, alignment: Mapping[str, Any]) -> bool:
    """Whether stays meet reviews of their own hotel: the source names it on both sides, and pairs were found by it.

    Args:
        facts: of the source.
        alignment: the branch ``alignment`` of the findings.
    """
    return facts.names_hotels and alignment.get("exact_pairs", 1) >= alignment.get("context_pairs", 0)


def no_names(facts: SourceFacts) -> str:
    """Why pairs are by context, as a clause."""
    if facts.names_hotels:
        return "most bookings are of hotels that no review names"
    return "the public bookings name no hotel" if facts.is_published else "the bookings name no hotel"


def pairing_notice(facts: SourceFacts, alignment: Mapping[str, Any]) -> Notice:
    """What a pair says, by what the source names and knows.

    Args:
        facts: of the source.
        alignment: the branch ``alignment`` of the findings.
    """
    if not pairs_by_name(facts, alignment):
        others = ", and the reviews come from other hotels" if facts.is_published else ""
        truth = " The true pairs are known, so the pairing can be marked; it never sees them." * facts.knows_truth
        text = (
            f"{capital(no_names(facts))}{others}: pairing is by context only. A pair says “a guest like this wrote a "
            f"text like that”, never “this guest wrote this text”.{truth}"
        )
        return Notice(text=text, tone="warning")
    if facts.knows_truth:
        return Notice(
            text="Hotels are named on both sides and the true pairs are known, so the pairing can be marked. The "
            "pipeline itself never sees the truth."
        )
    return Notice(
        text="Bookings and reviews name the same hotels, so a stay is compared with reviews of its own hotel. Which "
        "guest wrote which review is not known: a pair is probable, not certain, and can't be marked."
    )
