"""Checks of the models room: pure functions from frames to outcomes."""

import polars as pl

from assets.customers.protocols import PROSPECTIVE
from assets.models.estimators.registry import NAIVE
from assets.models.evaluation.ablations import REFERENCE
from assets.models.evaluation.evaluate import PROSPECTIVE_CV
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, WIDE_COLUMNS
from resources.contract import CheckOutcome, outcome_of

_ROW = ("protocol", "pseudo_customer_id", "as_of")
_TESTED = ["protocol", "model", "repeat", "pseudo_customer_id"]


def validate_examples(examples: pl.DataFrame) -> list[CheckOutcome]:
    """What must hold for the examples before anything trains on them."""
    finite = pl.all_horizontal(pl.col(*BEHAVIOUR_COLUMNS, *WIDE_COLUMNS).is_finite())
    late = (pl.col("b_recency_days") < 0) | (pl.col("b_tenure_days") < pl.col("b_recency_days"))
    holdout = examples.filter(pl.col("split") == "holdout")["as_of"].min()
    target_end = pl.col("as_of") + pl.duration(days=pl.col("horizon_days").cast(pl.Int64))
    training = (pl.col("split") == "cv") & (pl.col("protocol") == PROSPECTIVE)
    leaking = examples.filter(training & (target_end > pl.lit(holdout, pl.Date)))
    return [
        outcome_of(
            "no_feature_sees_past_t",
            examples.filter(late),
            show=_ROW,
            advice="a row delivered after T entered a feature: filter on delivery_day in behaviour.py",
        ),
        outcome_of(
            "training_targets_end_by_the_holdout_day",
            leaking,
            show=_ROW,
            advice="move the cross-validation origins back: as_of + horizon must not pass the hold-out origin",
        ),
        outcome_of(
            "behaviour_features_are_finite",
            examples.filter(~finite),
            show=_ROW,
            advice="look at the ratio's guard in behaviour.py",
        ),
        outcome_of(
            "text_mask_fits_the_text_block",
            examples.filter(
                (pl.col("has_text") != pl.col("text_vector").is_not_null())
                | (pl.col("has_text") != (pl.col("text_weight") > 0.0))
            ),
            show=(*_ROW, "has_text"),
            advice="has_text must be true exactly where a vector with positive weight stands",
        ),
    ]


def validate_predictions(predictions: pl.DataFrame) -> list[CheckOutcome]:
    """What must hold for predictions before metrics are made from them."""
    folds = predictions.group_by(_TESTED).agg(folds=pl.col("fold").n_unique())
    expected = predictions.group_by("protocol", "repeat").agg(expected=pl.col("model").n_unique())
    rows = predictions.group_by("protocol", "repeat", "fold", "pseudo_customer_id", "as_of").agg(
        models=pl.col("model").n_unique()
    )
    rows = rows.join(expected, on=["protocol", "repeat"], how="left")
    not_finite = ~pl.col("prediction").is_finite() | ~pl.col("target").is_finite()
    return [
        outcome_of(
            "splits_are_disjoint_by_customer",
            folds.filter(pl.col("folds") > 1),
            show=_TESTED,
            advice="a customer tested in two folds was trained on in one of them: group the folds by customer",
        ),
        outcome_of(
            "predictions_are_finite",
            predictions.filter(not_finite),
            show=("protocol", "model", "pseudo_customer_id"),
            advice="the training diverged: lower models.learning_rate or look at the scalers",
        ),
        outcome_of(
            "all_models_are_tested_on_the_same_rows",
            rows.filter(pl.col("models") != pl.col("expected")),
            show=("protocol", "repeat", "fold", "pseudo_customer_id"),
            advice="compare models on one set of splits only",
        ),
    ]


def validate_metrics(metrics: pl.DataFrame) -> list[CheckOutcome]:
    """Warns when no model beats the naive forecast; scoring then serves that forecast."""
    means = metrics.filter(pl.col("protocol") == PROSPECTIVE_CV).group_by("model").agg(pl.col("rmse").mean())
    naive = means.filter(pl.col("model") == NAIVE)
    best = means.filter(pl.col("model") != NAIVE)["rmse"].min()
    beaten = naive.filter(pl.lit(best, pl.Float64).is_null() | (pl.lit(best, pl.Float64) >= pl.col("rmse")))
    return [
        outcome_of(
            "a_model_beats_same_as_the_past",
            beaten,
            show=("model", "rmse"),
            advice="scores come from the naive forecast; look at the learning curves before trusting any model",
            is_blocking=False,
            threshold=float(naive["rmse"][0]) if naive.height and naive["rmse"][0] is not None else None,
        )
    ]


def validate_tuning(tuning: pl.DataFrame) -> list[CheckOutcome]:
    """Every tuned model has the same number of trials and exactly one chosen."""
    budgets = tuning.group_by("protocol", "model").agg(trials=pl.len(), chosen=pl.col("is_chosen").sum())
    most = budgets["trials"].max()
    return [
        outcome_of(
            "tuning_budgets_are_equal",
            budgets.filter(pl.col("trials") != pl.lit(most, pl.UInt32)),
            show=("protocol", "model", "trials"),
            advice="a comparison of models tuned with unequal budgets is void: materialise model_tuning again",
        ),
        outcome_of(
            "one_trial_is_chosen",
            budgets.filter(pl.col("chosen") != 1),
            show=("protocol", "model", "chosen"),
            advice="look at the choice in tuning.py",
        ),
    ]


def validate_ablations(ablations: pl.DataFrame) -> list[CheckOutcome]:
    """Every variant is tested on the rows of its study's reference."""
    keys = ["study", "repeat", "fold"]
    reference = ablations.filter(pl.col("variant") == REFERENCE).select(*keys, expected="n")
    joined = ablations.join(reference, on=keys, how="left")
    return [
        outcome_of(
            "variants_are_tested_on_the_same_rows",
            joined.filter(pl.col("n") != pl.col("expected").fill_null(0)),
            show=("study", "variant", "fold", "n", "expected"),
            advice="compare a variant with its reference on one set of splits only",
        )
    ]


def validate_sensitivity(table: pl.DataFrame) -> list[CheckOutcome]:
    """Weights sum to one but where a part is switched off, and a choice is never worse on its own validation rows."""
    weights = pl.col("alpha") + pl.col("beta") + pl.col("gamma")
    off = pl.col("label").str.starts_with("without")
    chosen = table.filter(pl.col("study") == "selection")
    pairs = chosen.filter(pl.col("label") == "chosen").join(
        chosen.filter(pl.col("label") == "uniform").select("timing", "fold", uniform="validation_rmse"),
        on=["timing", "fold"],
        how="left",
    )
    return [
        outcome_of(
            "anomaly_weights_sum_to_one",
            table.filter(~off & ((weights - 1.0).abs() > 1e-6)),
            show=("study", "label", "alpha", "beta", "gamma"),
            advice="look at the grid in anomaly_choice/selection.py",
        ),
        outcome_of(
            "chosen_weights_are_no_worse_in_validation",
            pairs.filter(pl.col("validation_rmse") > pl.col("uniform")),
            show=("timing", "fold", "validation_rmse", "uniform"),
            advice="the uniform weights belong to the grid: the choice must be at least as good on validation rows",
        ),
    ]


def validate_trained_models(models: pl.DataFrame) -> list[CheckOutcome]:
    """Exactly one stored model is served, when there is any."""
    served = int(models["is_served"].sum()) if models.height else 0
    return [
        outcome_of(
            "one_model_is_served",
            models if models.height and served != 1 else models.clear(),
            show=("model", "version", "is_served"),
            advice="materialise trained_models again",
        )
    ]


def validate_scores(scores: pl.DataFrame) -> list[CheckOutcome]:
    """What must hold for a day's scores."""
    inside = (pl.col("low") <= pl.col("value")) & (pl.col("value") <= pl.col("high"))
    show = ("pseudo_customer_id", "value", "low", "high")
    return [
        outcome_of(
            "value_lies_in_its_interval",
            scores.filter(~inside.fill_null(False)),
            show=show,
            advice="look at the interval table of the served model",
        ),
        outcome_of(
            "every_score_has_a_reason",
            scores.filter(pl.col("reasons").str.strip_chars() == ""),
            show=("pseudo_customer_id", "model"),
            advice="the explainer gave nothing: see reasons_of",
        ),
        outcome_of(
            "one_model_per_day",
            scores.filter(pl.col("model_version").n_unique().over("delivery_day") > 1),
            show=("model", "model_version"),
            advice="score a day with the model in force on it",
        ),
    ]
