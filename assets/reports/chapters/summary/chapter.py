"""In brief: what a manager takes away, in plain words, with the few numbers behind it."""

from typing import TYPE_CHECKING

from assets.reports.telling.chapter import Chapter
from assets.reports.telling.guests import MINIMUM
from assets.reports.telling.text_gain import GAIN

if TYPE_CHECKING:
    from assets.reports.telling.blocks import Section
    from assets.reports.telling.told import Told


def build(told: "Told") -> "Section":
    """Tell it from what the chapter reads."""
    from assets.reports.chapters.summary.section import summary_section

    return summary_section(told)


_FORECASTS = ("models.prospective_holdout", "models.prospective_cv")
_PRIVACY = tuple(f"privacy.{name}" for name in ("k", "min_class_size", "ncp", "withheld", "epsilon_spent"))
CHAPTER = Chapter(
    order=10, reads=("alignment", "customers", *MINIMUM, *_PRIVACY, *_FORECASTS, *GAIN), build=build
)  # fmt: skip
