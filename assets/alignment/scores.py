"""What deciding needs of a matcher."""

from collections.abc import Mapping
from typing import Protocol

import polars as pl

from assets.alignment.sides import FloatArray


class Scores(Protocol):
    """What deciding needs of a matcher; ``MatchWeights`` is one."""

    @property
    def threshold(self) -> Mapping[str, float]:
        """By identity, the probability from which a pair is taken; where absent, the settings decide."""
        ...

    def score(self, candidates: pl.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Bits and odds of each candidate, (n,) each."""
        ...
