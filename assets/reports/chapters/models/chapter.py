"""How well future value can be forecast: every model against the simplest rule, and what it rests on."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.models.section import models_section

    return models_section(told)


_FINDINGS = ("models", "claims", "verdicts", "tuning", "forecast", "scores")
CHAPTER = Chapter(order=30, reads=(*_FINDINGS, Reads("forecast_curves", is_whole=True, is_optional=True)), build=build)
