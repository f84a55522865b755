"""Our figures beside those that the papers print, and where to find each of their tables."""

from typing import TYPE_CHECKING

from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.papers.section import papers_section

    return papers_section(told)


CHAPTER = Chapter(order=180, reads=("models.observed", "hyperparameters"), build=build)
