import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from sklearn import metrics as sk

from assets.models.evaluation.metrics import (
    METRIC_NAMES,
    all_metrics,
    decile_calibration,
    mape,
    normalised_gini,
    spearman,
)
from resources.errors import ContractError

RNG = np.random.default_rng(0)
TARGET = RNG.gamma(1.0, 300.0, 200)
GUESS = TARGET * RNG.uniform(0.5, 1.5, 200)


def test_figures_agree_with_other_libraries():
    got = all_metrics(TARGET, GUESS, 1.0)
    assert got["mae"] == pytest.approx(sk.mean_absolute_error(TARGET, GUESS))
    assert got["rmse"] == pytest.approx(sk.root_mean_squared_error(TARGET, GUESS))
    assert got["r2"] == pytest.approx(sk.r2_score(TARGET, GUESS))
    assert got["spearman"] == pytest.approx(stats.spearmanr(TARGET, GUESS).statistic)
    above = TARGET >= 1.0
    assert got["mape"] == pytest.approx(sk.mean_absolute_percentage_error(TARGET[above], GUESS[above]))


def test_ties_share_their_rank():
    a, b = np.array([1.0, 1.0, 2.0, 3.0]), np.array([0.0, 0.0, 5.0, 5.0])
    assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)


def test_mape_looks_above_the_floor_only():
    assert mape(np.array([0.0, 50.0, 200.0]), np.array([9.0, 9.0, 100.0]), 100.0) == pytest.approx(0.5)
    assert mape(np.array([0.0]), np.array([1.0]), 100.0) is None


def test_gini_is_one_in_the_right_order_and_minus_one_in_the_wrong_one():
    target = np.array([0.0, 1.0, 2.0, 7.0])
    assert normalised_gini(target, target * 3) == pytest.approx(1.0)
    assert normalised_gini(target, -target) == pytest.approx(-1.0)
    assert normalised_gini(target, np.ones(4)) == pytest.approx(0.0)


@given(arrays(np.float64, 12, elements=st.floats(0, 1e6)), arrays(np.int64, 12, elements=st.integers(0, 4)),
       st.permutations(range(12)))  # fmt: skip
def test_gini_does_not_depend_on_the_order_of_rows(target, guess, order):
    first = normalised_gini(target, guess.astype(float))
    second = normalised_gini(target[list(order)], guess[list(order)].astype(float))
    assert (first is None) == (second is None)
    if first is not None:
        assert first == pytest.approx(second, abs=1e-6)


def test_what_is_not_defined_is_none():
    got = all_metrics(np.ones(3), np.ones(3), 100.0)
    assert (got["r2"], got["spearman"], got["mape"], got["gini"]) == (None, None, None, None)
    assert got["mae"] == 0.0
    assert all_metrics(np.zeros(0), np.zeros(0), 1.0) == dict.fromkeys(METRIC_NAMES)
    assert all_metrics(np.zeros(1), np.ones(1), 1.0)["rmse"] == 1.0


def test_wrong_shapes_and_values_are_refused():
    with pytest.raises(ContractError, match=r"\(3,\)"):
        all_metrics(np.ones(2), np.ones(3), 1.0)
    with pytest.raises(ContractError, match="not finite"):
        all_metrics(np.ones(2), np.array([1.0, np.nan]), 1.0)


def test_deciles_hold_every_row_and_rise():
    table = decile_calibration(TARGET, GUESS)
    assert [row["decile"] for row in table] == list(range(1, 11))
    assert sum(row["n"] for row in table) == 200
    predicted = [row["predicted"] for row in table]
    assert predicted == sorted(predicted)
    assert len(decile_calibration(TARGET[:3], GUESS[:3])) == 3
    few = decile_calibration(TARGET[:23], np.arange(23.0))
    assert [row["decile"] for row in few] == list(range(1, 11))
    assert {row["n"] for row in few} == {2, 3}


def test_a_constant_forecast_is_one_group_and_not_calibrated_by_the_order_of_its_rows():
    (row,) = decile_calibration(TARGET, np.full(200, 50.0))
    assert (row["decile"], row["n"]) == (1, 200)
    assert (row["predicted"], row["realised"]) == pytest.approx((50.0, TARGET.mean()))


def test_equal_forecasts_share_a_group_whatever_came_of_them():
    guess = np.concatenate([np.zeros(130), np.arange(1.0, 71.0)])  # six tenths and a half bring nothing by forecast
    target = np.concatenate([np.linspace(0, 900, 130), np.arange(70.0)])
    for order in (np.arange(200), np.arange(200)[::-1]):
        rows = decile_calibration(target[order], guess[order])
        assert [row["decile"] for row in rows] == [1, 7, 8, 9, 10]
        assert [row["n"] for row in rows] == [130, 10, 20, 20, 20]
        assert rows[0]["realised"] == pytest.approx(450.0)
    assert decile_calibration(np.zeros(0), np.zeros(0)) == []
