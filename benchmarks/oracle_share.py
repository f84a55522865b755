"""How far a matcher's F1 reaches of the oracle's, pooled over worlds, with an interval.

One cell of the benchmark holds a few hundred true pairs, of which a fifth is found by any matcher: its ratio of two F1
is mostly luck. So the counts of all seeds are pooled, the interval comes from drawing weeks of decisions anew, for both
matchers the same ones, and a second figure counts right pairs by the oracle's own probability instead of the truth.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from assets.alignment.matching import matching_probabilities
from assets.alignment.scores import Scores

FloatArray = npt.NDArray[np.float64]
_DRAWS = 2_000
_BLOCK = "7d"


@dataclass(frozen=True)
class WeeklyCounts:
    """(weeks, 4) right, taken, possible, and right as the oracle expects it; weeks of decisions of one world."""

    counts: FloatArray

    @property
    def total(self) -> FloatArray:
        """(4,) sums."""
        return self.counts.sum(axis=0)


def oracle_beliefs(candidates: pl.DataFrame, oracle: Scores) -> pl.DataFrame:
    """``booking_id``, ``review_id``, ``belief``: P(match) of every candidate, weighed against all others at once."""
    stay = candidates["booking_id"].rank("dense").to_numpy().astype(np.int64) - 1
    review = candidates["review_id"].rank("dense").to_numpy().astype(np.int64) - 1
    belief = matching_probabilities(stay, review, oracle.score(candidates)[1])
    return candidates.select("booking_id", "review_id").with_columns(belief=pl.Series(belief))


def weekly_counts(pairs: pl.DataFrame, links: pl.DataFrame, beliefs: pl.DataFrame) -> WeeklyCounts:
    """What one matcher got right, week by week of its decisions.

    Args:
        pairs: rows of booking_review_pairs.
        links: :func:`assets.studies.truth.true_links`; a pair is right with any room of the stay, a stay counts once.
        beliefs: :func:`oracle_beliefs` of the same candidates.
    """
    ids = ["booking_id", "review_id"]
    true = links.select(ids).drop_nulls().unique().with_columns(right=pl.lit(1.0))
    first_rooms = links.filter("is_first_room").select("booking_id").unique().with_columns(possible=pl.lit(1.0))
    taken = pairs.filter("is_assigned").join(true, on=ids, how="left").join(beliefs, on=ids, how="left")
    counts = taken.group_by("delivery_day").agg(pl.col("right").sum(), taken=pl.len(), belief=pl.col("belief").sum())
    stays = pairs.select("booking_id", "delivery_day").unique().join(first_rooms, on="booking_id", how="left")
    days = stays.group_by("delivery_day").agg(pl.col("possible").sum()).join(counts, on="delivery_day", how="left")
    weeks = (
        days.sort("delivery_day").group_by_dynamic("delivery_day", every=_BLOCK)
        .agg(pl.col("right", "taken", "possible", "belief").sum())
    )  # fmt: skip
    return WeeklyCounts(weeks.select("right", "taken", "possible", "belief").cast(pl.Float64).to_numpy())


def f1_of(total: FloatArray, right: int = 0) -> FloatArray:
    """F1 from (..., 4) counts, with the right pairs of that column."""
    return 2.0 * total[..., right] / np.maximum(total[..., 1] + total[..., 2], 1.0)


def share_of_oracle(ours: list[WeeklyCounts], oracle: list[WeeklyCounts], rng: np.random.Generator) -> dict[str, float]:
    """``share`` of the oracle's pooled F1 with ``low`` and ``high`` (95 %), and ``expected_share``.

    Args:
        ours: one item per world.
        oracle: the same worlds in the same order.
        rng: draws the weeks.
    """
    both = np.concatenate([np.concatenate([a.counts, b.counts], axis=1) for a, b in zip(ours, oracle, strict=True)])
    drawn = rng.integers(0, len(both), size=(_DRAWS, len(both)))
    sums = both[drawn].sum(axis=1)
    ratios = f1_of(sums[:, :4]) / np.maximum(f1_of(sums[:, 4:]), 1e-9)
    total = both.sum(axis=0)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return {
        "share": float(f1_of(total[:4]) / max(float(f1_of(total[4:])), 1e-9)), "low": float(low), "high": float(high),
        "expected_share": float(f1_of(total[:4], 3) / max(float(f1_of(total[4:], 3)), 1e-9)),
    }  # fmt: skip
