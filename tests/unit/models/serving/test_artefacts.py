from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from assets.models.estimators.spec import fit_model, servable_models, settings_of
from assets.models.serving.artefacts import data_version, from_artefact, to_artefact
from resources.errors import ContractError
from resources.model_store import Artefact, ModelStore
from tests.unit.models.build import QUICKEST, arrays_of


@pytest.fixture(scope="module")
def data():
    return arrays_of()


def artefact_of(name, data):
    model = fit_model(name, data, QUICKEST, 1)
    facts = {"metrics": {"rmse": 1.0}, "data": data_version(data), "known_from": date(2024, 1, 1)}
    return model, to_artefact(name, model, QUICKEST, payload={"horizon_days": 90}, **facts)


@pytest.mark.parametrize("name", servable_models())
def test_a_model_survives_the_store(name, data, tmp_path):
    model, artefact = artefact_of(name, data)
    store = ModelStore(tmp_path)
    loaded = from_artefact(store.load(name, store.save(artefact)))
    before, after = model.predict(data), loaded.predict(data)
    assert before.value.tobytes() == after.value.tobytes()
    assert (before.gate is None) == (after.gate is None)
    assert loaded.parameters == model.parameters


def test_a_network_kept_before_it_had_a_level_predicts_as_it_did(data):
    model, artefact = artefact_of("behaviour_mlp", data)
    level = artefact.payload["level"]
    assert level != 1.0
    old = {name: value for name, value in artefact.payload.items() if name != "level"}
    before = from_artefact(replace(artefact, payload=old)).predict(data).value
    assert before * level == pytest.approx(model.predict(data).value)


def test_two_trainings_have_one_version(data):
    assert artefact_of("gated_fusion", data)[1].version == artefact_of("gated_fusion", data)[1].version


def test_settings_survive(data):
    assert settings_of(artefact_of("gated_fusion", data)[1]) == QUICKEST


def test_other_features_are_refused(data):
    artefact = artefact_of("lightgbm", data)[1]
    fewer = Artefact(**{**artefact.__dict__, "features": artefact.features[1:]})
    with pytest.raises(ContractError, match="extra features"):
        from_artefact(fewer)


def test_an_artefact_without_its_model_is_refused(data):
    artefact = artefact_of("lightgbm", data)[1]
    for name, said in (("lightgbm", "no trees"), ("gated_fusion", "no network"), ("xgboost", "never kept"),
                       ("three_part", "no model is called 'three_part'")):  # fmt: skip
        with pytest.raises(ContractError, match=said):
            from_artefact(replace(artefact, model=name, trees=None))
    network = artefact_of("concatenation", data)[1]
    parts = artefact_of("two_part", data)[1]
    with pytest.raises(ContractError, match="no trees of the amount"):
        from_artefact(replace(parts, payload={"horizon_days": 90}))
    with pytest.raises(ContractError, match="holds concatenation instead of gated_fusion"):
        from_artefact(replace(network, model="gated_fusion"))


def test_models_that_are_known_no_more_drop_out_of_stored_settings(data):
    artefact = artefact_of("gated_fusion", data)[1]
    before = replace(artefact, settings={**artefact.settings, "models": [*artefact.settings["models"], "three_part"]})
    assert settings_of(before) == QUICKEST


def test_the_data_version_follows_the_data(data):
    assert data_version(data) == data_version(data.take(np.arange(len(data))))
    assert data_version(data) != data_version(data.take(np.arange(len(data))[::-1].copy()))
