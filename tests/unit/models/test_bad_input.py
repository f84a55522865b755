"""Histories that nobody wishes for: a clear message or a sensible result, from every model."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.models.contract import MODEL_METRICS, MODEL_PREDICTIONS
from assets.models.estimators.registry import all_models
from assets.models.estimators.spec import fit_model
from assets.models.evaluation.evaluate import PROSPECTIVE_CV, evaluate, metrics_of
from assets.models.evaluation.tuning import tune
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, to_arrays
from assets.models.examples.splits import customer_folds
from assets.models.settings import ModelSettings
from resources.errors import ContractError
from tests.unit.models.build import DIMENSIONS, QUICKEST, examples_of

ALL = ModelSettings(**{**QUICKEST.__dict__, "models": all_models(), "forest_trees": 5, "max_epochs": 1})
VECTOR = pl.lit(pl.Series([[0.5] * DIMENSIONS], dtype=pl.List(pl.Float32))).first()
TEXT_OFF = {"has_text": False, "text_weight": 0.0, "reviews": pl.lit(0, pl.Int32)}
NULLS = {name: pl.lit(None) for name in ("text_polarity", "text_score", "text_vector")}
REVENUE = [name for name in BEHAVIOUR_COLUMNS if "revenue" in name or name in ("b_monetary", "b_price_per_night")]
REVENUE += ["target_clv", "past_revenue", "past_year_revenue", "year_earlier_revenue"]
NO_REVENUE = dict.fromkeys(REVENUE, pl.lit(0.0))
ONLY_CANCELLED = {**NO_REVENUE, "b_frequency": pl.lit(0.0), "b_cancellation_ratio": pl.lit(1.0)}


def cast(frame, columns):
    schema = frame.schema
    made = {name: value if isinstance(value, pl.Expr) else pl.lit(value) for name, value in columns.items()}
    return frame.with_columns(**made).cast({name: schema[name] for name in made})


def no_review(frame):
    return cast(frame, {**TEXT_OFF, **NULLS})


def equal_reviews(frame):
    vectors = pl.Series([[0.5] * DIMENSIONS if has else None for has in frame["has_text"]], dtype=pl.List(pl.Float32))
    flat = pl.when("has_text").then(0.3), pl.when("has_text").then(8.0)
    return frame.with_columns(vectors.alias("text_vector"), text_polarity=flat[0], text_score=flat[1])


def half_of_all_revenue(frame):
    first = pl.col("pseudo_customer_id") == frame["pseudo_customer_id"].min()
    most = float(frame["target_clv"].sum())
    grown = {name: pl.when(first).then(pl.lit(most)).otherwise(pl.col(name)) for name in ("target_clv", "b_monetary")}
    return frame.with_columns(**grown)


def one_day(frame):
    moving = {name: pl.lit(0.0) for name in ("b_tenure_days", "b_recency_days", "b_gap_mean_days")}
    return frame.with_columns(**moving)


CASES = {
    "no review at all": no_review,
    "all reviews equal": equal_reviews,
    "revenue all zero": lambda frame: cast(frame, NO_REVENUE),
    "only cancellations": lambda frame: cast(frame, ONLY_CANCELLED),
    "one customer with half of all revenue": half_of_all_revenue,
    "one day": one_day,
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_model_gives_a_sensible_figure(case):
    examples = CASES[case](examples_of())
    found = MODEL_PREDICTIONS.conform(evaluate(examples, ALL, clock=lambda: 0.0))
    assert set(found["model"]) == set(all_models())
    assert found["prediction"].is_finite().all()
    metrics = MODEL_METRICS.conform(metrics_of(found, ALL))
    constant = case in ("revenue all zero", "only cancellations")
    assert metrics["r2"].is_null().all() == constant  # with nothing to explain no share of it is claimed
    assert (found["prediction"].max() < 5.0) == constant


@pytest.mark.parametrize("name", all_models())
def test_a_history_of_one_customer_trains(name):
    examples = examples_of().filter(pl.col("protocol") == "prospective")
    one = examples.filter(pl.col("pseudo_customer_id") == examples["pseudo_customer_id"][0])
    data = to_arrays(one, DIMENSIONS)
    assert np.isfinite(fit_model(name, data, ALL, 1).predict(data).value).all()


def test_fewer_customers_than_folds_is_said_or_left_out():
    with pytest.raises(ContractError, match="3 customers can't fill 5 folds"):
        customer_folds(np.array(["a", "b", "c"]), 5, np.random.default_rng(1))
    few = examples_of().filter(pl.col("pseudo_customer_id").is_in(["c000", "c001", "c002"]))
    tuned = replace(ALL, tuning_trials=2, tuning_share=0.5)
    assert tune(few, tuned, lambda: 0.0).is_empty()
    assert PROSPECTIVE_CV not in set(evaluate(few, tuned)["protocol"])
