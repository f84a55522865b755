import numpy as np
import pytest

from assets.models.estimators.boosted_trees import fit_boosted_trees
from assets.models.estimators.fusion_networks import PLANS
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS
from assets.models.examples.prediction import Prediction
from assets.models.explaining.shapley import PLAYERS, global_importance, predict_from_texts, shap_values, shapley_values
from assets.models.networks.training import fit_network
from resources.errors import ContractError
from tests.unit.models.build import DIMENSIONS, QUICKEST, arrays_of, synthetic


def test_shap_values_add_up_to_the_prediction():
    data = arrays_of()
    trees = fit_boosted_trees(data, QUICKEST, 1)
    table = shap_values(trees, data)
    total = table.select("base", *BEHAVIOUR_COLUMNS).to_numpy().sum(axis=1)
    assert np.maximum(total, 0.0) == pytest.approx(trees.predict(data).value)
    assert table["pseudo_customer_id"].to_list() == data.customers.tolist()


def test_the_feature_that_matters_comes_first():
    data = synthetic(1, 400, text_effect=0.0)
    table = global_importance(shap_values(fit_boosted_trees(data, QUICKEST, 1), data))
    assert table["feature"][0] == BEHAVIOUR_COLUMNS[0]
    assert table.height == len(BEHAVIOUR_COLUMNS)


def test_importance_of_nothing_is_zero():
    data = arrays_of()
    none = data.take(np.zeros(len(data), dtype=bool))
    assert set(global_importance(shap_values(fit_boosted_trees(data, QUICKEST, 1), none))["mean_abs_shap"]) == {0.0}


def encode(texts):
    """A fake encoder: how often each of four words occurs."""
    words = ["good", "bad", "bed", "staff"][:DIMENSIONS]
    return np.array([[text.count(word) for word in words] for text in texts], dtype=np.float32)


def test_texts_move_the_prediction_and_nothing_else_does():
    data = synthetic(1, 300, text_effect=1.0)
    model = fit_network(PLANS["gated_fusion"], data, QUICKEST, 1)
    predict = predict_from_texts(model, data.take(np.array([0])), encode)
    values = predict(["good good", "bad", "good good"])
    assert values.shape == (3,)
    assert values[0] == values[2] != values[1]


def test_wrong_rows_and_encoders_are_refused():
    data = synthetic(1, 50, text_effect=1.0)
    model = fit_network(PLANS["gated_fusion"], data, QUICKEST, 1)
    with pytest.raises(ContractError, match="one example"):
        predict_from_texts(model, data, encode)
    with pytest.raises(ContractError, match="encoder gave"):
        predict_from_texts(model, data.take(np.array([0])), lambda texts: np.zeros((len(texts), 9)))(["a"])


def test_shapley_values_add_up_to_prediction_minus_baseline():
    data = synthetic(1, 200, text_effect=1.0)
    for model in (fit_network(PLANS["gated_fusion"], data, QUICKEST, 1), fit_boosted_trees(data, QUICKEST, 1)):
        rows, background = data.take(np.arange(30)), data.take(np.arange(100, 104))
        found = shapley_values(model, rows, background, np.random.default_rng(1))
        assert found.values.shape == (30, len(PLAYERS))
        assert found.base + found.values.sum(axis=1) == pytest.approx(model.predict(rows).value, rel=1e-6, abs=1e-6)
        assert found.base == pytest.approx(model.predict(background).value.mean(), rel=1e-6)


def test_sampled_shapley_values_of_a_small_game_are_the_exact_ones():
    data = synthetic(1, 40, text_effect=1.0)
    rows, background = data.take(np.arange(5)), data.take(np.array([20]))
    found = shapley_values(TwoFeaturesAndText(), rows, background, np.random.default_rng(1)).values
    own, other = rows.behaviour, background.behaviour
    # Of a product, a pair of players shares the joint part half and half: exact with a walk and its reverse.
    exact = 0.5 * (own[:, 0] - other[0, 0]) * (own[:, 1] + other[0, 1])
    assert found[:, 0] == pytest.approx(exact)
    text = 100.0 * (rows.has_text.astype(float) - float(background.has_text[0]))
    assert found[:, -1] == pytest.approx(text)
    assert found[:, 2:-1] == pytest.approx(0.0, abs=1e-9)


class TwoFeaturesAndText:
    """Product of the first two features, plus 100 for a customer with text."""

    parameters = 0

    def predict(self, data):
        return Prediction(value=data.behaviour[:, 0] * data.behaviour[:, 1] + 100.0 * data.has_text)


def test_trees_give_the_text_nothing_and_no_background_is_refused():
    data = synthetic(1, 100, text_effect=1.0)
    trees = fit_boosted_trees(data, QUICKEST, 1)
    found = shapley_values(trees, data.take(np.arange(8)), data.take(np.arange(50, 53)), np.random.default_rng(1))
    assert found.values[:, -1] == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(ContractError, match="background"):
        shapley_values(trees, data, data.take(np.zeros(0, dtype=np.int64)), np.random.default_rng(1))
    none = shapley_values(
        trees, data.take(np.zeros(0, dtype=np.int64)), data.take(np.arange(2)), np.random.default_rng(1)
    )
    assert none.values.shape == (0, len(PLAYERS))


def test_the_text_that_was_used_gives_the_prediction_that_was_made():
    data = synthetic(1, 300, text_effect=1.0)
    model = fit_network(PLANS["gated_fusion"], data, QUICKEST, 1)
    row = data.take(np.flatnonzero(data.has_text)[:1])
    predict = predict_from_texts(model, row, encode, used="good bed", share=0.25)
    values = predict(["good bed", "bad bad bad", ""])
    assert values[0] == pytest.approx(model.predict(row).value[0], rel=1e-5)
    assert values[1] != pytest.approx(values[0], rel=1e-5)
    nothing = predict_from_texts(model, row, encode, used="good bed", share=0.0)(["bad bad bad"])
    assert nothing[0] == pytest.approx(values[0], rel=1e-5)
