"""Cuts one batch into classes of at least k units: gain-driven multidimensional partitioning.

Pure numpy: integer codes in, row positions per class out. What the codes mean, and what a class is
called outside, is the business of ``generalisation.py``.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.privacy.closeness import OrderedReference

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Values = NDArray[np.int64] | NDArray[np.float64]


_FIRST_TRIES = 8  # most often one of the best cuts keeps t
_TRIED_CELLS = 2_000_000  # rows times cuts that a node tries for t: all of them up to a few hundred rows
_ROUNDING = 1e-9  # a distance is a sum over thousands of ranks


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What each class keeps of a sensitive column besides k; a limit that is None holds for every class.

    Attributes:
        levels: (n,) code of each row's sensitive value or band; counted for l.
        l: smallest number of distinct levels in a class.
        ranks: (n,) rank of each row's sensitive number in the reference; measured for t.
        reference: the distribution that t is a distance from.
        t: largest ordered distance of a class from the reference.
    """

    levels: IntArray | None = None
    l: int | None = None  # noqa: E741
    ranks: IntArray | None = None
    reference: OrderedReference | None = None
    t: float | None = None

    def of(self, rows: slice) -> "Limits":
        """The same limits for a part of the rows."""
        return replace(
            self,
            levels=None if self.levels is None else self.levels[rows],
            ranks=None if self.ranks is None else self.ranks[rows],
        )

    def has_l(self) -> bool:
        """Whether all rows together hold l levels."""
        return self.l is None or self.levels is None or len(np.unique(self.levels)) >= self.l

    def has_t(self) -> bool:
        """Whether all rows together lie within t of the reference."""
        if self.t is None or self.ranks is None or self.reference is None:
            return True
        group = np.zeros(len(self.ranks), np.int64)
        return bool((self.reference.distances(group, np.sort(self.ranks)) <= self.t + _ROUNDING).all())


NO_LIMITS = Limits()


def count_distinct(codes: IntArray) -> int:
    """Number of distinct codes; by sorting, which is quick on codes that are nearly sorted."""
    return int(np.count_nonzero(np.diff(np.sort(codes)))) + 1 if len(codes) else 0


def partition(
    values: Values,
    is_level: NDArray[np.bool_],
    weights: FloatArray,
    units: IntArray,
    k: int,
    limits: Limits = NO_LIMITS,
) -> list[IntArray]:
    """Row positions of each class, in an order that depends on the rows' content only.

    At every node the cut with the largest fall in weighted NCP is taken, over all columns and all cut points
    that leave k units, and the limits, on both sides. Rows with equal values are never parted, so their order
    does not matter. For t the cuts are tried from the best on, up to ``_TRIED_CELLS`` rows times cuts; a node
    that finds none stays whole, so the limit holds either way.

    Args:
        values: (n, d) numbers as they are, levels as codes whose order is the order of cuts; no NaN.
        is_level: (d,) True where a class spans the number of its distinct levels, False for an interval.
        weights: (d,) weight of one unit of span, usually 1 / total range.
        units: (n,) code of the guest (or row) behind each row; k counts distinct codes.
        k: smallest number of distinct units in a class, at least 1.
        limits: l and t.

    Returns:
        Disjoint classes that cover all rows; an empty list when all rows together miss k, l or t.

    Source:
        LeFevre et al. (2006), Mondrian, doi:10.1109/ICDE.2006.101; cuts by NCP (Xu et al. 2006) instead of median.
    """
    n, d = values.shape
    distinct = count_distinct(units)
    if n == 0 or distinct < k or not limits.has_l() or not limits.has_t():
        return []
    classes: list[IntArray] = []
    stack = [(np.arange(n), values, np.arange(d))]
    while stack:
        rows, block, columns = stack.pop()
        who = units[rows] if distinct < n else None
        cut = (
            _best_cut(block, is_level[columns], weights[columns], who, k, limits, rows) if len(rows) >= 2 * k else None
        )
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
    block: Values, is_level: NDArray[np.bool_], weights: FloatArray, units: IntArray | None, k: int, limits: Limits,
    rows: IntArray,
) -> tuple[int, Any, NDArray[np.bool_]] | None:  # fmt: skip
    """The best admissible cut: column, largest value on the left, and which columns still vary."""
    has_places = units is not None or limits.l is not None or limits.t is not None
    order = np.argsort(block, axis=0, kind="stable") if has_places else None
    ordered = np.sort(block, axis=0) if order is None else np.take_along_axis(block, order, axis=0)  # (m, d)
    active = ordered[0] != ordered[-1]
    steps = np.diff(ordered, axis=0)  # (m - 1, d); cut i lies between ordered rows i and i + 1
    gain = _gain(steps, is_level, weights)
    gain[~_admissible(order, units, len(block), k) | (steps == 0)] = 0.0
    if order is not None and limits.l is not None and limits.levels is not None:
        gain[~_admissible(order, limits.levels[rows], len(block), limits.l)] = 0.0
    best = int(gain.argmax())
    if order is not None and limits.ranks is not None and limits.reference is not None and limits.t is not None:
        best = _first_within_t(gain, order, limits.ranks[rows], limits.reference, limits.t)
    position, column = divmod(best, gain.shape[1])
    if best < 0 or gain[position, column] <= 0.0:
        return None
    return column, ordered[position, column], active


def _first_within_t(gain: FloatArray, order: IntArray, ranks: IntArray, reference: OrderedReference, t: float) -> int:
    """Flat index of the best cut with both sides within t, -1 when none is found."""
    flat = gain.ravel()
    tried = np.argsort(-flat, kind="stable")
    tried = tried[: np.searchsorted(-flat[tried], 0.0, side="left")]
    tried = tried[: max(_TRIED_CELLS // len(ranks), _FIRST_TRIES)]
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(len(order))[:, None], axis=0)
    by_rank = np.argsort(ranks, kind="stable")
    place, ranks = place[by_rank], ranks[by_rank]
    start, size = 0, _FIRST_TRIES
    while start < len(tried):
        chosen = tried[start : start + size]
        passed = _sides_within_t(chosen, place, ranks, reference, t)
        if passed.any():
            return int(chosen[passed.argmax()])
        start, size = start + size, min(4 * size, max(_TRIED_CELLS // 10 // len(ranks), _FIRST_TRIES))
    return -1


def _sides_within_t(
    cuts: IntArray, place: IntArray, ranks: IntArray, reference: OrderedReference, t: float
) -> NDArray[np.bool_]:
    """Which of the cuts (flat indices) leave both sides within t; rows are given by ascending rank."""
    position, column = np.divmod(cuts, place.shape[1])
    is_right = position[:, None] < place[:, column].T  # (cuts, m)
    group = (2 * np.arange(len(cuts))[:, None] + is_right).ravel()
    order = np.argsort(group, kind="stable")
    distances = reference.distances(group[order], np.tile(ranks, len(cuts))[order])
    return distances.reshape(-1, 2).max(axis=1) <= t + _ROUNDING


def _gain(steps: Values, is_level: NDArray[np.bool_], weights: FloatArray) -> FloatArray:
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
