from dataclasses import replace

import numpy as np
import pytest
import torch

from assets.models.estimators.fusion_networks import PLANS
from assets.models.examples.dataset import ExampleArrays
from assets.models.networks.schedule import learning_rate_share
from assets.models.networks.training import deterministic_torch, evidence_share, fit_network
from assets.models.settings import ModelSettings
from tests.unit.models.build import QUICKEST, arrays_of, synthetic

SMALL = ModelSettings(max_epochs=3, batch_size=32, behaviour_layers=(8,), text_width=4, fused_width=4)


def weights_of(model):
    return b"".join(value.numpy().tobytes() for value in model.network.state_dict().values())


@pytest.mark.parametrize("name", sorted(PLANS))
def test_two_trainings_give_the_same_bytes(name):
    data = arrays_of()
    first, second = fit_network(PLANS[name], data, SMALL, 5), fit_network(PLANS[name], data, SMALL, 5)
    assert weights_of(first) == weights_of(second)
    assert first.predict(data).value.tobytes() == second.predict(data).value.tobytes()


def test_another_seed_gives_other_weights():
    data = arrays_of()
    plan = PLANS["gated_fusion"]
    assert weights_of(fit_network(plan, data, SMALL, 5)) != weights_of(fit_network(plan, data, SMALL, 6))


def test_the_callers_torch_state_is_left_alone():
    torch.manual_seed(9)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    fit_network(PLANS["behaviour_mlp"], arrays_of(), SMALL, 1)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()


def test_the_state_comes_back_after_an_error():
    threads = torch.get_num_threads()
    with pytest.raises(RuntimeError, match="stop"), deterministic_torch(1, 1):
        raise RuntimeError("stop")
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_network_learns_what_there_is_to_learn():
    data, new = synthetic(1, 600, text_effect=0.0), synthetic(2, 300, text_effect=0.0)
    settings = ModelSettings(max_epochs=40, batch_size=64, learning_rate=1e-2, dropout=0.0, target_scale="standard")
    predicted = fit_network(PLANS["behaviour_mlp"], data, settings, 1).predict(new).value
    assert np.corrcoef(predicted, new.target)[0, 1] > 0.8


def test_predictions_are_never_negative_and_gates_are_shares():
    data = arrays_of()
    got = fit_network(PLANS["gated_fusion"], data, SMALL, 1).predict(data)
    assert (got.value >= 0).all()
    assert ((got.gate >= 0) & (got.gate <= 1)).all()
    assert (got.gate[~data.has_text] == 1.0).all()
    assert fit_network(PLANS["concatenation"], data, SMALL, 1).predict(data).gate is None


def test_no_row_to_predict():
    data = arrays_of()
    none = data.take(np.zeros(len(data), dtype=bool))
    assert fit_network(PLANS["gated_fusion"], data, SMALL, 1).predict(none).value.shape == (0,)


def test_very_few_customers_train_without_validation():
    data = arrays_of().take(np.arange(3))
    assert fit_network(PLANS["gated_fusion"], data, SMALL, 1).epochs == SMALL.max_epochs


def test_training_on_no_text_at_all():
    data = arrays_of()
    fields = {name: getattr(data, name) for name in data.__dataclass_fields__}
    bare = ExampleArrays(**{**fields, "text": data.text * 0, "has_text": np.zeros(len(data), dtype=bool)})
    predicted = fit_network(PLANS["text_only"], bare, SMALL, 1).predict(bare).value
    assert np.unique(predicted).size == 1


def test_weighting_the_dearest_customers_moves_the_fit():
    data = arrays_of()
    weighted = ModelSettings(**{**{n: getattr(SMALL, n) for n in SMALL.__dataclass_fields__}, "high_value_weight": 9.0})
    plan = PLANS["behaviour_mlp"]
    assert weights_of(fit_network(plan, data, SMALL, 1)) != weights_of(fit_network(plan, data, weighted, 1))


def test_the_learning_rate_rises_then_falls_to_zero():
    shares = [learning_rate_share(step, 100, 0.1) for step in range(101)]
    assert shares[0] == pytest.approx(0.1)
    assert max(shares) == pytest.approx(1.0)
    assert shares[:10] == sorted(shares[:10])
    assert shares[10:] == sorted(shares[10:], reverse=True)
    assert shares[-1] == pytest.approx(0.0)


def test_inputs_are_left_alone():
    data = arrays_of()
    before = data.text.copy(), data.behaviour.copy()
    fit_network(PLANS["gated_fusion"], data, QUICKEST, 1).predict(data)
    assert np.array_equal(data.text, before[0])
    assert np.array_equal(data.behaviour, before[1])


def test_text_counts_by_the_evidence_behind_it():
    """A review that is hardly this customer's moves the forecast hardly; without shrinkage it moves it as any."""
    data = synthetic(1, 300, text_effect=1.0)
    fields = {name: getattr(data, name) for name in data.__dataclass_fields__}
    faint = ExampleArrays(**{**fields, "text_weight": data.has_text * 0.01})
    unread = ExampleArrays(**{**fields, "text": data.text * 0})
    assert evidence_share(faint, 0.0, data.has_text) == pytest.approx(data.has_text.astype(float))
    assert evidence_share(data, 1.0, data.has_text) == pytest.approx(data.has_text * 0.5)
    settings = ModelSettings(max_epochs=20, batch_size=32, learning_rate=1e-2, text_shrinkage=1.0)
    model = fit_network(PLANS["concatenation"], data, settings, 1)
    plain, little, nothing = (model.predict(rows).value for rows in (data, faint, unread))
    assert np.abs(little - nothing).max() < np.abs(plain - nothing).max() / 10


@pytest.mark.parametrize("name", ["behaviour_mlp", "gated_fusion_ziln", "gated_fusion_anchored"])
@pytest.mark.parametrize("scale", ["root", "log1p", "standard"])
def test_the_total_of_the_training_rows_is_forecast_whatever_the_scale(name, scale):
    data = synthetic(1, 400, text_effect=0.0)
    rng = np.random.default_rng(1)
    rare = replace(data, target=np.where(rng.random(400) < 0.2, rng.gamma(0.7, 900, 400), 0.0))
    settings = replace(SMALL, target_scale=scale, max_epochs=5, learning_rate=1e-2)
    model = fit_network(PLANS[name], rare, settings, 1)
    assert model.predict(rare).value.sum() == pytest.approx(rare.target.sum())
    if (name, scale) == ("behaviour_mlp", "root"):
        assert model.level > 1.2  # squares of mean roots fall short of the mean


def test_where_nobody_brings_anything_nothing_is_forecast():
    data = synthetic(1, 60, text_effect=0.0)
    model = fit_network(PLANS["behaviour_mlp"], replace(data, target=np.zeros(60)), SMALL, 1)
    assert (model.predict(data).value == 0.0).all()
