"""Trees on top of the past: the forecast grows with the past, whatever was seen."""

from dataclasses import replace
from datetime import date

import numpy as np

from assets.models.estimators.anchored import ANCHORED, fit_anchored
from assets.models.estimators.spec import fit_model
from assets.models.examples.dataset import ExampleArrays
from assets.models.serving.artefacts import from_artefact, to_artefact
from tests.unit.models.build import QUICKEST, arrays_of


def test_anchored_trees_follow_the_past_beyond_what_they_have_seen() -> None:
    data = arrays_of()
    model = fit_anchored(data, QUICKEST, 1, reads_text=True)
    larger = replace(data, past=data.past * 10 + 9 * model.floor)
    assert np.allclose(model.predict(larger).value, 10 * model.predict(data).value)
    assert model.parameters > 0


def test_anchored_trees_do_without_any_revenue() -> None:
    data = arrays_of()
    nothing = replace(data, target=np.zeros(len(data)))
    assert np.isfinite(fit_anchored(nothing, QUICKEST, 1, reads_text=False).predict(nothing).value).all()


def of_two_kinds() -> ExampleArrays:
    """Customers of one past; one in ten, told apart by a feature, falls much further than the others."""
    data = arrays_of()
    behaviour = np.zeros_like(data.behaviour)
    behaviour[:, 0] = np.arange(len(data)) % 10 == 0
    past = np.full(len(data), 2_000.0)
    return replace(data, behaviour=behaviour, past=past, target=np.where(behaviour[:, 0] > 0, 400.0, 2_000.0))


def test_a_leaf_that_holds_little_revenue_is_hardly_believed() -> None:
    data = of_two_kinds()
    few = data.behaviour[:, 0] > 0

    def way_gone(shrinkage: float, rounds: int) -> tuple[float, float]:
        """Part of the way from the past to what the rows say that the few and the many have gone."""
        settings = replace(QUICKEST, anchored_rounds=rounds, boosting_rate=0.2, anchored_shrinkage=shrinkage)
        model = fit_anchored(data, settings, 1, reads_text=False)
        gone = np.log(model.predict(data).value / (data.past + model.floor))
        return float(gone[few].mean() / np.log(400 / 4_000)), float(gone[~few].mean() / np.log(2_000 / 4_000))

    assert np.allclose(way_gone(0.0, 100), 1.0, atol=0.01)
    assert np.allclose(way_gone(1e6, 100), 0.0, atol=0.01)
    free, held = way_gone(0.0, 15), way_gone(0.1, 15)
    assert held[0] / free[0] < 0.85 < held[1] / free[1], "what few say is believed less than what many do"


def test_text_is_read_only_where_it_is_asked_for() -> None:
    data = arrays_of()
    mute = replace(data, text=np.zeros_like(data.text), has_text=np.zeros_like(data.has_text))
    for name, differs in zip(ANCHORED, (False, True), strict=True):
        model = fit_model(name, data, QUICKEST, 1)
        assert np.array_equal(model.predict(data).value, model.predict(mute).value) is not differs


def test_what_the_store_keeps_predicts_the_same() -> None:
    data = arrays_of()
    for name in ANCHORED:
        model = fit_model(name, data, QUICKEST, 1)
        kept = to_artefact(name, model, QUICKEST, metrics={}, data="x", known_from=date(2024, 1, 1), payload={})
        assert np.allclose(from_artefact(kept).predict(data).value, model.predict(data).value)


def test_nobody_to_predict_is_nobody() -> None:
    data = arrays_of()
    nobody = data.take(np.zeros(len(data), dtype=bool))
    assert len(fit_model(ANCHORED[1], data, QUICKEST, 1).predict(nobody).value) == 0
