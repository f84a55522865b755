import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.models.estimators.tree_shap import contributions, trees_of
from resources.errors import ContractError


def booster(seed, *, leaves=8, rounds=4, features=5, rows=300):
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(size=(rows, features)), 1)
    target = values[:, 0] * 3 + np.where(values[:, 1] > 0, values[:, 2], -1) + rng.normal(0, 0.1, rows)
    parameters = {"num_leaves": leaves, "min_data_in_leaf": 2, "verbosity": -1, "num_threads": 1, "seed": 1}
    return lightgbm.train(parameters, lightgbm.Dataset(values, label=target), num_boost_round=rounds), values


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 40))
def test_the_values_are_lightgbms_own(seed, leaves):
    model, values = booster(seed, leaves=leaves)
    expected = model.predict(values, pred_contrib=True)
    assert np.allclose(contributions(trees_of(model.dump_model()), values), expected, rtol=0, atol=1e-9)


@given(st.integers(0, 20))
def test_contributions_and_base_add_up_to_the_prediction(seed):
    model, values = booster(seed, rounds=2)
    found = contributions(trees_of(model.dump_model()), values)
    assert np.allclose(found.sum(axis=1), model.predict(values), atol=1e-9)


def test_a_tree_without_a_split_is_all_base():
    model, values = booster(1, rounds=1)
    constant = lightgbm.train({"verbosity": -1}, lightgbm.Dataset(values, label=np.full(len(values), 7.0)), 1)
    found = contributions(trees_of(constant.dump_model()), values)
    assert found[:, :-1].any() == False  # noqa: E712
    assert found[:, -1] == pytest.approx(7.0)


def test_no_row_gives_no_row():
    model, values = booster(1)
    assert contributions(trees_of(model.dump_model()), values[:0]).shape == (0, 6)


def test_what_can_not_be_explained_is_refused():
    root = {
        "split_feature": 0,
        "decision_type": "==",
        "threshold": "1||2",
        "internal_count": 4,
        "left_child": {"leaf_value": 1.0, "leaf_count": 2},
        "right_child": {"leaf_value": 2.0, "leaf_count": 2},
    }
    with pytest.raises(ContractError, match="numerical"):
        trees_of({"tree_info": [{"tree_structure": root}]})
    model, _ = booster(1, leaves=100, rounds=1)
    with pytest.raises(ContractError, match="at most 62"):
        trees_of(model.dump_model())
