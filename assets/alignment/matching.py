"""Matching one to one: how probable each pair is beside its rivals, and which pairs are chosen."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from assets.alignment.components import components
from assets.alignment.sides import BoolArray, FloatArray, IntArray

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
