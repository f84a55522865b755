import itertools
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from assets.customers.protocols import LONG_HORIZON
from assets.customers.settings import CustomerSettings
from assets.models.checks import validate_predictions
from assets.models.contract import MODEL_METRICS, MODEL_PREDICTIONS
from assets.models.estimators.registry import all_models
from assets.models.evaluation.evaluate import (
    HOLDOUT,
    HOLDOUT_DISJOINT,
    PROSPECTIVE_CV,
    best_model,
    evaluate,
    fit_model,
    metrics_of,
)
from assets.models.evaluation.tuning import reserved_customers
from assets.models.examples.dataset import build_examples, to_arrays
from tests.unit.customers.build import DAY
from tests.unit.models.build import DIMENSIONS, PLAN, QUICKEST, arrays_of, examples_of, world


@pytest.fixture(scope="module")
def examples():
    return examples_of()


@pytest.fixture(scope="module")
def predictions(examples):
    ticks = itertools.count()
    return evaluate(examples, QUICKEST, clock=lambda: float(next(ticks)))


def test_every_protocol_and_model_is_there(predictions):
    assert MODEL_PREDICTIONS.conform(predictions).equals(predictions)
    assert set(predictions["protocol"]) == {"observed", PROSPECTIVE_CV, HOLDOUT, HOLDOUT_DISJOINT}
    assert set(predictions["model"]) == set(QUICKEST.models)
    assert predictions.select(MODEL_PREDICTIONS.key).is_unique().all()


def test_every_example_is_tested_once_per_model(predictions, examples):
    future = examples.filter(pl.col("protocol") == "prospective")
    sizes = predictions.filter(pl.col("model") == "lightgbm")["protocol"].value_counts()
    expected = {
        "observed": examples.filter(pl.col("protocol") == "observed").height,
        PROSPECTIVE_CV: future.filter(pl.col("split") == "cv").height,
        HOLDOUT: future.filter(pl.col("split") == "holdout").height,
        HOLDOUT_DISJOINT: future.filter(pl.col("split") == "holdout").height,
    }
    assert dict(sizes.iter_rows()) == expected


def test_a_customer_stays_in_one_fold_over_all_origins(predictions):
    folds = predictions.filter(pl.col("protocol").is_in([PROSPECTIVE_CV, HOLDOUT_DISJOINT]))
    assert folds.group_by("pseudo_customer_id").agg(pl.col("fold").n_unique())["fold"].max() == 1


def test_the_evaluation_repeats_itself(predictions, examples):
    again = evaluate(examples, QUICKEST, clock=lambda: 0.0)
    timings = ["train_seconds", "predict_seconds"]
    assert again.drop(timings).equals(predictions.drop(timings))


def test_the_order_of_examples_does_not_move_the_folds(predictions, examples):
    shuffled = examples.sample(fraction=1.0, shuffle=True, seed=3)
    naive = pl.col("model") == "same_as_past"
    again = evaluate(shuffled, QUICKEST, clock=lambda: 0.0).filter(naive).drop("train_seconds", "predict_seconds")
    assert again.equals(predictions.filter(naive).drop("train_seconds", "predict_seconds"))


def test_the_observed_window_leaks_its_target(predictions):
    naive = predictions.filter((pl.col("protocol") == "observed") & (pl.col("model") == "same_as_past"))
    assert naive["prediction"].equals(naive["target"].alias("prediction"))


def test_gates_stand_only_beside_gated_fusion(predictions):
    with_gate = predictions.filter(pl.col("gate").is_not_null())
    assert set(with_gate["model"]) == {"gated_fusion"}


def test_too_few_customers_leave_the_protocol_out(examples):
    few = examples.filter(pl.col("pseudo_customer_id").is_in(["c000", "c001", "c002"]))
    assert evaluate(few, QUICKEST).is_empty()
    assert evaluate(examples.clear(), QUICKEST).schema == MODEL_PREDICTIONS.empty().schema


def test_metrics_per_fold(predictions):
    metrics = MODEL_METRICS.conform(metrics_of(predictions, QUICKEST))
    one = metrics.filter((pl.col("protocol") == HOLDOUT) & (pl.col("model") == "same_as_past")).to_dicts()[0]
    rows = predictions.filter((pl.col("protocol") == HOLDOUT) & (pl.col("model") == "same_as_past"))
    assert one["n"] == rows.height
    assert one["mae"] == pytest.approx((rows["prediction"] - rows["target"]).abs().mean())
    assert metrics.filter(pl.col("model") == "gated_fusion")["train_seconds"].unique().to_list() == [1.0]
    assert metrics_of(predictions.clear(), QUICKEST).is_empty()


def test_the_best_model_has_the_lowest_error():
    rows = [(PROSPECTIVE_CV, "a", 0, 3.0), (PROSPECTIVE_CV, "b", 0, 2.0), (PROSPECTIVE_CV, "a", 0, 2.0),
            ("observed", "a", 0, 0.0)]  # fmt: skip
    metrics = pl.DataFrame(rows, schema=["protocol", "model", "repeat", "rmse"], orient="row")
    assert best_model(metrics, PROSPECTIVE_CV) == "b"
    lucky = pl.DataFrame([(PROSPECTIVE_CV, "a", 1, 0.0)], schema=metrics.schema, orient="row")
    assert best_model(pl.concat([metrics, lucky]), PROSPECTIVE_CV) == "b"  # b was not run in repeat 1
    assert best_model(metrics, HOLDOUT) is None


@pytest.mark.parametrize("name", all_models())
def test_every_named_model_can_be_trained(name):
    data = arrays_of()
    assert np.isfinite(fit_model(name, data, QUICKEST, 1).predict(data).value).all()


def test_perturbing_the_target_of_a_test_row_changes_no_prediction(examples, predictions):
    """The test rows' targets must not reach the models that predict them."""
    holdout = (pl.col("split") == "holdout") & (pl.col("protocol") == "prospective")
    moved = examples.with_columns(target_clv=pl.when(holdout).then(pl.col("target_clv") + 500).otherwise("target_clv"))
    again = evaluate(moved, QUICKEST, clock=lambda: 0.0).filter(pl.col("protocol") == HOLDOUT)
    assert again["prediction"].equals(predictions.filter(pl.col("protocol") == HOLDOUT)["prediction"])
    assert len(to_arrays(moved, DIMENSIONS)) == moved.height


def test_headline_models_are_repeated_and_others_run_once(examples):
    settings = replace(QUICKEST, models=("same_as_past", "lightgbm", "xgboost"), repeats=3, other_repeats=1)
    found = evaluate(examples, settings, clock=lambda: 0.0)
    repeats = dict(found.group_by("model").agg(pl.col("repeat").n_unique()).iter_rows())
    assert repeats == {"same_as_past": 3, "lightgbm": 3, "xgboost": 1}
    assert [item.name for item in validate_predictions(found) if not item.passed] == []


def test_customers_reserved_for_tuning_are_tested_in_no_fold(examples):
    settings = replace(QUICKEST, models=("same_as_past", "lightgbm"), tuning_trials=1)
    found = evaluate(examples, settings, clock=lambda: 0.0)
    future = examples.filter((pl.col("protocol") == "prospective") & (pl.col("split") == "cv"))
    reserved = reserved_customers(to_arrays(future, DIMENSIONS), settings, PROSPECTIVE_CV)
    tested = set(found.filter(pl.col("protocol").is_in([PROSPECTIVE_CV, HOLDOUT_DISJOINT]))["pseudo_customer_id"])
    assert len(reserved) > 0
    assert not tested & set(reserved)
    assert tested | set(reserved) == set(examples.filter(pl.col("protocol") == "prospective")["pseudo_customer_id"])


@pytest.mark.parametrize("name", ["bg_nbd", "two_part", "tweedie"])
def test_some_models_forecast_only(name, examples):
    predictions = evaluate(examples, replace(QUICKEST, models=("same_as_past", name)), clock=lambda: 0.0)
    assert "observed" not in set(predictions.filter(pl.col("model") == name)["protocol"])


def test_a_chance_is_kept_where_the_model_gives_one(examples):
    predictions = evaluate(examples, replace(QUICKEST, models=("same_as_past", "two_part")), clock=lambda: 0.0)
    parts, past = (predictions.filter(pl.col("model") == name)["chance"] for name in ("two_part", "same_as_past"))
    assert parts.is_between(0.0, 1.0).all()
    assert parts.null_count() == 0
    assert past.null_count() == len(past)


def test_a_year_ahead_is_one_extra_table():
    plan = replace(PLAN, long=DAY - timedelta(days=365))
    examples = build_examples(*world(), plan, CustomerSettings())
    found = evaluate(examples, replace(QUICKEST, repeats=2), clock=lambda: 0.0)
    long = found.filter(pl.col("protocol") == LONG_HORIZON)
    assert set(long["model"]) == set(QUICKEST.models)
    assert set(long["repeat"]) == {0}
    plain = evaluate(examples.filter(pl.col("protocol") != LONG_HORIZON), replace(QUICKEST, repeats=2), lambda: 0.0)
    assert found.filter(pl.col("protocol") != LONG_HORIZON).drop("train_seconds", "predict_seconds").equals(
        plain.drop("train_seconds", "predict_seconds")
    )  # fmt: skip


def test_two_processes_predict_what_one_does() -> None:
    rows = examples_of(1, customers=40)
    alone, together = (
        evaluate(rows, replace(QUICKEST, workers=workers)).drop("train_seconds", "predict_seconds")
        for workers in (1, 2)
    )
    assert alone.equals(together)
