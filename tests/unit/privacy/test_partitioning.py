"""The cutting of one batch into classes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from assets.privacy.partitioning import partition


def cut(values: list[list[int]], levels: list[bool], k: int, units: list[int] | None = None) -> list[list[int]]:
    """Classes as sorted lists of rows."""
    array = np.array(values, dtype=np.int64)
    who = np.array(units if units is not None else range(len(values)), dtype=np.int64)
    weights = np.ones(array.shape[1])
    return [sorted(rows.tolist()) for rows in partition(array, np.array(levels), weights, who, k)]


def test_two_clusters_are_parted_between_them() -> None:
    assert cut([[1], [2], [1], [90], [91], [90]], [False], 3) == [[0, 1, 2], [3, 4, 5]]


def test_equal_values_are_never_parted() -> None:
    assert cut([[5]] * 20, [False], 2) == [list(range(20))]


def test_the_cut_with_the_larger_gain_wins() -> None:
    rows = [[0, 0], [0, 50], [1, 0], [1, 50]]
    assert cut(rows, [False, False], 2) == [[0, 2], [1, 3]]


def test_levels_span_their_number_and_not_their_distance() -> None:
    # As an interval the first column would be worth 900; as two levels it is worth 1, less than the second.
    rows = [[0, 0], [900, 0], [0, 5], [900, 5]]
    assert cut(rows, [True, False], 2) == [[0, 1], [2, 3]]


@pytest.mark.parametrize("rows", [0, 1, 4])
def test_too_few_rows_give_no_class(rows: int) -> None:
    assert partition(np.zeros((rows, 2), np.int64), np.zeros(2, bool), np.ones(2), np.arange(rows), 5) == []


def test_one_guest_with_many_rows_is_no_class() -> None:
    assert cut([[value] for value in range(10)], [False], 2, units=[7] * 10) == []


def test_a_guest_on_both_sides_counts_on_both_sides() -> None:
    # Rows of guests 0 and 1 lie at both ends: the cut leaves two guests on each side.
    assert cut([[0], [1], [90], [91]], [False], 2, units=[0, 1, 0, 1]) == [[0, 1], [2, 3]]
    assert cut([[0], [1], [90], [91]], [False], 2, units=[0, 0, 1, 2]) == [[0, 1, 2, 3]]


@settings(max_examples=40, deadline=None)
@given(
    values=hnp.arrays(np.int64, st.tuples(st.integers(0, 50), st.integers(1, 4)), elements=st.integers(0, 6)),
    k=st.integers(1, 6),
    data=st.data(),
)
def test_classes_cover_all_rows_reach_k_and_do_not_depend_on_order(
    values: np.ndarray, k: int, data: st.DataObject
) -> None:
    n, d = values.shape
    units = data.draw(hnp.arrays(np.int64, n, elements=st.integers(0, 20)))
    is_level = data.draw(hnp.arrays(np.bool_, d))
    order = np.array(data.draw(st.permutations(range(n))), dtype=np.int64)
    classes = partition(values, is_level, np.ones(d), units, k)
    if len(np.unique(units)) < k or n == 0:
        assert classes == []
        return
    assert sorted(np.concatenate(classes).tolist()) == list(range(n))
    assert min(len(np.unique(units[rows])) for rows in classes) >= k
    shuffled = partition(values[order], is_level, np.ones(d), units[order], k)
    assert [sorted(rows.tolist()) for rows in classes] == [sorted(order[rows].tolist()) for rows in shuffled]


def test_input_is_left_alone() -> None:
    values = np.arange(40, dtype=np.int64).reshape(20, 2)
    before = values.copy()
    partition(values, np.zeros(2, bool), np.ones(2), np.arange(20), 3)
    assert (values == before).all()
