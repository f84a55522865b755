"""Which pairs have anything to do with each other: connected components of the stays and reviews they join."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assets.alignment.sides import IntArray, SmallIntArray

_PAIRS_AT_ONCE = 2_000_000  # ours: joining them takes some 40 bytes each


def components(stay: IntArray, review: IntArray) -> IntArray:
    """Component number of each pair: pairs that share a stay or a review, directly or through others.

    Args:
        stay: (n,) any numbers.
        review: (n,) any numbers.

    Returns:
        (n,) from 0, in the order in which components first appear.

    Example:
        >>> components(np.array([7, 7, 9, 8]), np.array([1, 2, 3, 2]))
        array([0, 0, 1, 0])
    """
    if not len(stay):
        return np.zeros(0, dtype=np.int64)
    stays, row = np.unique(stay, return_inverse=True)
    reviews, column = np.unique(review, return_inverse=True)
    size = len(stays) + len(reviews)
    joined = coo_array((np.ones(len(row), dtype=np.int8), (row, column + len(stays))), shape=(size, size))
    label = connected_components(joined, directed=False)[1][row]
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return place[number]


def second_side_components(
    first: SmallIntArray, second: SmallIntArray, firsts: int, seconds: int, pairs_at_once: int = _PAIRS_AT_ONCE
) -> SmallIntArray:
    """Component number of each group of the second side, for pairs too many to be joined at once.

    Args:
        first: (n,) numbers from 0 below ``firsts``.
        second: (n,) numbers from 0 below ``seconds``.
        firsts: groups of the first side.
        seconds: groups of the second side.
        pairs_at_once: pairs joined in one step; the components don't depend on it.

    Returns:
        (seconds,) from 0, in no order of meaning; a group without a pair is a component of its own.

    Example:
        >>> second_side_components(np.array([0, 0, 1]), np.array([0, 1, 2]), 2, 3).tolist()
        [0, 0, 1]
    """
    size = firsts + seconds
    label = np.arange(size, dtype=np.int32)
    for start in range(0, len(first), pairs_at_once):
        some = slice(start, start + pairs_at_once)
        ends = label[first[some]], label[firsts + second[some]]
        joined = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(size, size))
        size, merged = connected_components(joined, directed=False)
        label = merged[label]
    return label[firsts:]
