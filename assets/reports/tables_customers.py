"""Tables of the forecasts: scores by value segment, tenths by prediction."""

import numpy as np
import polars as pl

from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.tables import value_order
from assets.reports.telling.wording import capital, count, percent


def score_table(scores: pl.DataFrame, horizon_days: int | None, currency: str) -> Table:
    """Expected value of the current customers by segment, from the scores of the last day.

    Args:
        scores: ``segment``, ``value``, ``model`` of ``customer_scores``.
        horizon_days: how far the scores look ahead.
        currency: code for the headings.
    """
    total = max(float(scores["value"].sum()), 1.0)
    grouped = scores.sort("pseudo_customer_id").group_by("segment", maintain_order=True)
    found = grouped.agg(n=pl.len(), value=pl.col("value").sum(), mean=pl.col("value").mean())
    rows = [
        (
            capital(str(row["segment"])),
            count(row["n"]),
            count(row["value"]),
            percent(row["value"] / total),
            count(row["mean"]),
        )
        for row in sorted(found.iter_rows(named=True), key=lambda row: value_order(str(row["segment"])))
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
    """Ten groups of customers ordered by prediction: mean predicted and mean actual value.

    Args:
        predictions: ``prediction``, ``target`` of one model; fewer than ten rows give as many groups.
    """
    ordered = predictions.sort("prediction", "target")
    groups = min(10, ordered.height)
    if groups == 0:
        return pl.DataFrame(schema={"decile": pl.Int64, "predicted": pl.Float64, "actual": pl.Float64})
    parts = np.array_split(np.arange(ordered.height), groups)
    predicted, actual = ordered["prediction"].to_numpy(), ordered["target"].to_numpy()
    return pl.DataFrame(
        {
            "decile": list(range(1, groups + 1)),
            "predicted": [float(predicted[part].mean()) for part in parts],
            "actual": [float(actual[part].mean()) for part in parts],
        }
    )
