"""Known truth: where text drives value, fusion finds it; where it does not, there is nothing to gain."""

import numpy as np
import pytest

from assets.models.estimators.spec import fit_model
from assets.models.evaluation.metrics import r_squared
from assets.models.settings import ModelSettings
from tests.unit.models.build import synthetic

SETTINGS = ModelSettings(
    max_epochs=30, batch_size=128, learning_rate=5e-3, patience=8, target_scale="standard", text_width=16, dropout=0.1
)


def r2_of(name, text_effect):
    train, test = synthetic(1, 1500, text_effect=text_effect), synthetic(2, 800, text_effect=text_effect)
    return r_squared(test.target, fit_model(name, train, SETTINGS, 42).predict(test).value)


@pytest.fixture(scope="module")
def figures():
    return {(name, effect): r2_of(name, effect) for name in ("behaviour_mlp", "gated_fusion") for effect in (0.0, 1.0)}


def test_fusion_beats_behaviour_where_text_matters(figures):
    assert figures["gated_fusion", 1.0] > figures["behaviour_mlp", 1.0] + 0.3


def test_fusion_gains_nothing_where_text_is_noise(figures):
    assert figures["gated_fusion", 0.0] < figures["behaviour_mlp", 0.0] + 0.02


def test_text_alone_learns_only_where_text_matters():
    assert r2_of("text_only", 1.0) > 0.4
    assert r2_of("text_only", 0.0) < 0.05


def test_concatenation_uses_text_as_well():
    assert r2_of("concatenation", 1.0) > 0.5


def test_the_gate_turns_to_text_where_text_matters():
    data = {effect: synthetic(1, 1500, text_effect=effect) for effect in (0.0, 1.0)}
    gates = {effect: fit_model("gated_fusion", rows, SETTINGS, 42).predict(rows).gate for effect, rows in data.items()}
    with_text = {effect: np.mean(gates[effect][data[effect].has_text]) for effect in gates}
    assert with_text[1.0] < with_text[0.0]
