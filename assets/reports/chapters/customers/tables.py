"""Tables of the customers: descriptive statistics, value segments."""

import polars as pl

from assets.reports.chapters.customers.statistics import describe
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.tables import value_order
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
        for row in sorted(grouped.iter_rows(named=True), key=lambda row: value_order(str(row["value_segment"])))
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
