import numpy as np
import pytest

from assets.models.estimators.boosted_trees import fit_boosted_trees
from assets.models.estimators.same_as_past import SameAsPast
from tests.unit.models.build import QUICKEST, arrays_of, synthetic


def test_same_as_past_repeats_the_past():
    data = arrays_of()
    assert SameAsPast().predict(data).value.tolist() == np.maximum(data.past, 0).tolist()
    assert SameAsPast().parameters == 0


def test_trees_give_the_same_bytes_twice():
    data = arrays_of()
    first, second = fit_boosted_trees(data, QUICKEST, 3), fit_boosted_trees(data, QUICKEST, 3)
    assert first.booster.model_to_string() == second.booster.model_to_string()
    assert first.parameters > 0


def test_trees_learn_and_contributions_add_up():
    data = synthetic(1, 400, text_effect=0.0)
    trees = fit_boosted_trees(data, QUICKEST, 1)
    assert np.corrcoef(trees.predict(data).value, data.target)[0, 1] > 0.5
    parts = trees.contributions(data)
    assert parts.sum(axis=1) == pytest.approx(np.asarray(trees.booster.predict(data.behaviour)))


def test_no_rows_to_predict():
    data = arrays_of()
    trees = fit_boosted_trees(data, QUICKEST, 1)
    none = data.take(np.zeros(len(data), dtype=bool))
    assert trees.predict(none).value.shape == (0,)
    assert trees.contributions(none).shape == (0, data.behaviour.shape[1] + 1)
