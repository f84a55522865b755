"""Scores in service: which model serves and why, drift, predictions against what came of them."""

from typing import TYPE_CHECKING

from assets.common.inputs import Reads
from assets.reports.telling.chapter import Chapter

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section | None":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.in_service.section import scores_section

    runs, drift, back_test = (told.table(item.asset) for item in CHAPTER.tables)
    return scores_section(runs, drift, back_test, told.run.currency)


_TABLES = ("training_runs", "model_drift", "back_test")
CHAPTER = Chapter(order=70, reads=tuple(Reads(name, is_whole=True, is_optional=True) for name in _TABLES), build=build)
