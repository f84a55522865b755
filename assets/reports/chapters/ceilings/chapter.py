"""How much more could be known: the models beside two ceilings, in simulated worlds."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.ceilings.section import ceilings_section

    return ceilings_section(told.table("value_ceilings"), knows_truth=told.run.facts.knows_truth)


CHAPTER = Chapter(order=80, reads=(Reads("value_ceilings", is_whole=True, is_optional=True),), build=build)
