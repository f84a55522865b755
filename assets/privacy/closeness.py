"""How far groups of rows lie from a reference distribution: the ordered distance of t-closeness.

Pure numpy. The partitioning asks it for both sides of a cut, the risk report for the finished classes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class OrderedReference:
    """A reference distribution over ordered values.

    Attributes:
        support: (m,) distinct values, ascending.
        cumulative: (m,) share of the reference at or below each value.
        prefix: (m + 1,) prefix[j] is the sum of ``cumulative[:j]``.
    """

    support: FloatArray
    cumulative: FloatArray
    prefix: FloatArray

    @classmethod
    def of(cls, values: FloatArray) -> "OrderedReference":
        """The distribution of the given values, at least one."""
        support, counts = np.unique(values, return_counts=True)
        cumulative = np.cumsum(counts) / counts.sum()
        return cls(support, cumulative, np.concatenate([[0.0], np.cumsum(cumulative)]))

    def ranks(self, values: FloatArray) -> IntArray:
        """Place of each value in the support; every value must occur in it."""
        return np.searchsorted(self.support, values).astype(np.int64)

    def distances(self, group: IntArray, rank: IntArray) -> FloatArray:
        """Ordered distance of each group from the reference, 0 to 1, by ascending group.

        The distance over m values is the area between the cumulative shares over ranks, divided by m - 1.
        Only ranks that occur in a group are visited: between two of them the group's share is constant and the
        reference only grows, so the absolute difference follows from prefix sums, cut where the reference
        passes the share. The cost grows with the rows and not with groups times values.

        Args:
            group: (n,) number of each row's group; rows are sorted by (group, rank).
            rank: (n,) rank of each row's value.

        Source:
            Li, Li, Venkatasubramanian (2007), t-closeness, doi:10.1109/ICDE.2007.367856, ordered distance.
        """
        if not len(group):
            return np.zeros(0)
        starts = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
        sizes = np.diff(np.append(starts, len(group)))
        within = np.arange(len(group)) - np.repeat(starts, sizes)
        share = (within + 1) / np.repeat(sizes, sizes)  # the group's cumulative share from this row's rank on
        following = np.append(rank[1:], 0)
        following[starts + sizes - 1] = len(self.cumulative)
        area = np.add.reduceat(self._segment(rank, following, share), starts)
        head = self._segment(np.zeros(len(starts), np.int64), rank[starts], np.zeros(len(starts)))
        return (area + head) / max(len(self.support) - 1, 1)

    def _segment(self, first: IntArray, stop: IntArray, share: FloatArray) -> FloatArray:
        """Sum over ranks first..stop - 1 of |share - reference|."""
        prefix = self.prefix
        crossing = np.clip(np.searchsorted(self.cumulative, share, side="right"), first, stop)
        below = share * (crossing - first) - (prefix[crossing] - prefix[first])
        above = (prefix[stop] - prefix[crossing]) - share * (stop - crossing)
        return below + above
