"""Purchases of known customers, as two publishers give them: by customer and day, and as histories on a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from assets.models.estimators.purchase_likelihoods import Floats, History

CDNOW_FILE = "cdnow/cdnow_sample.parquet"
RETAIL_FILE = "online_retail/invoices.parquet"
_WEEK = 7.0  # days


@dataclass(frozen=True, kw_only=True)
class Year:
    """A data set with a day that parts what is known from what is to be forecast.

    Attributes:
        name: in the results.
        file: below the folder of the data.
        known_until: last day known.
        ends: last day of the hold-out.
    """

    name: str
    file: str
    known_until: date
    ends: date

    @property
    def ahead(self) -> float:
        """Weeks of the hold-out."""
        return (self.ends - self.known_until).days / _WEEK


CDNOW = Year(name="cdnow", file=CDNOW_FILE, known_until=date(1997, 9, 30), ends=date(1998, 6, 30))
RETAIL = Year(name="online_retail", file=RETAIL_FILE, known_until=date(2011, 8, 31), ends=date(2011, 12, 9))


def purchases(folder: Path, year: Year) -> pl.DataFrame:
    """``customer``, ``day``, ``amount``: what a customer bought on a day is one purchase; sorted.

    Args:
        folder: that holds the publishers' folders.
        year: whose file is read.
    """
    path = folder / year.file
    if year is CDNOW:
        rows = pl.scan_parquet(path).select(customer="customer_id", day=pl.col("date").dt.date(), amount="amount")
    else:
        rows = pl.scan_parquet(path).select(
            customer=pl.col("CustomerID").cast(pl.String), day=pl.col("time").dt.date(), amount="amount"
        )
    days = rows.group_by("customer", "day").agg(pl.col("amount").sum())
    return days.sort("customer", "day").collect()


def history_at(bought: pl.DataFrame, known_until: date, ahead: float) -> tuple[list[str], History]:
    """Customers with a purchase by the day, and their histories in weeks.

    Amounts are those of repeat purchases: the first one is what made somebody a customer.

    Args:
        bought: from :func:`purchases`.
        known_until: last day known.
        ahead: weeks to look ahead.
    """
    known = bought.filter(pl.col("day") <= known_until).sort("customer", "day")
    table = known.group_by("customer").agg(
        repeats=(pl.len() - 1).cast(pl.Float64),
        first=pl.col("day").min(),
        last=pl.col("day").max(),
        spend=pl.col("amount").slice(1).mean().fill_null(0.0),
    )
    table = table.sort("customer").with_columns(
        latest=(pl.col("last") - pl.col("first")).dt.total_days() / _WEEK,
        seen=(pl.lit(known_until) - pl.col("first")).dt.total_days() / _WEEK,
    )
    repeats, latest, seen, spend = (table[name].to_numpy() for name in ("repeats", "latest", "seen", "spend"))
    history = History(
        repeats=repeats, latest=latest, seen=seen, spend=spend, priced=repeats, ahead=np.full(len(repeats), ahead)
    )
    return table["customer"].to_list(), history


def bought_within(bought: pl.DataFrame, customers: list[str], after: date, until: date) -> tuple[Floats, Floats]:
    """(n,) purchases and (n,) amounts of each customer on the days after one day and up to another."""
    own = bought.filter(pl.col("day").is_between(after + timedelta(days=1), until))
    totals = own.group_by("customer").agg(days=pl.len().cast(pl.Float64), amount=pl.col("amount").sum())
    rows = pl.DataFrame({"customer": customers}).join(totals, on="customer", how="left", maintain_order="left")
    return rows["days"].fill_null(0.0).to_numpy(), rows["amount"].fill_null(0.0).to_numpy()
