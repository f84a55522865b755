"""The price of privacy: what k, the length of the batch and epsilon cost those who work with the data."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.price.section import price_section

    return price_section(told.table("price_of_privacy"))


CHAPTER = Chapter(order=160, reads=(Reads("price_of_privacy", is_whole=True, is_optional=True),), build=build)
