"""The customers and what they are worth: who brings the revenue, when they book, what moves together."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.customers.section import customers_section

    return customers_section(told)


CHAPTER = Chapter(
    order=20,
    reads=(
        "customers",
        Reads("customer_statistics", is_whole=True, is_optional=True),
        Reads("published_bookings", None),
        Reads("customer_keys", is_whole=True, is_optional=True),
    ),
    build=build,
)
