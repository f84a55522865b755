"""Words that a reader may not know."""

from typing import TYPE_CHECKING

from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(_told: "Told") -> "Section":
    """Tell it: the same whatever was measured."""
    from assets.reports.chapters.glossary.section import glossary_section

    return glossary_section()


CHAPTER = Chapter(order=200, reads=(), build=build)
