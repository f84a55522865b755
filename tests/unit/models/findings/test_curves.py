"""Forecasts beside what came, over groups of customers that may be told."""

import numpy as np
import polars as pl
import pytest

from assets.models.checks_explaining import validate_curves
from assets.models.contract import FORECAST_CURVES
from assets.models.evaluation.evaluate import HOLDOUT, PROSPECTIVE_CV
from assets.models.findings.curves import calibration_steps, forecast_curves, gain_steps, spread_steps

NOBODY = pl.DataFrame(schema={"pseudo_customer_id": pl.String, "model": pl.String, "value": pl.Float64})


def ids(n: int) -> pl.Series:
    return pl.Series([f"c{number:04d}" for number in range(n)])


def forecasts(n: int = 200, repeat: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(4)
    target = np.round(rng.gamma(0.5, 200, n), 2)
    return pl.concat([
        pl.DataFrame({"protocol": protocol, "model": model, "repeat": repeat, "pseudo_customer_id": ids(n),
                      "target": target, "prediction": np.round(target * rng.lognormal(0, 0.5, n), 2)})
        for protocol in (PROSPECTIVE_CV, HOLDOUT, "observed") for model in ("a", "b")
    ])  # fmt: skip


def test_every_curve_of_both_forecasts_is_told_and_of_no_other_protocol():
    scores = pl.DataFrame({"pseudo_customer_id": ids(40), "model": "a", "value": np.linspace(0, 300, 40)})
    told = FORECAST_CURVES.conform(forecast_curves(forecasts(), scores, 10))
    assert set(told.select("protocol", "curve").iter_rows()) == {
        *((protocol, curve) for protocol in (PROSPECTIVE_CV, HOLDOUT)
          for curve in ("calibration", "gain", "error", "forecast")),
        ("scores", "forecast"),
    }  # fmt: skip
    assert told["n"].min() >= 10  # type: ignore[operator]
    assert all(item.passed for item in validate_curves(told))
    again = pl.concat([forecasts(), forecasts(repeat=1)]).sample(fraction=1.0, shuffle=True, seed=2)
    assert forecast_curves(again, scores.reverse(), 10).equals(told), "later deals and the order of rows change nothing"
    assert forecast_curves(forecasts().clear(), NOBODY, 10).is_empty()


def test_the_calibration_is_the_hand_counted_one():
    prediction = np.arange(100.0)
    steps = calibration_steps(ids(100), 2.0 * prediction, prediction, 10)
    assert [step["step"] for step in steps] == list(range(1, 11))
    assert steps[9] == {"n": 10, "rows": 10, "step": 10, "predicted": 94.5, "realised": 189.0}
    assert [step["rows"] for step in calibration_steps(ids(100), prediction, prediction, 15)] == [20] * 5
    assert calibration_steps(ids(9), prediction[:9], prediction[:9], 10) == []


def test_equal_forecasts_are_one_group():
    steps = calibration_steps(ids(50), np.arange(50.0), np.full(50, 60.0), 10)
    assert [(step["rows"], step["predicted"], step["realised"]) for step in steps] == [(50, 60.0, 24.5)]
    assert len(gain_steps(ids(50), np.arange(50.0), np.full(50, 60.0), 10)) == 1


def test_a_step_that_one_customer_decides_goes_with_its_neighbours():
    prediction, target = np.arange(100.0), np.ones(100)
    target[99] = 1_000.0
    steps = calibration_steps(ids(100), target, prediction, 10)
    assert steps == [], "of all 1,099 that came this customer brought 1,000: nothing may be told"
    target[99] = 100.0
    last = calibration_steps(ids(100), target, prediction, 10)[-1]
    assert last["rows"] > 10
    assert target[-last["rows"] :].max() <= 0.75 * target[-last["rows"] :].sum()


def test_rows_of_one_customer_are_one_customer():
    same = pl.Series(["c"] * 60)
    assert calibration_steps(same, np.arange(60.0), np.arange(60.0), 2) == []
    assert spread_steps(same, np.arange(60.0), (10.0, 20.0), 2) == []
    assert gain_steps(same, np.arange(60.0), np.arange(60.0), 2) == []


def test_a_perfect_list_holds_the_most_and_rises_to_all():
    target = np.arange(200.0)
    steps = gain_steps(ids(200), target, target, 10)
    assert [round(step["share"], 3) for step in steps][:3] == [0.05, 0.1, 0.15]
    assert steps[0]["captured"] == pytest.approx(target[-10:].sum() / target.sum())
    assert (steps[-1]["share"], steps[-1]["captured"]) == (1.0, 1.0)
    reverse = gain_steps(ids(200), target, -target, 10)
    assert all(best["captured"] >= worst["captured"] for best, worst in zip(steps, reverse, strict=True))
    assert gain_steps(ids(200), np.zeros(200), target, 10) == []


def test_outer_steps_are_open_and_small_ones_join():
    values = np.concatenate([np.full(30, 5.0), np.full(4, 15.0), np.full(30, 25.0), [9_999.0]])
    steps = spread_steps(ids(65), values, (10.0, 20.0, 30.0), 10)
    assert [(step["low"], step["high"], step["rows"]) for step in steps] == [(None, 10.0, 30), (10.0, None, 35)]
    assert sum(step["share"] for step in steps) == pytest.approx(1.0)
    assert [(step["low"], step["high"]) for step in spread_steps(ids(30), values[:30], (10.0,), 10)] == [(None, None)]


def test_a_lost_step_is_seen():
    told = forecast_curves(forecasts(), NOBODY, 10)
    assert all(item.passed for item in validate_curves(told.clear()))
    for curve in ("error", "gain"):
        broken = told.filter(
            ~((pl.col("curve") == curve) & (pl.col("step") == pl.col("step").max().over("protocol", "model", "curve")))
        )
        (outcome,) = validate_curves(broken)
        assert (outcome.name, outcome.passed) == ("curves_hold_every_forecast", False)
