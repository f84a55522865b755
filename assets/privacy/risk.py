"""What the published labels still give away, recomputed from the labels alone: k, l and t."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.privacy.class_labels import LEVEL_COLUMNS, NUMBER_COLUMNS
from assets.privacy.closeness import OrderedReference

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

    Args:
        classes: class of each row, any dtype.
        values: sensitive number of each row (a Boolean counts as 0 and 1), no nulls.
        reference: values of the reference distribution; None takes all given rows. Every value of the rows
            must occur in it.

    Returns:
        Arrays in ascending order of the class.

    Source:
        :meth:`assets.privacy.closeness.OrderedReference.distances`.
    """
    if classes.is_empty():
        return ClassRisk(diversity=np.zeros(0, np.int64), distance=np.zeros(0))
    known = OrderedReference.of((values if reference is None else reference).cast(pl.Float64).to_numpy())
    rank = known.ranks(values.cast(pl.Float64).to_numpy())
    group = classes.rank("dense").to_numpy().astype(np.int64) - 1
    order = np.lexsort((rank, group))
    group, rank = group[order], rank[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    is_new = np.diff(rank, prepend=-1) != 0
    is_new[starts] = True
    diversity = np.add.reduceat(is_new.astype(np.int64), starts)
    return ClassRisk(diversity=diversity, distance=known.distances(group, rank))
