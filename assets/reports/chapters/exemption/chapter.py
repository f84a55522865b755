"""What the shareable edition holds, and what it leaves out; the internal one leaves nothing out."""

from typing import TYPE_CHECKING

from assets.reports.telling.chapter import SHAREABLE, Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(_told: "Told") -> "Section":
    """Tell it: the same whatever was measured."""
    from assets.reports.chapters.exemption.section import exemption_section

    return exemption_section()


CHAPTER = Chapter(order=15, editions=frozenset({SHAREABLE}), reads=(), build=build)
