"""Guest segments, and what to do for each: value segment by country group, folded until nobody stands alone."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter
from assets.reports.telling.guests import MINIMUM, TEXTS

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
        *TEXTS,
        Reads("customers", None),
        Reads("examples", None),
        Reads("customer_scores", 0),
        Reads("feature_influence", is_whole=True, is_optional=True),
    ),
    build=build,
)
