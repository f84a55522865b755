from datetime import timedelta

import polars as pl
import pytest

from assets.models.checks import (
    validate_ablations,
    validate_examples,
    validate_metrics,
    validate_predictions,
    validate_scores,
    validate_sensitivity,
    validate_trained_models,
    validate_tuning,
)
from assets.models.contract import (
    ANOMALY_SENSITIVITY,
    CUSTOMER_SCORES,
    EXAMPLES,
    MODEL_ABLATIONS,
    MODEL_METRICS,
    MODEL_PREDICTIONS,
    MODEL_TUNING,
    TRAINED_MODELS,
)
from assets.models.evaluation.evaluate import PROSPECTIVE_CV, evaluate
from tests.unit.customers.build import DAY
from tests.unit.models.build import QUICKEST, examples_of


def failed(outcomes):
    return [item.name for item in outcomes if not item.passed]


@pytest.mark.parametrize(
    ("validate", "contract"),
    [
        (validate_examples, EXAMPLES),
        (validate_predictions, MODEL_PREDICTIONS),
        (validate_metrics, MODEL_METRICS),
        (validate_trained_models, TRAINED_MODELS),
        (validate_scores, CUSTOMER_SCORES),
        (validate_tuning, MODEL_TUNING),
        (validate_ablations, MODEL_ABLATIONS),
        (validate_sensitivity, ANOMALY_SENSITIVITY),
    ],
)
def test_empty_tables_pass_and_name_every_check(validate, contract):
    outcomes = validate(contract.empty())
    assert failed(outcomes) == []
    assert len({item.name for item in outcomes}) == len(outcomes) > 0


def test_sound_examples_pass():
    assert failed(validate_examples(examples_of())) == []


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"b_recency_days": pl.lit(-1.0)}, "no_feature_sees_past_t"),
        ({"b_tenure_days": pl.col("b_recency_days") - 1}, "no_feature_sees_past_t"),
        ({"horizon_days": pl.lit(400, pl.Int32)}, "training_targets_end_by_the_holdout_day"),
        ({"b_monetary": pl.lit(float("inf"))}, "behaviour_features_are_finite"),
        ({"has_text": ~pl.col("has_text")}, "text_mask_fits_the_text_block"),
        ({"text_weight": pl.lit(0.0)}, "text_mask_fits_the_text_block"),
    ],
)
def test_each_check_of_examples_goes_red(columns, name):
    outcomes = validate_examples(examples_of().with_columns(**columns))
    assert failed(outcomes) == [name]
    broken = next(item for item in outcomes if item.name == name)
    assert broken.examples
    assert broken.advice


@pytest.fixture(scope="module")
def predictions():
    return evaluate(examples_of(), QUICKEST, clock=lambda: 0.0)


def test_sound_predictions_pass(predictions):
    assert failed(validate_predictions(predictions)) == []


def test_a_customer_in_two_folds_goes_red(predictions):
    first = predictions.filter(pl.col("protocol") == PROSPECTIVE_CV).head(1)
    other = first.with_columns(fold=pl.col("fold") + 7, as_of=pl.col("as_of") + timedelta(days=1))
    assert "splits_are_disjoint_by_customer" in failed(validate_predictions(pl.concat([predictions, other])))


def test_predictions_that_are_not_finite_go_red(predictions):
    broken = predictions.with_columns(prediction=pl.lit(float("nan")))
    assert failed(validate_predictions(broken)) == ["predictions_are_finite"]


def test_models_tested_on_other_rows_go_red(predictions):
    broken = predictions.filter((pl.col("model") != "lightgbm") | (pl.col("fold") != 0))
    assert failed(validate_predictions(broken)) == ["all_models_are_tested_on_the_same_rows"]


def metrics(naive, best):
    rows = [(PROSPECTIVE_CV, "same_as_past", naive), (PROSPECTIVE_CV, "lightgbm", best), ("observed", "lightgbm", 0.0)]
    return pl.DataFrame(rows, schema={"protocol": pl.String, "model": pl.String, "rmse": pl.Float64}, orient="row")


def test_a_model_that_beats_the_past_passes():
    outcome = validate_metrics(metrics(9.0, 5.0))[0]
    assert outcome.passed
    assert outcome.threshold == 9.0


@pytest.mark.parametrize("best", [9.0, 12.0, None])
def test_no_model_beating_the_past_only_warns(best):
    outcome = validate_metrics(metrics(9.0, best))[0]
    assert not outcome.passed
    assert not outcome.is_blocking


def trials(*rows):
    names = ["protocol", "model", "trial", "rmse", "is_chosen", "seconds", "chosen"]
    plain = [("observed", model, trial, 1.0, chosen, 0.0, "{}") for model, trial, chosen in rows]
    return MODEL_TUNING.conform(pl.DataFrame(plain, schema=names, orient="row"))


def test_unequal_budgets_and_a_missing_choice_go_red():
    sound = trials(("a", 0, True), ("a", 1, False), ("b", 0, False), ("b", 1, True))
    assert failed(validate_tuning(sound)) == []
    assert failed(validate_tuning(sound.head(3))) == ["tuning_budgets_are_equal", "one_trial_is_chosen"]


def test_a_variant_tested_on_other_rows_goes_red():
    names = MODEL_ABLATIONS.names
    rows = [("s", "reference", "m", 0, 0, 9, 0.1, 1.0, 1.0, 0.5), ("s", "other", "m", 0, 0, 9, 0.1, 1.0, 1.0, 0.5)]
    table = MODEL_ABLATIONS.conform(pl.DataFrame(rows, schema=names, orient="row"))
    assert failed(validate_ablations(table)) == []
    moved = table.with_columns(n=pl.when(pl.col("variant") == "other").then(8).otherwise("n").cast(pl.Int64))
    assert failed(validate_ablations(moved)) == ["variants_are_tested_on_the_same_rows"]


def test_the_naive_forecast_is_named_when_nothing_beats_it():
    assert failed(validate_metrics(metrics(9.0, 12.0))) == ["a_model_beats_same_as_the_past"]


def stored(*served):
    rows = [(f"m{place}", "v", "p", DAY, is_served, 9, 9, None, None, "d") for place, is_served in enumerate(served)]
    return TRAINED_MODELS.conform(pl.DataFrame(rows, schema=TRAINED_MODELS.names, orient="row"))


@pytest.mark.parametrize(("served", "names"), [((True, False), []), ((False, False), ["one_model_is_served"]),
                                               ((True, True), ["one_model_is_served"])])  # fmt: skip
def test_one_stored_model_is_served(served, names):
    assert failed(validate_trained_models(stored(*served))) == names


def choices(chosen, uniform, gamma=0.25):
    plain = {"timing": "ours", "fold": 0, "alpha": 0.5, "beta": 0.25, "tau": 0.5, "retained": 0.9, "mae": 1.0,
             "rmse": 1.0, "r2": 0.1, "study": "selection"}  # fmt: skip
    rows = [
        plain | {"label": "chosen", "gamma": gamma, "validation_rmse": chosen},
        plain | {"label": "uniform", "gamma": 0.25, "validation_rmse": uniform},
        plain | {"study": "weights", "label": "without timing", "gamma": 0.0, "validation_rmse": None},
    ]
    return ANOMALY_SENSITIVITY.conform(pl.DataFrame(rows))


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (choices(1.0, 1.0), []),
        (choices(2.0, 1.0), ["chosen_weights_are_no_worse_in_validation"]),
        (choices(1.0, 1.0, gamma=0.5), ["anomaly_weights_sum_to_one"]),
    ],
)
def test_the_choice_of_weights_is_sound(table, names):
    assert failed(validate_sensitivity(table)) == names
