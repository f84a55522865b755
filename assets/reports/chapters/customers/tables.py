"""Tables of the customers: descriptive statistics, value segments."""

import polars as pl

from assets.customers.statistics import SPREAD, VALUE_SEGMENTS
from assets.reports.chapters.customers.statistics import describe
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import MISSING, amount, capital, count, percent, plain

_SPREAD = {"mean": "Mean", "std": "Std", "p05": "5 %", "p25": "25 %", "p50": "Median", "p75": "75 %", "p95": "95 %",
           "p99": "99 %"}  # fmt: skip


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


def spread_table(statistics: pl.DataFrame) -> Table:
    """Mean, standard deviation and quantiles of the customers' figures; no minimum and no maximum, which are one's.

    Args:
        statistics: ``customer_statistics`` rows.
    """
    own = statistics.filter(pl.col("statistic") == SPREAD).sort("place")
    told = {(row["name"], row["measure"]): row["value"] for row in own.iter_rows(named=True)}
    sizes = own.filter(pl.col("measure") == "mean").select("name", "customers").iter_rows()
    rows = tuple(
        (plain(name), count(size), *(amount(told.get((name, measure))) for measure in _SPREAD)) for name, size in sizes
    )
    return Table(
        key="describe_customers",
        title="Customers: descriptive statistics",
        columns=("Quantity", "n", *_SPREAD.values()),
        rows=rows,
        note="A quantile is the mean of the customers around it, never the value of one; "
        f"“{MISSING}”: too few of them, or one decides the figure.",
        disclosure=Disclosure.GUEST_AGGREGATE,
    )


def segment_value_table(statistics: pl.DataFrame, currency: str, many: str) -> Table:
    """Customers, revenue and its share by value segment.

    Args:
        statistics: ``customer_statistics`` rows.
        currency: of the revenue.
        many: what customers are called.
    """
    own = statistics.filter(pl.col("statistic") == VALUE_SEGMENTS).sort("place")
    told = {(row["name"], row["measure"]): row["value"] for row in own.iter_rows(named=True)}
    sizes = own.filter(pl.col("measure") == "revenue").select("name", "customers").iter_rows()
    rows = tuple(
        (
            capital(name),
            count(size),
            count(told.get((name, "revenue"))),
            percent(told.get((name, "revenue_share"))),
            count(told.get((name, "p50"))),
            percent(told.get((name, "completed_share"))),
        )
        for name, size in sizes
    )
    return Table(
        key="value_segments",
        title="Value segments",
        columns=("Segment", capital(many), f"Revenue, {currency}", "Share of revenue", "Median value",
                 "Bookings completed"),
        rows=rows,
        note="Segments are thirds of the customers by realised value (paper 001, section 3.6) unless set otherwise. "
        f"“{MISSING}”: too few customers, or one brings most of the sum.",
        disclosure=Disclosure.GUEST_AGGREGATE,
    )  # fmt: skip
