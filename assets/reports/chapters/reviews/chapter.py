"""Which reviews are believed: what the anomaly filter keeps, why, and how well it works."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.reviews.section import reviews_section

    return reviews_section(told)


CHAPTER = Chapter(
    order=100,
    reads=(
        "reviews",
        Reads("review_anomalies", None),
        Reads("review_anomaly_parts", None),
        Reads("clean_reviews", None),
        Reads("review_map", is_whole=True, is_optional=True),
    ),
    build=build,
)
