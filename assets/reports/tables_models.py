"""Tables of the models: ours with intervals, the papers' beside them where a comparison means something."""

import polars as pl

from assets.models.estimators.registry import FUSION
from assets.models.evaluation.metrics import METRIC_NAMES
from assets.reports.inputs import SEGMENTS, ReportInputs
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import (
    MISSING,
    NOT_PRINTED,
    Estimate,
    capital,
    count,
    decimal,
    estimate,
    metric_digits,
    model_name,
    p_value,
    plain,
)

HEADINGS = {"mae": "MAE", "rmse": "RMSE", "r2": "R²", "mape": "MAPE, %", "spearman": "Spearman", "gini": "Gini"}
PROTOCOL_TITLES = {
    "prospective_cv": "Forecast, cross-validation over customers",
    "prospective_holdout": "Forecast, hold-out in time",
    "observed": "Observed window (the paper's protocol)",
    "long_horizon": "A year ahead, cross-validation at one origin",
}


def metric_cell(item: Estimate | None, metric: str) -> str:
    """A metric with its interval; MAPE, stored as a share, in percent and without bounds."""
    if metric == "mape":
        return decimal(item.value * 100, 1) if item is not None else MISSING
    return estimate(item, metric_digits(metric))


def model_table(inputs: ReportInputs, protocol: str) -> Table | None:
    """All metrics of all models under one protocol, 95 % intervals in brackets."""
    models = inputs.models_of(protocol)
    if not models:
        return None
    rows = []
    for model in models:
        cells = [metric_cell(inputs.estimate(protocol, model, metric), metric) for metric in METRIC_NAMES]
        rows.append((capital(model_name(model)), *cells))
    return Table(
        key=f"models_{protocol}",
        title=PROTOCOL_TITLES.get(protocol, plain(protocol)),
        columns=("Model", *(HEADINGS[metric] for metric in METRIC_NAMES)),
        rows=tuple(rows),
        note=f"Errors in {inputs.run.currency}; 95 % intervals in brackets. MAPE counts only customers above a floor.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def cost_table(inputs: ReportInputs) -> Table | None:
    """What each model costs beside what it brings: parameters and seconds, with R² to judge them by."""
    if inputs.costs is None:
        return None
    protocol = next((name for name in PROTOCOL_TITLES if inputs.models_of(name)), None)
    if protocol is None:
        return None
    rows = []
    for row in inputs.costs.filter(pl.col("protocol") == protocol).iter_rows(named=True):
        item = inputs.estimate(protocol, row["model"], "r2")
        seconds = (decimal(row["train_seconds"], 2), decimal(row["predict_seconds"], 3))
        rows.append((capital(model_name(row["model"])), count(row["parameters"]), *seconds, metric_cell(item, "r2")))
    return Table(
        key="costs",
        title="What the accuracy costs",
        columns=("Model", "Parameters", "Training, s per fit", "Prediction, s per test", "R²"),
        rows=tuple(rows),
        note=f"{PROTOCOL_TITLES[protocol]}; seconds on the machine of this run.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def paper_comparison(inputs: ReportInputs) -> Table | None:
    """Tables 4, 5, 8 and 14 of paper 001 beside our run of the same protocol."""
    if not inputs.models_of("observed"):
        return None
    names = [
        ("Random forest", "random_forest", paper.BASELINES["random_forest"]),
        ("Gradient boosting", "gradient_boosting", paper.BASELINES["gradient_boosting"]),
        ("XGBoost", "xgboost", None),
        ("LightGBM", "lightgbm", None),
        ("CatBoost", "catboost", None),
        ("Behaviour-only network", "behaviour_mlp", paper.BASELINES["behaviour_mlp"]),
        ("Text only", "text_only", paper.BASELINES["text_only"]),
        ("Multimodal, initial", "", paper.INITIAL_MULTIMODAL),
        ("Multimodal, optimised", FUSION, paper.OPTIMISED_MULTIMODAL),
    ]
    rows = []
    for label, model, printed in names:
        ours = [
            metric_cell(inputs.estimate("observed", model, metric), metric) for metric in ("mae", "rmse", "r2", "mape")
        ]
        theirs = (
            [decimal(printed.mae, 1), decimal(printed.rmse, 1), decimal(printed.r2), decimal(printed.mape, 1)]
            if printed
            else [NOT_PRINTED] * 4
        )
        rows.append((label, *ours, *theirs))
    return Table(
        key="paper_models",
        title="Tables 4, 5, 8 and 14 of paper 001: accuracy in the observed window",
        columns=("Model", "MAE", "RMSE", "R²", "MAPE, %", "MAE, paper", "RMSE, paper", "R², paper", "MAPE, paper"),
        rows=tuple(rows),
        paper_columns=(5, 6, 7, 8),
        note="The errors can't agree: the paper states neither its currency nor the number of its pseudo-customers, "
        "and its "
        "split is by row where ours keeps a customer's rows together. – means that this run did not train the model.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def ablation_table(inputs: ReportInputs) -> Table | None:
    """Table 13 of paper 001: what each component brings."""
    if not inputs.ablations:
        return None
    rows = []
    for variant in inputs.ablations:
        found = inputs.ablations[variant]
        printed = paper.ABLATION.get(variant)
        ours = [metric_cell(found.get(metric), metric) for metric in ("mae", "rmse", "r2")]
        theirs = (
            [decimal(printed.mae, 1), decimal(printed.rmse, 1), decimal(printed.r2)] if printed else [NOT_PRINTED] * 3
        )
        rows.append((capital(plain(variant)), *ours, *theirs))
    return Table(
        key="ablations",
        title="Table 13 of paper 001: what each component brings",
        columns=("Variant", "MAE", "RMSE", "R²", "MAE, paper", "RMSE, paper", "R², paper"),
        rows=tuple(rows),
        paper_columns=(4, 5, 6),
        note="",
        disclosure=Disclosure.MODEL_METRIC,
    )


def significance_table(inputs: ReportInputs) -> Table | None:
    """Paired comparisons; claims rest on the corrected test."""
    if inputs.significance is None or inputs.significance.is_empty():
        return None
    rows = tuple(
        (
            f"{capital(model_name(row['a']))} against {model_name(row['b'])}",
            estimate(Estimate(row["difference"], row.get("low"), row.get("high")), 3),
            p_value(row["p_corrected"]),
            p_value(row["p_t"]),
            p_value(row["p_wilcoxon"]),
            decimal(row["effect"]),
        )
        for row in inputs.significance.iter_rows(named=True)
    )
    return Table(
        key="significance",
        title="Differences between models on the same folds",
        columns=("Comparison", "Difference in R²", "p, corrected", "p, paired t", "p, Wilcoxon", "Effect (d)"),
        rows=rows,
        note="Claims rest on the corrected resampled t test (Nadeau and Bengio 2003): folds share training rows, so "
        "the plain "
        "paired t test is too sure of itself. On five folds Wilcoxon can't fall below p = 0.0625; paper 001 claims "
        "significance from five folds and prints no p-value that survived.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def segment_table(inputs: ReportInputs) -> Table | None:
    """Table 12 of paper 001: accuracy of the fusion model by value segment."""
    if inputs.segments is None or inputs.segments.is_empty():
        return None
    found = {(row["segment"], row["metric"]): row["value"] for row in inputs.segments.iter_rows(named=True)}
    rows = []
    for segment in SEGMENTS:
        printed = paper.SEGMENTS[segment]
        rows.append(
            (
                capital(segment),
                *(decimal(found.get((segment, metric)), metric_digits(metric)) for metric in ("mae", "rmse", "r2")),
                decimal(printed.mae, 1),
                decimal(printed.rmse, 1),
                decimal(printed.r2),
            )
        )
    return Table(
        key="segments",
        title="Table 12 of paper 001: accuracy by value segment",
        columns=("Segment", "MAE", "RMSE", "R²", "MAE, paper", "RMSE, paper", "R², paper"),
        rows=tuple(rows),
        paper_columns=(4, 5, 6),
        note="R² inside a segment compares with the segment's own mean: where customers are alike it can be negative "
        "although the errors are small.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def gate_table(inputs: ReportInputs) -> Table | None:
    """Table 11 of paper 001: mean and spread of the gate by value segment."""
    if not inputs.gate:
        return None
    rows = tuple(
        (
            capital(segment),
            estimate(inputs.gate_means.get(segment) or Estimate(inputs.gate[segment][0])),
            decimal(inputs.gate[segment][1]),
            decimal(printed) if (printed := paper.GATE[segment]) is not None else NOT_PRINTED,
        )
        for segment in SEGMENTS
        if segment in inputs.gate
    )
    return Table(
        key="gate",
        title="Table 11 of paper 001: weight of behaviour in the fusion",
        columns=("Segment", "Mean (95 %)", "Std", "Paper 001"),
        rows=rows,
        paper_columns=(3,),
        note="1 = behaviour only, 0 = text only; intervals over customers, whose rows at several origins go together. "
        "The paper prints two means in its text; the table's cells did not "
        "survive.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def group_error_table(inputs: ReportInputs) -> Table | None:
    """Errors by country group and channel: whom the model serves worse."""
    if inputs.groups is None or inputs.groups.is_empty():
        return None
    rows = tuple(
        (
            capital(plain(row["grouping"])),
            str(row["group"]),
            count(row["n"]),
            estimate(Estimate(row["mae"], row.get("mae_low"), row.get("mae_high")), 1),
            estimate(Estimate(row["bias"], row.get("bias_low"), row.get("bias_high")), 1),
        )
        for row in inputs.groups.iter_rows(named=True)
    )
    return Table(
        key="group_errors",
        title="Errors by group of customers",
        columns=("Grouping", "Group", "n", "MAE", "Mean error"),
        rows=rows,
        text_columns=2,
        note="Mean error above zero: the model promises more than these customers bring. Groups below 30 rows are "
        "left out; 95 % intervals over customers in brackets.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def hyperparameter_table(inputs: ReportInputs) -> Table | None:
    """Table 10 of paper 001 beside the settings used."""
    if not inputs.hyperparameters:
        return None
    rows = tuple(
        (name, inputs.hyperparameters.get(name, MISSING), printed or NOT_PRINTED)
        for name, printed in paper.HYPERPARAMETERS
    )
    return Table(
        key="hyperparameters",
        title="Table 10 of paper 001: settings of the fusion model",
        columns=("Setting", "Ours", "Paper 001"),
        rows=rows,
        paper_columns=(2,),
        disclosure=Disclosure.NEUTRAL,
    )
