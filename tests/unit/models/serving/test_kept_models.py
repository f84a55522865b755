from datetime import date

import pytest

from assets.models.checks import validate_trained_models
from assets.models.contract import TRAINED_MODELS
from assets.models.evaluation.evaluate import PROSPECTIVE_CV, best_model, evaluate, metrics_of
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS
from assets.models.serving.kept_models import kept_models, served_of, train_final
from assets.models.serving.training_log import models_of_run
from resources.model_store import ModelStore
from tests.unit.models.build import QUICKEST, arrays_of, examples_of

DAY = date(2024, 6, 30)


@pytest.fixture(scope="module")
def trained():
    examples = examples_of()
    predictions = evaluate(examples, QUICKEST, clock=lambda: 0.0)
    metrics = metrics_of(predictions, QUICKEST)
    return train_final(examples, predictions, metrics, QUICKEST, DAY), metrics


def table_of(final):
    record = {
        "models": kept_models(final, lambda model, version: f"{model}/{version}"),
        "chosen": final.served, "as_of": str(DAY), "rows": final.rows,
    }  # fmt: skip
    return models_of_run(record)


def test_the_twin_has_not_seen_the_newest_origin(trained):
    final, _ = trained
    assert final.twin is not None
    assert final.twin.model == final.served
    assert final.twin.data_version != final.artefacts[final.served].data_version


def test_the_best_of_cross_validation_is_served(trained):
    final, metrics = trained
    assert final.served == best_model(metrics, PROSPECTIVE_CV)
    assert {"lightgbm", "gated_fusion", final.served} == set(final.artefacts)
    table = TRAINED_MODELS.conform(table_of(final))
    assert table["is_served"].sum() == 1
    assert all(item.passed for item in validate_trained_models(table))


def test_the_served_model_comes_back_from_the_store(trained, tmp_path):
    final, _ = trained
    store = ModelStore(tmp_path)
    versions = {name: store.save(artefact) for name, artefact in final.artefacts.items()}
    store.serve(DAY, versions, final.served)
    name, found = store.in_force(DAY)
    model = served_of(name, {key: store.load(key, version, BEHAVIOUR_COLUMNS) for key, version in found.items()})
    assert (model.name, model.version, model.horizon_days) == (final.served, versions[final.served], 90)
    assert model.explainer is not None
    assert model.model.predict(arrays_of()).value.min() >= 0


def test_nothing_to_learn_from_keeps_nothing(trained):
    _, metrics = trained
    none = examples_of().clear()
    predictions = evaluate(none, QUICKEST)
    final = train_final(none, predictions, metrics_of(predictions, QUICKEST), QUICKEST, DAY)
    assert (final.artefacts, final.served) == ({}, None)
    assert final.twin is None
    assert all(item.passed for item in validate_trained_models(TRAINED_MODELS.empty()))


def test_two_served_models_go_red(trained):
    final, _ = trained
    table = table_of(final).with_columns(is_served=True)
    assert [item.passed for item in validate_trained_models(table)] == [False]
