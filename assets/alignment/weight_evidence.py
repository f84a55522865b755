"""Candidate pairs as the arrays that the learner iterates over."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.alignment.chance_agreement import BLOCKING_FIELDS
from assets.alignment.field_factors import VALUE_COLUMNS, LevelWeight, chance_of, level_factor, share_of
from assets.alignment.match_probability import FIELDS, MatchWeights, graded_levels
from assets.alignment.room_names import RoomPairs, room_pairs
from assets.alignment.sides import FloatArray, IntArray


@dataclass(frozen=True)
class Evidence:
    """Candidate pairs of one kind of identity as arrays, rows in (review, stay) order.

    The Bayes factor of a field is ``ratio * kept + 1 - kept``, and 1 where the field is unknown.

    Attributes:
        review: group number of each pair's review.
        reviews: how many reviews.
        spread: (n,) prior share of each pair among the review's rivals.
        ratio: by field, (n,) share of the label that agrees, over u.
        known: by field, (n,) 1.0 where both sides say something.
        levels: by graded field, (n,) level.
        says: for country and nights, (reviews,) 1.0 where the review names one.
        reach: for country and nights, P(a stranger's label contains what the review says).
        rooms: room type and name of each pair.
        identity: which context blocking the pairs went through.
    """

    review: IntArray
    reviews: int
    spread: FloatArray
    ratio: Mapping[str, FloatArray]
    known: Mapping[str, FloatArray]
    levels: Mapping[str, IntArray]
    says: Mapping[str, FloatArray]
    reach: Mapping[str, float]
    rooms: RoomPairs
    identity: str

    def factor(self, name: str, kept: float) -> FloatArray:
        """(n,) Bayes factor of one field."""
        return self.ratio[name] * kept + (1.0 - kept)

    def blocked(self, kept: Mapping[str, float]) -> FloatArray:
        """(reviews,) P(blocking dropped the pair | same stay): what the kept pairs lack.

        The mean Bayes factor over all pairs of strangers is 1, and over the dropped ones it is this share of
        it; without it the weights would be fitted to pairs that were chosen for agreeing.
        """
        differs = {name: (1.0 - kept[name]) * (1.0 - self.reach[name]) * self.says[name] for name in BLOCKING_FIELDS}
        if self.identity == "exact":
            return differs["country"] * differs["nights"]
        return 1.0 - (1.0 - differs["country"]) * (1.0 - differs["nights"])

    def centred(self, factor: FloatArray, *, by_room: bool) -> FloatArray:
        """(n,) the factor over its mean among the pairs, whose rivals count as in ``spread``; 1 on average.

        Args:
            factor: (n,) Bayes factors.
            by_room: means of the pairs of the same room name and kind of hotel, not of all.
        """
        group = self.rooms.name_of_pair + 1 if by_room else np.zeros(len(factor), dtype=np.int64)
        total = np.bincount(group, weights=self.spread * factor)
        mean = total / np.maximum(np.bincount(group, weights=self.spread), 1e-300)
        return factor / np.maximum(mean[group], 1e-12)

    def per_review(self, values: FloatArray) -> FloatArray:
        """(reviews,) sums of pair values."""
        return np.bincount(self.review, weights=values, minlength=self.reviews).astype(np.float64)


def evidence_of(candidates: pl.DataFrame, weights: MatchWeights, reach: Mapping[str, float]) -> Evidence:
    """Arrays of candidates sorted by review.

    Args:
        candidates: rows of match_candidates of one kind of identity, sorted by review.
        weights: for u and the edges of the graded fields.
        reach: as given by ``chance_agreement.label_reach``.
    """
    groups = candidates["review_id"].rank("dense").to_numpy().astype(np.int64) - 1
    share = candidates["identity_share"].to_numpy()
    ratio: dict[str, FloatArray] = {}
    known: dict[str, FloatArray] = {}
    for name in FIELDS:
        shares = share_of(candidates, name)
        is_known = ~np.isnan(shares)
        ratio[name] = np.where(is_known, shares / chance_of(candidates, name, weights.fields[name]), 1.0)
        known[name] = is_known.astype(np.float64)
    reviews = int(groups.max()) + 1 if len(groups) else 0
    says = {name: np.zeros(reviews) for name in BLOCKING_FIELDS}
    for name in BLOCKING_FIELDS:
        says[name][groups[candidates[VALUE_COLUMNS[name]].is_not_null().to_numpy()]] = 1.0
    return Evidence(
        review=groups,
        reviews=reviews,
        spread=share / np.maximum(candidates["rival_stays"].to_numpy(), share),
        ratio=ratio,
        known=known,
        levels=graded_levels(candidates, weights),
        says=says,
        reach=reach,
        rooms=room_pairs(candidates),
        identity="exact" if len(groups) and candidates["identity"][0] == "exact" else "context",
    )


def bayes_factors(evidence: Evidence, kept: Mapping[str, float], levels: Mapping[str, LevelWeight]) -> FloatArray:
    """(n,) Bayes factor of each pair but for its room's name."""
    factor = np.ones(len(evidence.review))
    for name in FIELDS:
        factor *= evidence.factor(name, kept[name])
    for name, item in levels.items():
        factor *= level_factor(evidence.levels[name], item)
    return factor
