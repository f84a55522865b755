"""Groups of customers of whom a figure may be told: enough of them, and none who decides the sum."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.common.group_sizes import merged_groups
from assets.customers.group_figures import is_dominated

Floats = NDArray[np.float64]


def told_groups(
    customers: pl.Series, amounts: Floats, group: NDArray[np.int64], minimum: int
) -> list[tuple[int, NDArray[np.bool_]]]:
    """Groups that may be told; those that may not be go with their neighbours.

    Args:
        customers: (n,) ids of the rows.
        amounts: (n,) what is summed or averaged; nought where rows are only counted.
        group: (n,) of each row, in the order in which groups are neighbours.
        minimum: different customers behind each group.

    Returns:
        Ascending: the lowest of the groups told as one, and which rows they hold; empty where not even all rows
        together may be told.
    """
    names, place = np.unique(group, return_inverse=True)
    _, owner = np.unique(customers.to_numpy().astype(str), return_inverse=True)

    def may_be_told(groups: range) -> bool:
        own = (place >= groups.start) & (place < groups.stop)
        sums = np.bincount(owner[own], weights=amounts[own]).astype(np.float64)
        return len(np.unique(owner[own])) >= minimum and not is_dominated(np.clip(sums, 0.0, None))

    told_with = np.asarray(merged_groups(len(names), may_be_told), dtype=np.int64)
    if not len(names) or -1 in told_with:
        return []
    return [(int(names[first]), told_with[place] == first) for first in np.unique(told_with)]
