"""Cuts one batch into classes of at least k units: gain-driven multidimensional partitioning.

Pure numpy: integer codes in, row positions per class out. What the codes mean, and what a class is
called outside, is the business of ``generalisation.py``.
"""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


def partition(
    values: IntArray, is_level: NDArray[np.bool_], weights: FloatArray, units: IntArray, k: int
) -> list[IntArray]:
    """Row positions of each class, in an order that depends on the rows' content only.

    At every node the cut with the largest fall in weighted NCP is taken, over all columns and all cut points
    that leave k units on both sides. Rows with equal values are never parted, so their order does not matter.

    Args:
        values: (n, d) int64: numbers as they are, levels as codes whose order is the order of cuts.
        is_level: (d,) True where a class spans the number of its distinct levels, False for an interval.
        weights: (d,) weight of one unit of span, usually 1 / total range.
        units: (n,) code of the guest (or row) behind each row; k counts distinct codes.
        k: smallest number of distinct units in a class, at least 1.

    Returns:
        Disjoint classes that cover all rows; an empty list when the batch holds fewer than k units.

    Source:
        LeFevre et al. (2006), Mondrian, doi:10.1109/ICDE.2006.101; cuts by NCP (Xu et al. 2006) instead of median.
    """
    n, d = values.shape
    distinct = len(np.unique(units))
    if n == 0 or distinct < k:
        return []
    classes: list[IntArray] = []
    stack = [(np.arange(n), values, np.arange(d))]
    while stack:
        rows, block, columns = stack.pop()
        who = units[rows] if distinct < n else None
        cut = _best_cut(block, is_level[columns], weights[columns], who, k) if len(rows) >= 2 * k else None
        if cut is None:
            classes.append(rows)
            continue
        column, bound, active = cut
        goes_left = block[:, column] <= bound
        block, columns = block[:, active], columns[active]
        # The right side is pushed first, so that classes come out from low to high along the cuts.
        stack += [(rows[side], block[side], columns) for side in (~goes_left, goes_left)]
    return classes


def _best_cut(
    block: IntArray, is_level: NDArray[np.bool_], weights: FloatArray, units: IntArray | None, k: int
) -> tuple[int, int, NDArray[np.bool_]] | None:
    """The best admissible cut: column, largest value on the left, and which columns still vary."""
    order = None if units is None else np.argsort(block, axis=0, kind="stable")
    ordered = np.sort(block, axis=0) if order is None else np.take_along_axis(block, order, axis=0)  # (m, d)
    active = ordered[0] != ordered[-1]
    steps = np.diff(ordered, axis=0)  # (m - 1, d); cut i lies between ordered rows i and i + 1
    gain = _gain(steps, is_level, weights)
    gain[~_admissible(order, units, len(block), k) | (steps == 0)] = 0.0
    best = int(gain.argmax())
    position, column = divmod(best, gain.shape[1])
    if gain[position, column] <= 0.0:
        return None
    return column, int(ordered[position, column]), active


def _gain(steps: IntArray, is_level: NDArray[np.bool_], weights: FloatArray) -> FloatArray:
    """Fall in the sum of weighted spans over rows, for a cut at each step of each column: (m - 1, d)."""
    rows = len(steps) + 1
    widths = np.where(is_level, steps != 0, steps) * weights
    reached = widths.cumsum(axis=0)
    total = reached[-1]
    left = np.arange(1, rows, dtype=np.float64)[:, None]
    return rows * total - left * (reached - widths) - (rows - left) * (total - reached)


def _admissible(order: IntArray | None, units: IntArray | None, rows: int, k: int) -> NDArray[np.bool_]:
    """Cuts with k distinct units on both sides: (m - 1, 1) when each row is a unit, else (m - 1, d)."""
    if order is None or units is None:
        left = np.arange(1, rows)[:, None]
        return (left >= k) & (rows - left >= k)
    position = np.empty_like(order)  # place of each row in each column's order
    np.put_along_axis(position, order, np.arange(rows)[:, None], axis=0)
    by_unit = np.argsort(units, kind="stable")
    starts = np.flatnonzero(np.diff(units[by_unit], prepend=units[by_unit][0] - 1))
    first = np.minimum.reduceat(position[by_unit], starts, axis=0)  # (units, d)
    last = np.maximum.reduceat(position[by_unit], starts, axis=0)
    opens, closes = np.zeros_like(order), np.zeros_like(order)
    np.put_along_axis(opens, first, 1, axis=0)
    np.put_along_axis(closes, last, 1, axis=0)
    return (opens.cumsum(axis=0)[:-1] >= k) & (closes[::-1].cumsum(axis=0)[::-1][1:] >= k)
