import numpy as np
import pytest

from assets.models.estimators.spec import fit_model
from assets.models.estimators.tree_ensembles import SPECS
from assets.models.examples.text_components import fit_text_components
from tests.unit.models.build import QUICKEST, arrays_of, synthetic

NAMES = [spec.name for spec in SPECS]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_predictions_twice_and_they_follow_the_target(name):
    data = synthetic(1, 400, text_effect=0.0)
    first, second = fit_model(name, data, QUICKEST, 3), fit_model(name, data, QUICKEST, 3)
    assert first.predict(data).value.tobytes() == second.predict(data).value.tobytes()
    assert np.corrcoef(first.predict(data).value, data.target)[0, 1] > 0.5
    assert first.parameters > 1


@pytest.mark.parametrize("name", NAMES)
def test_no_row_one_row_and_a_constant_target(name):
    data = arrays_of()
    flat = type(data)(**{**{n: getattr(data, n) for n in data.__dataclass_fields__}, "target": data.target * 0})
    model = fit_model(name, flat, QUICKEST, 1)
    assert model.predict(flat.take(np.zeros(len(flat), dtype=bool))).value.shape == (0,)
    assert model.predict(flat).value == pytest.approx(0.0)
    one = data.take(np.array([0]))
    assert fit_model(name, one, QUICKEST, 1).predict(one).value[0] == pytest.approx(one.target[0], rel=1e-4, abs=1e-4)


def test_text_components_let_trees_see_the_text():
    data, new = synthetic(1, 600, text_effect=2.0), synthetic(2, 300, text_effect=2.0)
    settings = type(QUICKEST)(boosting_rounds=40)

    def error(name):
        return float(np.mean((fit_model(name, data, settings, 1).predict(new).value - new.target) ** 2))

    assert error("lightgbm_text") < 0.6 * error("lightgbm")


def test_components_are_orthonormal_and_blind_rows_are_zero():
    data = arrays_of()
    found = fit_text_components(data, 3)
    assert found.axes.T @ found.axes == pytest.approx(np.eye(3), abs=1e-9)
    features = found.features(data)
    assert features.shape == (len(data), 6)
    assert (features[~data.has_text] == 0).all()
    bare = fit_text_components(data.take(~data.has_text), 3)
    assert bare.axes.shape[1] == 0
