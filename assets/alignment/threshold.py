"""The threshold that makes expected F1 largest, from the matcher's own probabilities."""

import numpy as np

from assets.alignment.sides import FloatArray, IntArray

_LEAST, _MOST = 0.001, 0.999


def best_threshold(stay: IntArray, review: IntArray, probability: FloatArray) -> float:
    """Probability from which pairs are taken so that 2 E[right] / (E[taken] + E[links]) is largest.

    Pairs are taken greedily, each stay and each review once, the most probable first. If the probabilities are
    right, the best threshold is half of the best F1.

    Args:
        stay: (n,) group numbers from 0.
        review: (n,) group numbers from 0.
        probability: (n,) P(pair is a match), of all candidates.

    Returns:
        In [0.001, 0.999], rounded to 6 decimals; 0.5 without any candidate.

    Source:
        Lipton, Elkan & Naryanaswamy (2014), doi:10.1007/978-3-662-44851-9_15, theorem 1.
    """
    expected = float(probability.sum())
    if not len(probability) or expected <= 0.0:
        return 0.5
    taken = probability[_greedy(stay, review, probability)]
    f1 = 2.0 * np.cumsum(taken) / (np.arange(1, len(taken) + 1) + expected)
    return round(float(np.clip(f1.max() / 2.0, _LEAST, _MOST)), 6)


def _greedy(stay: IntArray, review: IntArray, probability: FloatArray) -> IntArray:
    """Rows taken one-to-one, most probable first; ties in row order."""
    order = np.lexsort((np.arange(len(probability)), -probability))
    has_stay, has_review = np.zeros(int(stay.max()) + 1, dtype=bool), np.zeros(int(review.max()) + 1, dtype=bool)
    taken: list[int] = []
    for row in order.tolist():
        if not has_stay[stay[row]] and not has_review[review[row]]:
            has_stay[stay[row]] = has_review[review[row]] = True
            taken.append(row)
    return np.array(taken, dtype=np.int64)
