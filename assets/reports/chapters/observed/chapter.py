"""The protocol of the paper, features and value from one period, and what it hides."""

from typing import TYPE_CHECKING

from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.observed.section import observed_section

    return observed_section(told)


CHAPTER = Chapter(order=170, reads=("customers.leakage", "models.observed", "models.segments"), build=build)
