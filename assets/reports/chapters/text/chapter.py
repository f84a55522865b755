"""Whether the reviews help the forecast: shuffled texts, parts left out, one change at a time."""

from typing import TYPE_CHECKING

from assets.reports.telling.chapter import Chapter
from assets.reports.telling.text_gain import GAIN

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.text.section import text_section

    return text_section(told)


_FINDINGS = (
    "models.prospective_cv",
    "controls.permutation",
    "controls.positive",
    "controls.null",
    "ablations.observed",
    "studies",
    "embeddings",
)
CHAPTER = Chapter(order=40, reads=(*GAIN, *_FINDINGS), build=build)
