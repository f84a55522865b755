"""The data, step by step: rows after each step, ours beside the paper's."""

from typing import TYPE_CHECKING

from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.data.section import data_section

    return data_section(told)


CHAPTER = Chapter(order=120, reads=("dataset", "alignment"), build=build)
