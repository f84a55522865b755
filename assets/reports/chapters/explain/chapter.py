"""Why a customer is valued so: features, words, the gate, and whether explanations can be trusted."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.explain.section import explain_section

    return explain_section(told)


_TABLES = ("influence_by_value", "word_influence", "words_by_value")
CHAPTER = Chapter(
    order=50,
    reads=(
        "explanations",
        "gate",
        *(Reads(name, is_whole=True, is_optional=True) for name in _TABLES),
    ),
    build=build,
)
