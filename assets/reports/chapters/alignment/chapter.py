"""Pairing stays with reviews: how many pairs, how sure they are, and what they rest on."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.alignment.section import alignment_section

    return alignment_section(told)


CHAPTER = Chapter(
    order=90,
    reads=(
        "alignment",
        "links",
        Reads("pair_counts", None),
        Reads("alignment_evidence", is_whole=True, is_optional=True),
    ),
    build=build,
)
