"""What the published labels still give away, recomputed from the labels alone: k, l and t."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.privacy.generalisation import LEVEL_COLUMNS, NUMBER_COLUMNS

LABEL_COLUMNS: tuple[str, ...] = (
    *(f"{name}_levels" for name in LEVEL_COLUMNS),
    *(f"{name}_{end}" for name in NUMBER_COLUMNS for end in ("from", "to")),
)


@dataclass(frozen=True, kw_only=True)
class ClassRisk:
    """Diversity of one sensitive column within classes.

    Attributes:
        diversity: (classes,) distinct sensitive values per class; their minimum is l.
        distance: (classes,) distance of the class's distribution from the reference; the maximum is t.
    """

    diversity: NDArray[np.int64]
    distance: NDArray[np.float64]


def class_sizes(labels: pl.DataFrame, units: pl.Series | None = None) -> pl.DataFrame:
    """Distinct units per batch and released label; classes are found again from the labels, not from ids.

    Args:
        labels: ``delivery_day`` and the label columns.
        units: guest (or row) behind each row; None counts rows.

    Returns:
        One row per (``delivery_day``, labels) with ``units``, by day and label.
    """
    keys = ["delivery_day", *LABEL_COLUMNS]
    if units is None:
        return labels.group_by(keys).agg(pl.len().alias("units")).sort(keys)
    known = labels.select(keys).with_columns(unit=units)
    return known.group_by(keys).agg(pl.col("unit").n_unique().alias("units")).sort(keys)


def sensitive_risk(classes: pl.Series, values: pl.Series, reference: pl.Series | None = None) -> ClassRisk:
    """Exact l-diversity and t-closeness with the ordered distance, per class.

    The ordered distance between the class's and the reference's distributions over m distinct values is
    the area between their cumulative distributions over ranks, divided by m - 1. Only the ranks that occur
    in a class are visited, so the cost grows with the rows and not with classes times values.

    Args:
        classes: class of each row, any dtype.
        values: sensitive number of each row (a Boolean counts as 0 and 1), no nulls.
        reference: values of the reference distribution; None takes all given rows. Every value of the rows
            must occur in it.

    Returns:
        Arrays in ascending order of the class.

    Source:
        Li, Li, Venkatasubramanian (2007), t-closeness, doi:10.1109/ICDE.2007.367856, ordered distance.
    """
    support, counts = np.unique(
        (values if reference is None else reference).cast(pl.Float64).to_numpy(), return_counts=True
    )
    if classes.is_empty():
        return ClassRisk(diversity=np.zeros(0, np.int64), distance=np.zeros(0))
    rank = np.searchsorted(support, values.cast(pl.Float64).to_numpy())
    group = classes.rank("dense").to_numpy().astype(np.int64) - 1
    order = np.lexsort((rank, group))
    group, rank = group[order], rank[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    sizes = np.diff(np.append(starts, len(group)))
    is_new = np.diff(rank, prepend=-1) != 0
    is_new[starts] = True
    diversity = np.add.reduceat(is_new.astype(np.int64), starts)
    area = _area(group, rank, starts, sizes, counts)
    return ClassRisk(diversity=diversity, distance=area / max(len(support) - 1, 1))


def _area(
    group: NDArray[np.int64], rank: NDArray[np.int64], starts: NDArray[np.int64], sizes: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> NDArray[np.float64]:  # fmt: skip
    """Sum over ranks of |class cumulative share - reference cumulative share|, per class.

    Between two ranks that occur in a class its cumulative share is constant, and the reference only grows:
    the sum of the absolute difference follows from prefix sums, cut where the reference passes the share.
    """
    reference = np.cumsum(counts) / counts.sum()  # (m,)
    prefix = np.concatenate([[0.0], np.cumsum(reference)])  # prefix[j] = sum of reference[:j]
    ends = starts + sizes
    within = np.arange(len(group)) - starts[group]
    share = (within + 1) / sizes[group]  # the class's cumulative share from this row's rank on
    following = np.append(rank[1:], 0)
    following[ends - 1] = len(reference)
    area = _segment(reference, prefix, rank, following, share)
    head = _segment(reference, prefix, np.zeros(len(starts), np.int64), rank[starts], np.zeros(len(starts)))
    return np.add.reduceat(area, starts) + head


def _segment(
    reference: NDArray[np.float64], prefix: NDArray[np.float64], first: NDArray[np.int64], stop: NDArray[np.int64],
    share: NDArray[np.float64],
) -> NDArray[np.float64]:  # fmt: skip
    """Sum over ranks first..stop - 1 of |share - reference|."""
    crossing = np.clip(np.searchsorted(reference, share, side="right"), first, stop)
    below = share * (crossing - first) - (prefix[crossing] - prefix[first])
    above = (prefix[stop] - prefix[crossing]) - share * (stop - crossing)
    return below + above
