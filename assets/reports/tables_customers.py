"""Tables of the customers: descriptive statistics, value segments, scores, tenths by prediction."""

import numpy as np
import polars as pl

from assets.reports.statistics import describe
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import amount, capital, count, percent, plain


def descriptive_table(frame: pl.DataFrame, columns: list[str], key: str, title: str) -> Table:
    """Mean to kurtosis of numeric columns (paper 003, section 2.3)."""
    rows = tuple(
        (
            plain(str(row["feature"]).removeprefix("b_")),
            count(row["n"]),
            *(
                amount(row[name])
                for name in ("mean", "std", "variance", "minimum", "median", "maximum", "skewness", "kurtosis")
            ),
        )
        for row in describe(frame, columns).iter_rows(named=True)
    )
    return Table(
        key=key,
        title=title,
        columns=("Quantity", "n", "Mean", "Std", "Variance", "Min", "Median", "Max", "Skewness", "Kurtosis"),
        rows=rows,
        note="Kurtosis is the excess over a normal distribution. Paper 003 names these statistics and prints none.",
        disclosure=Disclosure.GUEST_AGGREGATE,
    )


def segment_value_table(customers: pl.DataFrame, currency: str) -> Table:
    """Customers, revenue and its share by value segment."""
    grouped = (
        customers.sort("pseudo_customer_id")
        .group_by("value_segment")
        .agg(
            pl.len().alias("n"),
            pl.col("clv").sum().alias("revenue"),
            pl.col("clv").median().alias("median"),
            pl.col("bookings").sum().alias("bookings"),
            pl.col("completed").sum().alias("completed"),
        )
        .sort("value_segment")
    )
    total = max(float(customers["clv"].sum()), 1.0)
    rows = [
        (
            capital(str(row["value_segment"])),
            count(row["n"]),
            count(row["revenue"]),
            percent(row["revenue"] / total),
            count(row["median"]),
            percent(row["completed"] / max(row["bookings"], 1)),
        )
        for row in sorted(grouped.iter_rows(named=True), key=lambda row: _segment_order(row["value_segment"]))
    ]
    names = (
        "Segment",
        "Pseudo-customers",
        f"Revenue, {currency}",
        "Share of revenue",
        "Median value",
        "Bookings completed",
    )
    return Table(
        key="value_segments",
        title="Value segments",
        columns=names,
        rows=tuple(rows),
        note="Segments are thirds of the customers by realised value (paper 001, section 3.6) unless set otherwise.",
        disclosure=Disclosure.GUEST_AGGREGATE,
    )


def _segment_order(segment: object) -> int:
    order = ("high", "mid", "low")
    return order.index(str(segment)) if segment in order else len(order)


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
        for row in sorted(found.iter_rows(named=True), key=lambda row: _segment_order(row["segment"]))
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
