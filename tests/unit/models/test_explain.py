import numpy as np
import pytest

from assets.models.baselines import fit_boosted_trees
from assets.models.dataset import BEHAVIOUR_COLUMNS
from assets.models.explain import global_importance, predict_from_texts, shap_values
from assets.models.training import PLANS, fit_network
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
