"""What must not be read into the report, and what was left out of it."""

from typing import TYPE_CHECKING

from assets.reports.telling.chapter import ALL_FINDINGS, Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.limits.section import limits_section

    return limits_section(told)


CHAPTER = Chapter(order=190, reads=(ALL_FINDINGS,), build=build)
