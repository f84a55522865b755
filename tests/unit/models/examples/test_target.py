import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assets.models.examples.target import TargetScale, fit_target_scale, level_of
from resources.errors import ContractError


@pytest.mark.parametrize("kind", ["standard", "root", "log1p"])
@given(target=arrays(np.float64, 8, elements=st.floats(0, 1e6)))
def test_there_and_back_gives_the_target(kind, target):
    scale = fit_target_scale(target, kind)
    assert scale.backward(scale.forward(target)) == pytest.approx(target, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("kind", ["standard", "root", "log1p"])
def test_predictions_stop_a_little_above_the_largest_target(kind):
    scale = fit_target_scale(np.array([0.0, 100.0, 400.0]), kind)
    assert 400.0 < scale.backward(np.array([1e9]))[0] < 1500.0


def test_scaled_targets_are_standardised():
    scaled = fit_target_scale(np.array([1.0, 4.0, 9.0]), "root").forward(np.array([1.0, 4.0, 9.0]))
    assert scaled.mean() == pytest.approx(0.0)
    assert scaled.std() == pytest.approx(1.0)


def test_constant_and_missing_targets_keep_a_spread_of_one():
    assert fit_target_scale(np.full(3, 5.0), "standard").spread == 1.0
    assert fit_target_scale(np.zeros(0), "log1p") == TargetScale(kind="log1p", mean=0.0, spread=1.0, largest=0.0)


def test_an_unknown_scale_is_refused():
    with pytest.raises(ContractError, match="cube"):
        fit_target_scale(np.ones(1), "cube")


def test_the_level_makes_totals_equal_and_is_one_where_nothing_is_forecast():
    target = np.array([0.0, 0.0, 90.0, 10.0])
    forecast = np.array([5.0, 5.0, 30.0, 10.0])
    assert level_of(target, forecast) == pytest.approx(2.0)
    assert (forecast * level_of(target, forecast)).sum() == pytest.approx(target.sum())
    assert level_of(target, np.zeros(4)) == 1.0
    assert level_of(np.zeros(4), forecast) == 0.0  # nobody brought anything
    assert level_of(np.zeros(0), np.zeros(0)) == 1.0
