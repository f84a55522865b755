"""Stored candidates as decisions see them, read in blocks: dated by corrections, without guests who have opted out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from assets.alignment.contract import MATCH_CANDIDATES
from assets.alignment.corrections import VOID_FROM, Standing
from assets.alignment.settings import LONGEST_WINDOW_DAYS, AlignmentSettings
from assets.common.inputs import DayInputs
from assets.privacy.opt_outs import without_opted_out

_ASSET = MATCH_CANDIDATES.asset


@dataclass(frozen=True)
class CandidateReader:
    """Reads match_candidates for the decisions of some days.

    Attributes:
        inputs: of booking_review_pairs.
        standing: which versions of the stays count.
        opt_outs: see ``without_opted_out``.
        rows_at_once: stored rows of a block.
    """

    inputs: DayInputs
    standing: Standing
    opt_outs: pl.DataFrame
    rows_at_once: int

    def read(self, first: date, last: date, decided_from: date) -> Iterator[pl.DataFrame]:
        """Candidates stored from ``first`` to ``last`` that are decided on ``decided_from`` or later, in blocks."""
        days = [day for day in self.inputs.days_of(_ASSET) if first <= day <= last]
        for block in self.inputs.blocks(_ASSET, days, self.rows_at_once):
            rows = self.inputs.part(_ASSET, block, where=pl.col("decision_day") >= decided_from)
            yield without_opted_out(MATCH_CANDIDATES, self.standing.dated(rows), self.opt_outs, pl.col("decision_day"))

    def at_once(self, settings: AlignmentSettings) -> pl.DataFrame:
        """Every candidate that a decision of the asked days may look at."""
        first, last = min(self.inputs.days), max(self.inputs.days)
        blocks = self.read(
            first - timedelta(days=LONGEST_WINDOW_DAYS), last, first - timedelta(days=settings.window_days)
        )
        return pl.concat([self.standing.dated(MATCH_CANDIDATES.empty()), *blocks])

    def that_stood(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Candidates of these pairs' stays and reviews that no correction had made void by their decision."""
        sides = (pl.col(name).is_in(pairs[name].drop_nulls().implode()) for name in ("booking_id", "review_id"))
        rows = self.standing.dated(
            self.inputs.part(_ASSET, self.inputs.days_of(_ASSET), where=pl.all_horizontal(sides))
        )
        stood = rows.filter(pl.col(VOID_FROM).is_null() | (pl.col(VOID_FROM) > pl.col("decision_day")))
        return without_opted_out(MATCH_CANDIDATES, stood, self.opt_outs, pl.col("decision_day"))
