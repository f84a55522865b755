"""Guest figures that are safe to share, each with the noise it carries."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.releases.section import releases_section

    return releases_section(told.table("guest_aggregates"), told.table("bookings_by_month"), told.run.currency)


CHAPTER = Chapter(order=130, reads=(Reads("guest_aggregates", None), Reads("bookings_by_month", None)), build=build)
