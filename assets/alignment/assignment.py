"""Decides each stay once, when its window has closed, one-to-one with earlier decisions standing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import polars as pl
from scipy.optimize import linear_sum_assignment

from assets.alignment.blocking import day_numbers
from assets.alignment.components import components
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.settings import LONGEST_WINDOW_DAYS, AlignmentSettings
from assets.alignment.sides import BoolArray, FloatArray, IntArray, completed_stays, ints

_SWEEPS = 20
_HIGHEST_ODDS = 1e9


def matching_probabilities(stay: IntArray, review: IntArray, odds: FloatArray) -> FloatArray:
    """P(pair is a match) when every stay has one review at most and every review one stay.

    Configurations weigh by the product of their pairs' odds; marginals by message passing over the bipartite
    graph, exact where it has no cycle and close where it has (Bayati, Gamarnik, Katz, Nair and Tetali 2007,
    doi:10.1145/1250790.1250809).

    Args:
        stay: (n,) group numbers from 0.
        review: (n,) group numbers from 0.
        odds: (n,) odds of the pair against "no match" if it were alone.

    Returns:
        (n,) in [0, 1], rounded to 9 decimals. For one stay whose reviews have no other candidate it is the
        posterior over one of many: odds / (1 + sum of the stay's odds).
    """
    if not len(odds):
        return np.zeros(0)
    weight = np.minimum(odds, _HIGHEST_ODDS)
    stays, reviews = int(stay.max()) + 1, int(review.max()) + 1
    from_review = weight
    from_stay = weight
    for _ in range(_SWEEPS):
        from_stay = weight / (1.0 + _others(stay, from_review, stays))
        from_review = weight / (1.0 + _others(review, from_stay, reviews))
    both = from_stay * from_review
    return np.round(both / np.maximum(weight + both, 1e-300), 9)


def _others(group: IntArray, values: FloatArray, groups: int) -> FloatArray:
    """Sum over the other rows of each row's group."""
    total = np.bincount(group, weights=values, minlength=groups)
    return np.maximum(total[group] - values, 0.0)


def assign(
    stay: IntArray, review: IntArray, probability: FloatArray, threshold: FloatArray, *, serves_many: bool
) -> BoolArray:
    """Which pairs are chosen: above their threshold, at most one per stay and (unless allowed) per review.

    The choice has the largest sum of log odds above the threshold. Rows must be in a fixed order; among equal
    choices that order decides, within each connected component: what has nothing to do with a pair never moves it.

    Args:
        stay: (n,) group numbers from 0.
        review: (n,) group numbers from 0.
        probability: (n,).
        threshold: (n,) in (0, 1).
        serves_many: whether a review may go to several stays; then each stay takes its best.
    """
    bounded = np.clip(probability, 1e-9, 1.0 - 1e-9)
    gain = np.log(bounded / (1.0 - bounded)) - np.log(threshold / (1.0 - threshold))
    eligible = np.flatnonzero(gain >= 0.0)
    chosen = np.zeros(len(stay), dtype=np.bool_)
    if serves_many:
        ordered = eligible[np.lexsort((eligible, -gain[eligible], stay[eligible]))]
        first = np.diff(stay[ordered], prepend=-1) != 0
        chosen[ordered[first]] = True
        return chosen
    component = components(stay[eligible], review[eligible])
    ordered = eligible[np.argsort(component, kind="stable")]
    for part in np.split(ordered, np.cumsum(np.bincount(component))[:-1]) if len(eligible) else []:
        chosen[_best_of_component(stay[part], review[part], gain[part], part)] = True
    return chosen


def _best_of_component(stay: IntArray, review: IntArray, gain: FloatArray, part: IntArray) -> IntArray:
    """Those of ``part`` with the largest sum of gains, one-to-one."""
    if len(part) == 1:
        return part
    stays, row = np.unique(stay, return_inverse=True)
    reviews, column = np.unique(review, return_inverse=True)
    gains = np.zeros((len(stays), len(reviews)))
    gains[row, column] = gain + 1e-6  # a pair exactly on its threshold is taken
    place = np.full(gains.shape, -1, dtype=np.int64)
    place[row, column] = part
    picked = place[linear_sum_assignment(gains, maximize=True)]
    return picked[picked >= 0]


class Scores(Protocol):
    """What deciding needs of a matcher; ``MatchWeights`` is one."""

    @property
    def threshold(self) -> Mapping[str, float]:
        """By identity, the probability from which a pair is taken; where absent, the settings decide."""
        ...

    def score(self, candidates: pl.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Bits and odds of each candidate, (n,) each."""
        ...


@dataclass(frozen=True)
class _Rows:
    """Candidates in (delivery_day, booking_id, review_id) order: group numbers of both sides, days, identity."""

    frame: pl.DataFrame
    stay: IntArray
    review: IntArray
    stored: IntArray
    decision: IntArray
    is_exact: BoolArray


@dataclass(frozen=True)
class _Taken:
    """By group number, whether a stay or a review has been assigned already."""

    stay: BoolArray
    review: BoolArray

    @classmethod
    def by(cls, rows: _Rows, earlier: pl.DataFrame) -> "_Taken":
        """What the days before have assigned."""
        gone = earlier.filter(pl.col("is_assigned"))
        found = []
        for group, name in ((rows.stay, "booking_id"), (rows.review, "review_id")):
            taken = np.zeros(int(group.max()) + 1 if len(group) else 0, dtype=np.bool_)
            taken[group[rows.frame[name].is_in(gone[name].unique().to_list()).to_numpy()]] = True
            found.append(taken)
        return cls(*found)

    def add(self, rows: _Rows, assigned: IntArray) -> None:
        """Mark both sides of the assigned rows."""
        self.stay[rows.stay[assigned]] = True
        self.review[rows.review[assigned]] = True


@dataclass(frozen=True)
class _Scored:
    """Bits, odds and thresholds of all rows under one matcher."""

    bits: FloatArray
    odds: FloatArray
    threshold: FloatArray


@dataclass(frozen=True)
class _Ranked:
    """Ranked candidates of the stays decided on a day; ``row`` points into ``_Rows``."""

    row: IntArray
    rank: IntArray
    bits: FloatArray
    probability: FloatArray
    is_assigned: BoolArray


def decide(
    bookings: pl.DataFrame,
    candidates: pl.DataFrame,
    earlier: pl.DataFrame,
    days: Sequence[date],
    weights_on: Callable[[date], Scores],
    settings: AlignmentSettings,
) -> pl.DataFrame:
    """Rows of ``BOOKING_REVIEW_PAIRS`` for the stays whose decision day is among ``days``.

    Each day looks at the candidates stored by then whose stay and whose review are still free. Stays of other decision
    days compete for a review, but only stays of this day are decided: one that was passed over may still be the one
    that the review is about, so leaving it out would make those decided after it look too likely.

    Args:
        bookings: published_bookings of the days and of the look-back before them, any order.
        candidates: match_candidates, likewise.
        earlier: this table's rows of the days before.
        days: decision days to produce.
        weights_on: weights in force on a day.
        settings: of this room.
    """
    stays = completed_stays(bookings, settings).select("booking_id", "stay_end", "decision_day")
    due = stays.filter(pl.col("decision_day").is_in(list(days)))
    rows = _ordered(candidates)
    taken = _Taken.by(rows, earlier)
    found: list[_Ranked] = []
    used: Scores | None = None
    scored = _Scored(np.zeros(0), np.zeros(0), np.zeros(0))
    for day, number in zip(sorted(days), day_numbers(days).tolist(), strict=True):
        weights = weights_on(day)
        if weights is not used:
            used, scored = weights, _scored(rows, weights, settings)
        last = int(np.searchsorted(rows.stored, number, side="right"))
        first = int(np.searchsorted(rows.stored, number - LONGEST_WINDOW_DAYS, side="left"))
        part = np.arange(first, last)
        # The rivals of a stay decided today ended a window before it at most.
        is_open = (rows.decision[part] >= number - settings.window_days) & ~taken.stay[rows.stay[part]]
        if not settings.review_serves_many:
            is_open &= ~taken.review[rows.review[part]]
        ranked = _decide_day(rows, part[is_open], number, scored, settings)
        taken.add(rows, ranked.row[ranked.is_assigned])
        found.append(ranked)
    return _with_unpaired(due, rows, found, exclusive=not settings.review_serves_many)


def _ordered(candidates: pl.DataFrame) -> _Rows:
    frame = candidates.sort("delivery_day", "booking_id", "review_id")
    stay = frame["booking_id"].rank("dense").to_numpy().astype(np.int64) - 1
    review = frame["review_id"].rank("dense").to_numpy().astype(np.int64) - 1
    is_exact = (frame["identity"] == "exact").to_numpy()
    return _Rows(frame, stay, review, ints(frame["delivery_day"]), ints(frame["decision_day"]), is_exact)


def _scored(rows: _Rows, weights: Scores, settings: AlignmentSettings) -> _Scored:
    exact = weights.threshold.get("exact", settings.threshold)
    context = weights.threshold.get("context", settings.context_threshold)
    return _Scored(*weights.score(rows.frame), np.where(rows.is_exact, exact, context))


def _decide_day(rows: _Rows, part: IntArray, number: int, scored: _Scored, settings: AlignmentSettings) -> _Ranked:
    """The ranked and assigned rows of the stays decided on this day, from all free candidates ``part``."""
    _, stay = np.unique(rows.stay[part], return_inverse=True)
    _, review = np.unique(rows.review[part], return_inverse=True)
    if settings.review_serves_many:
        # Without rivalry for a review every pair is the only one of its review.
        review = np.arange(len(part))
    probability = matching_probabilities(stay, review, scored.odds[part])
    is_due = rows.decision[part] == number
    part, probability = part[is_due], probability[is_due]
    order = np.lexsort((rows.review[part], -probability, rows.stay[part]))
    part, probability = part[order], probability[order]
    rank = _rank_in_group(rows.stay[part])
    top = rank <= settings.stored_ranks
    part, probability, rank = part[top], probability[top], rank[top]
    is_assigned = assign(
        rows.stay[part],
        rows.review[part],
        probability,
        scored.threshold[part],
        serves_many=settings.review_serves_many,
    )
    return _Ranked(part, rank, scored.bits[part], probability, is_assigned)


def _rank_in_group(group: IntArray) -> IntArray:
    """1, 2, … within runs of equal values."""
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    lengths = np.diff(np.append(starts, len(group)))
    return np.arange(len(group)) - np.repeat(starts, lengths) + 1


def _with_unpaired(due: pl.DataFrame, rows: _Rows, found: list[_Ranked], *, exclusive: bool) -> pl.DataFrame:
    """Every due stay: its ranked rows, or one row of rank 0."""
    row = np.concatenate([np.zeros(0, dtype=np.int64), *[item.row for item in found]])
    ranked = rows.frame.select("booking_id", "review_id", "identity")[row].with_columns(
        rank=pl.Series(np.concatenate([np.zeros(0, dtype=np.int64), *[item.rank for item in found]]), dtype=pl.Int32),
        match_weight=pl.Series(np.concatenate([np.zeros(0), *[item.bits for item in found]])),
        match_probability=pl.Series(np.concatenate([np.zeros(0), *[item.probability for item in found]])),
        is_assigned=pl.Series(np.concatenate([np.zeros(0, dtype=np.bool_), *[item.is_assigned for item in found]])),
    )
    return (
        due.join(ranked, on="booking_id", how="left")
        .with_columns(pl.col("rank").fill_null(0), pl.col("is_assigned").fill_null(value=False))
        .with_columns(is_exclusive=pl.lit(exclusive))
        .rename({"decision_day": "delivery_day"})
        .select(BOOKING_REVIEW_PAIRS.names)
        .sort("delivery_day", "booking_id", "rank")
    )
