"""Tables of the forecasts: what accuracy costs, whom a model serves worse, today's scores, tenths by prediction."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from assets.common.findings import Estimate
from assets.models.evaluation.metrics import decile_calibration
from assets.reports.telling.accuracy import Accuracy, metric_cell
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.tables import value_order
from assets.reports.telling.wording import capital, count, decimal, estimate, model_name, percent, plain


def cost_table(protocols: Sequence[Accuracy]) -> Table | None:
    """What each model costs beside what it brings: parameters and seconds, with R² to judge them by.

    Args:
        protocols: the first under which a model was evaluated is shown.
    """
    accuracy = next((item for item in protocols if item.models), None)
    if accuracy is None:
        return None
    rows = tuple(
        (
            capital(model_name(model)),
            count(own.get("parameters") or 0.0),
            decimal(own.get("train_seconds") or 0.0, 2),
            decimal(own.get("predict_seconds") or 0.0, 3),
            metric_cell(accuracy.estimate(model, "r2"), "r2"),
        )
        for model, own in accuracy.figures.items()
    )
    return Table(
        key="costs",
        title="What the accuracy costs",
        columns=("Model", "Parameters", "Training, s per fit", "Prediction, s per test", "R²"),
        rows=rows,
        note=f"{accuracy.title}; seconds on the machine of this run.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def group_error_table(branch: Mapping[str, Any]) -> Table | None:
    """Errors by country group and channel: whom the model serves worse.

    Args:
        branch: ``models.groups``: grouping -> group -> ``n``, ``mae``, ``bias`` and their bounds.
    """
    rows = tuple(
        (
            capital(plain(grouping)),
            group,
            count(own["n"]),
            estimate(Estimate(own["mae"], own.get("mae_low"), own.get("mae_high")), 1),
            estimate(Estimate(own["bias"], own.get("bias_low"), own.get("bias_high")), 1),
        )
        for grouping, groups in branch.items()
        for group, own in sorted(groups.items(), key=lambda item: (-item[1]["n"], item[0]))
    )
    if not rows:
        return None
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


def score_table(scores: pl.DataFrame, horizon_days: int | None, currency: str) -> Table:
    """Expected value of the current customers by segment, from the scores of the last day.

    Args:
        scores: ``segment``, ``value``, ``model`` of ``customer_scores``.
        horizon_days: how far the scores look ahead.
        currency: code for the headings.
    """
    total = max(float(scores["value"].sum()), 1.0)
    grouped = scores.sort("pseudo_customer_id").group_by("segment", maintain_order=True)
    by_segment = grouped.agg(n=pl.len(), value=pl.col("value").sum(), mean=pl.col("value").mean())
    rows = [
        (
            capital(str(row["segment"])),
            count(row["n"]),
            count(row["value"]),
            percent(row["value"] / total),
            count(row["mean"]),
        )
        for row in sorted(by_segment.iter_rows(named=True), key=lambda row: value_order(row["segment"]))
    ]
    ahead = f"the next {horizon_days} days" if horizon_days else "the time to come"
    return Table(
        key="scores",
        title=f"Expected revenue of today's customers in {ahead}",
        columns=("Segment", "Pseudo-customers", f"Expected, {currency}", "Share", "Mean"),
        rows=tuple(rows),
        note="From the daily scores (customer_scores), which carry an interval and the main reasons for each customer.",
        disclosure=Disclosure.GUEST_AGGREGATE,
    )


def decile_frame(predictions: pl.DataFrame) -> pl.DataFrame:
    """Customers by tenth of the predictions: how many, mean predicted and mean actual value.

    Args:
        predictions: ``prediction``, ``target`` of one model; equal predictions make one group, under its first tenth.
    """
    rows = decile_calibration(predictions["target"].to_numpy(), predictions["prediction"].to_numpy())
    schema = {"decile": pl.Int64, "n": pl.Int64, "predicted": pl.Float64, "realised": pl.Float64}
    return pl.DataFrame(rows, schema=schema).rename({"realised": "actual"})
