"""Which pairs have anything to do with each other: connected components of the stays and reviews they join."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assets.alignment.sides import IntArray


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
