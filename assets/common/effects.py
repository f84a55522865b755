"""What a verb wants to happen outside its table."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Effect:
    """One thing to be done outside the lake: serve a model, publish a report.

    The verb only says so. The shell does it once every blocking check of the asset has passed, before the table takes
    the place of the last one: a table never tells of an effect that did not come about, and an effect that a killed
    step did not see through is done again by the next one.

    Attributes:
        name: in words, for logs and messages (``serve lightgbm``).
        apply: does it; doing it twice changes nothing more.
    """

    name: str
    apply: Callable[[], None]
