import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assets.customers.scaling import Bounds, fit_bounds, scale, signed_log
from resources.errors import ContractError

NAMES = ("x", "y")


def test_plain_min_max_by_hand():
    values = np.array([[0.0, 5.0], [10.0, 5.0], [5.0, 5.0]])
    bounds = fit_bounds(values, NAMES, is_log=False)
    assert scale(values, NAMES, bounds).tolist() == [[0.0, 0.0], [1.0, 0.0], [0.5, 0.0]]


def test_values_beyond_the_bounds_are_clipped():
    bounds = fit_bounds(np.array([[0.0, 0.0], [1.0, 1.0]]), NAMES, is_log=False)
    assert scale(np.array([[-3.0, 9.0]]), NAMES, bounds).tolist() == [[0.0, 1.0]]


@given(arrays(np.float64, (6, 2), elements=st.floats(-1e9, 1e9)))
def test_scaled_values_lie_in_the_unit_interval_and_keep_their_order(values):
    bounds = fit_bounds(values, NAMES)
    scaled = scale(values, NAMES, bounds)
    assert ((scaled >= 0.0) & (scaled <= 1.0)).all()
    order = np.argsort(values[:, 0], kind="stable")
    assert (np.diff(scaled[order, 0]) >= 0.0).all()


def test_bounds_survive_json():
    bounds = fit_bounds(np.array([[0.1, -7.0], [1e6, 3.0]]), NAMES)
    assert Bounds.from_payload(json.loads(json.dumps(bounds.payload()))) == bounds


def test_no_row_gives_the_unit_bounds():
    bounds = fit_bounds(np.zeros((0, 2)), NAMES)
    assert (bounds.minimum, bounds.maximum) == ((0.0, 0.0), (1.0, 1.0))


def test_other_features_are_refused():
    bounds = fit_bounds(np.zeros((1, 2)), NAMES)
    with pytest.raises(ContractError, match="fitted order"):
        scale(np.zeros((1, 2)), ("y", "x"), bounds)


def test_wrong_shapes_and_values_are_refused():
    with pytest.raises(ContractError, match=r"\(n, 2\)"):
        fit_bounds(np.zeros((3, 1)), NAMES)
    with pytest.raises(ContractError, match="not finite"):
        fit_bounds(np.array([[0.0, np.nan]]), NAMES)


def test_signed_log_is_odd_and_keeps_zero():
    assert signed_log(np.array([-3.0, 0.0, 3.0])).tolist() == [-np.log(4.0), 0.0, np.log(4.0)]
