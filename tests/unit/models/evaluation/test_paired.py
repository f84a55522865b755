"""Differences on the same customers see what overlapping intervals hide; the rule keeps its level."""

import numpy as np
import pytest
from scipy import stats

from assets.models.evaluation.customer_metrics import Forecasts
from assets.models.evaluation.paired import Verdict, difference, drawn_figures, holm, verdict_of
from resources.errors import ContractError


def forecasts(seed, *noises, number=300):
    """Models whose errors differ in spread alone, on customers a few of whom bring most."""
    rng = np.random.default_rng(seed)
    target = rng.lognormal(4.0, 1.5, number)
    target[rng.random(number) < 0.5] = 0.0
    names = np.array([f"c{index:04d}" for index in range(number)])
    shared = rng.normal(0, 40.0, number)
    return {
        f"m{place}": Forecasts(
            customers=names, target=target, value=np.abs(target + shared + rng.normal(0, noise, number))
        )
        for place, noise in enumerate(noises)
    }  # fmt: skip


def apart(models, metric="rmse", draws=400, seed=1):
    figures = drawn_figures(models, metric, np.random.default_rng(seed), draws)
    return difference(figures["m0"], figures["m1"])


def test_a_difference_is_seen_where_the_two_intervals_overlap():
    models = forecasts(1, 5.0, 20.0)
    figures = drawn_figures(models, "rmse", np.random.default_rng(1), 400)
    bounds = {name: np.quantile(values[1:], [0.025, 0.975]) for name, values in figures.items()}
    assert bounds["m0"][1] > bounds["m1"][0]  # they overlap
    item = difference(figures["m0"], figures["m1"])
    assert item.item.high is not None
    assert item.item.high < 0.0
    assert verdict_of(item, item.p, "rmse") is Verdict.HOLDS


def test_the_other_order_says_the_opposite_with_the_same_p():
    models = forecasts(2, 5.0, 60.0)
    there = apart(models)
    back = apart({"m0": models["m1"], "m1": models["m0"]})
    assert back.item.value == -there.item.value
    assert back.p == there.p
    assert verdict_of(back, back.p, "rmse") is Verdict.OPPOSITE
    assert verdict_of(there, 0.05, "rmse") is Verdict.NOT_SHOWN


def test_equal_models_are_never_apart():
    same = forecasts(3, 5.0)["m0"]
    item = apart({"m0": same, "m1": same})
    assert item.p == 1.0
    assert item.item.value == 0.0
    assert verdict_of(item, 0.0, "rmse") is Verdict.NOT_SHOWN


def test_of_models_that_do_not_differ_one_in_twenty_is_told_apart():
    told = [apart(forecasts(seed, 30.0, 30.0), draws=200).p < 0.05 for seed in range(200)]
    assert stats.binomtest(sum(told), 200, 0.05, alternative="greater").pvalue > 0.001


@pytest.mark.parametrize("metric", ["mae", "auc"])
def test_other_primary_metrics_follow_their_direction(metric):
    item = apart(forecasts(4, 5.0, 200.0), metric)
    assert verdict_of(item, item.p, metric) is Verdict.HOLDS
    assert (item.item.value > 0) == (metric == "auc")


def test_a_chance_is_what_the_area_ranks():
    models = forecasts(5, 5.0, 5.0)
    blind = Forecasts(**{**models["m1"].__dict__, "chance": np.full(300, 0.5)})
    assert apart({"m0": models["m0"], "m1": blind}, "auc").item.value > 0.2


def test_p_values_are_corrected_for_how_many_there_are():
    assert holm([0.001, 0.2, 0.02]) == pytest.approx([0.003, 0.2, 0.04])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_other_rows_and_unknown_metrics_are_refused():
    models = forecasts(6, 5.0, 5.0)
    other = forecasts(7, 5.0)["m0"]
    with pytest.raises(ContractError, match="other rows"):
        drawn_figures({**models, "m2": other}, "rmse", np.random.default_rng(1), 5)
    with pytest.raises(ContractError, match="no paired difference"):
        drawn_figures(models, "r2", np.random.default_rng(1), 5)
    assert drawn_figures({}, "rmse", np.random.default_rng(1), 5) == {}
