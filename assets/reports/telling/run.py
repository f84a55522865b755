"""What was run: the header of every edition, and the branch ``run`` of the results."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from assets.customers.settings import MARKET
from resources.sources.base import SourceFacts


@dataclass(frozen=True, kw_only=True)
class RunHeader:
    """What was run; shown at the top of every edition and under ``run`` in the results.

    ``source`` is the name in the settings, to be shown; what depends on the source asks its ``facts``.
    """

    source: str
    facts: SourceFacts
    first_day: date
    last_day: date
    profile: str = "quick"
    version: str = ""
    currency: str = "EUR"
    seconds: float | None = None
    key_columns: tuple[str, ...] = ()  # what the bookings of a market share
    unit: str = MARKET  # what a customer is: a guest or a market

    @property
    def days(self) -> int:
        """Delivery days covered, both ends included."""
        return (self.last_day - self.first_day).days + 1

    def branch(self) -> dict[str, Any]:
        """The branch ``run`` of the results, but for the seconds."""
        return {
            "source": self.source, "knows_truth": self.facts.knows_truth, "days": self.days, "version": self.version,
            "profile": self.profile, "first_day": str(self.first_day), "last_day": str(self.last_day),
            "currency": self.currency,
        }  # fmt: skip
