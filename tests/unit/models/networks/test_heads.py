import numpy as np
import pytest
import torch

from assets.models.estimators.fusion_networks import PLANS
from assets.models.examples.target import fit_target_scale
from assets.models.networks.heads import Head, expected_value, losses, on_anchor
from assets.models.networks.training import fit_network
from assets.models.settings import ModelSettings
from tests.unit.models.build import synthetic

ZILN = Head.ZERO_INFLATED_LOG_NORMAL


def test_squared_error_is_what_it_says():
    raw, target = torch.tensor([[1.0], [3.0]]), torch.tensor([0.0, 3.0])
    assert losses(Head.SQUARED_ERROR, raw, target).tolist() == [1.0, 0.0]


def test_the_loss_is_least_at_the_true_parameters():
    """Of all constant outputs, those that made the data have the lowest mean loss."""
    rng = np.random.default_rng(1)
    buys = rng.random(20_000) < 0.3
    target = torch.from_numpy(np.where(buys, rng.normal(0.5, 0.8, 20_000), -np.inf))
    spread = float(np.log(np.expm1(0.8 - 0.05))) - 0.5  # the head's softplus undone

    def mean(logit, location, raw_spread):
        raw = torch.tensor([[logit, location, raw_spread]], dtype=torch.float64).expand(20_000, 3)
        return float(losses(ZILN, raw, target).mean())

    best = mean(float(np.log(0.3 / 0.7)), 0.5, spread)
    for other in ((0.0, 0.5, spread), (-0.847, 0.0, spread), (-0.847, 0.5, spread + 1.0), (-0.847, 0.5, spread - 0.7)):
        assert best < mean(*other)


def test_gradients_stay_finite_where_nobody_buys():
    raw = torch.zeros(4, 3, requires_grad=True)
    losses(ZILN, raw, torch.full((4,), -torch.inf)).sum().backward()
    assert torch.isfinite(raw.grad).all()


def test_expected_value_is_the_mean_of_the_mixture():
    scale = fit_target_scale(np.array([0.0, 100.0, 400.0]), "log")
    value = float(expected_value(ZILN, torch.tensor([[0.0, 0.0, 0.0]]), scale)[0])
    spread = scale.spread * (float(np.log1p(np.exp(0.5))) + 0.05)
    assert value == pytest.approx(0.5 * np.exp(scale.mean + spread**2 / 2), rel=1e-5)
    huge = expected_value(ZILN, torch.tensor([[9.0, 1e9, 1e9]]), scale)
    assert float(huge[0]) == pytest.approx(800.0)  # cut at twice the largest value of training


def test_a_factor_has_its_least_loss_at_the_mean():
    """Poisson's deviance asks for the mean, whatever the distribution."""
    target = torch.tensor([0.0, 0.0, 0.5, 3.5], dtype=torch.float64)

    def mean(value):
        return float(losses(Head.FACTOR, torch.full((4, 1), float(np.log(value)), dtype=torch.float64), target).mean())

    assert mean(1.0) < min(mean(0.9), mean(1.1))


def test_only_a_factor_stands_on_the_past():
    raw, anchor = torch.tensor([[0.5], [9.0]]), torch.tensor([1.0, 2.0])
    assert on_anchor(Head.SQUARED_ERROR, raw, anchor) is raw
    assert on_anchor(Head.FACTOR, raw, anchor).flatten().tolist() == [1.5, 6.0]  # 9 is cut: 55 times at most


def many_times_the_past(rows, factor):
    fields = {key: getattr(rows, key) for key in rows.__dataclass_fields__}
    past = np.exp(np.random.default_rng(7).normal(4.0, 2.0, len(rows)))
    behaviour = rows.behaviour.copy()
    behaviour[:, 3] = past
    return type(rows)(**{**fields, "behaviour": behaviour, "past": past, "target": past * factor(rows)})


@pytest.mark.parametrize("name", ["behaviour_mlp_anchored", "concatenation_anchored", "gated_fusion_anchored"])
def test_a_network_on_the_past_forecasts_beyond_the_largest_target_it_has_seen(name):
    def factor(rows):
        return 1.0 + rows.behaviour[:, 0]

    data = many_times_the_past(synthetic(1, 800, text_effect=0.0), factor)
    small = data.take(data.target < np.quantile(data.target, 0.9))
    settings = ModelSettings(max_epochs=40, batch_size=32, learning_rate=1e-2, dropout=0.0)
    model = fit_network(PLANS[name], small, settings, 1)
    large = data.take(data.target >= np.quantile(data.target, 0.9))
    predicted = model.predict(large).value
    assert predicted.max() > 2.0 * small.target.max()
    error = np.abs(predicted / large.target - 1.0)
    assert np.median(error) < np.median(np.abs(large.past / large.target - 1.0)) / 2  # half of the past's own error


def test_untrained_a_network_on_the_past_says_the_past():
    data = many_times_the_past(synthetic(1, 60, text_effect=0.0), lambda rows: np.ones(len(rows)))
    settings = ModelSettings(max_epochs=1, batch_size=64, learning_rate=1e-12, weight_decay=0.0)
    model = fit_network(PLANS["gated_fusion_anchored"], data, settings, 1)
    assert model.predict(data).value / model.level == pytest.approx(data.past + model.scalers.floor, rel=1e-4)


@pytest.mark.parametrize("name", ["behaviour_mlp_ziln", "gated_fusion_ziln"])
def test_a_network_learns_a_zero_inflated_value(name):
    data, new = synthetic(1, 800, text_effect=0.0), synthetic(2, 400, text_effect=0.0)
    rng = np.random.default_rng(3)

    def inflated(rows):
        fields = {key: getattr(rows, key) for key in rows.__dataclass_fields__}
        size = np.exp(3 * rows.behaviour[:, 0] + rng.normal(0, 0.5, len(rows)))
        return type(rows)(**{**fields, "target": np.where(rng.random(len(rows)) < 0.4, 0.0, size)})

    data, new = inflated(data), inflated(new)
    settings = ModelSettings(max_epochs=30, batch_size=64, learning_rate=1e-2, dropout=0.0)
    predicted = fit_network(PLANS[name], data, settings, 1).predict(new).value
    assert np.corrcoef(predicted, np.exp(3 * new.behaviour[:, 0]))[0, 1] > 0.9  # up to a factor, the expected value
    assert predicted.mean() == pytest.approx(new.target.mean(), rel=0.25)


def test_all_values_zero_is_forecast_as_nothing():
    data = synthetic(1, 100, text_effect=0.0)
    fields = {key: getattr(data, key) for key in data.__dataclass_fields__}
    poor = type(data)(**{**fields, "target": np.zeros(len(data))})
    settings = ModelSettings(max_epochs=5, batch_size=32, learning_rate=1e-2)
    assert fit_network(PLANS["gated_fusion_ziln"], poor, settings, 1).predict(poor).value.max() < 3.0
