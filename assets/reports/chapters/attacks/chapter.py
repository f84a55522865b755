"""What an attacker could learn: every attack beside guessing."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.attacks.section import attacks_section

    return attacks_section(told)


CHAPTER = Chapter(order=150, reads=(Reads("privacy_attacks", is_whole=True, is_optional=True),), build=build)
