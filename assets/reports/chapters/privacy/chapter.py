"""Privacy: what was given up, and what is promised."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.privacy.section import privacy_section

    return privacy_section(told)


CHAPTER = Chapter(order=140, reads=("privacy", Reads("bookings_by_month", None)), build=build)
