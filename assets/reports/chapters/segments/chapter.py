"""Guest segments, and what to do for each: value segment by country group, folded until nobody stands alone."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter
from assets.reports.telling.guests import MINIMUM

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.segments.section import segments_section

    return segments_section(told)


CHAPTER = Chapter(
    order=60,
    reads=(
        *MINIMUM,
        "customers.count",
        Reads("segment_pages", is_whole=True, is_optional=True),
        Reads("segment_themes", is_whole=True, is_optional=True),
    ),
    build=build,
)
