import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.customers.series import block_totals, exponential_smoothing, linear_trend, masked_slope, started
from resources.errors import ContractError


def test_block_totals_put_the_newest_block_last():
    totals = block_totals(np.array([0, 0, 1]), np.array([0, 35, 29]), np.array([5, 7, 9]), (2, 2), 30)
    assert totals.tolist() == [[7.0, 5.0], [0.0, 9.0]]


@pytest.mark.parametrize("age", [-1, 60])
def test_ages_outside_the_blocks_are_refused(age):
    with pytest.raises(ContractError, match=r"0\.\.59"):
        block_totals(np.array([0]), np.array([age]), np.array([1]), (1, 2), 30)


def test_no_rows_give_zeros():
    none = np.zeros(0, dtype=np.int64)
    assert block_totals(none, none, none, (2, 3), 30).tolist() == [[0.0] * 3] * 2


def test_smoothing_of_a_constant_is_the_constant():
    matrix = np.array([[0.0, 4.0, 4.0, 4.0]])
    assert exponential_smoothing(matrix, np.array([1]), 0.3).tolist() == [4.0]


def test_alpha_one_keeps_the_newest_block_only():
    assert exponential_smoothing(np.array([[9.0, 2.0]]), np.array([0]), 1.0).tolist() == [2.0]


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=12))
def test_trend_agrees_with_numpy(values):
    matrix = np.array([values])
    slope, deviation = linear_trend(matrix, np.array([0]))
    line = np.polyfit(np.arange(len(values)), values, 1)
    assert slope[0] == pytest.approx(line[0], abs=1e-6)
    assert deviation[0] == pytest.approx(np.std(np.array(values) - np.polyval(line, np.arange(len(values)))), abs=1e-6)


def test_two_blocks_have_no_trend():
    slope, deviation = linear_trend(np.array([[0.0, 1.0, 8.0]]), np.array([1]))
    assert (slope[0], deviation[0]) == (0.0, 0.0)


def test_a_constant_explaining_value_gives_no_slope():
    x, y = np.ones((1, 4)), np.array([[1.0, 2.0, 3.0, 4.0]])
    assert masked_slope(x, y, np.ones((1, 4), dtype=bool), 0.0).tolist() == [0.0]


def test_the_ridge_shrinks():
    x, y = np.arange(4.0)[None, :], 2 * np.arange(4.0)[None, :]
    mask = np.ones((1, 4), dtype=bool)
    assert masked_slope(x, y, mask, 0.0)[0] == pytest.approx(2.0)
    assert 0.0 < masked_slope(x, y, mask, 1.0)[0] < 2.0


def test_started_marks_the_blocks_from_the_first_on():
    assert started(np.array([0, 2]), 3).tolist() == [[True] * 3, [False, False, True]]
