"""Behaviour features of every pseudo-customer as of a day T, from published (generalised) bookings only.

Nights and lead times come from the midpoint of their label, price from revenue per midpoint night, recency and
gaps from delivery days. Sums are over whole numbers, so no order of the rows can change a stored value.
"""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.customers.features import FEATURE_NAMES, ROLLING_DAYS
from assets.customers.lifetime_value import current_rows
from assets.customers.series import block_totals, exponential_smoothing, linear_trend, masked_slope, started
from assets.customers.settings import CustomerSettings

# Columns of published bookings that features, targets and their checks look at.
BOOKING_COLUMNS = (
    "booking_id", "pseudo_customer_id", "delivery_day", "is_completed", "realised_revenue", "nights_from", "nights_to",
    "lead_time_from", "lead_time_to", "special_requests",
)  # fmt: skip
_DECIMALS = 9  # stored features: hides the last bits, in which libraries differ between machines
_YEAR = 365


def behaviour_features(bookings: pl.DataFrame, as_of: date, settings: CustomerSettings) -> pl.DataFrame:
    """One row per pseudo-customer with a row by T, with every feature of ``FEATURES``.

    Args:
        bookings: published bookings, ``BOOKING_COLUMNS`` at least; rows delivered after ``as_of`` are not looked at.
        as_of: T.
        settings: smoothing, block length, ridge, season.

    Returns:
        pseudo_customer_id and ``FEATURE_NAMES`` (Float64, never null), sorted by id.

    Source:
        Paper 001, section 2.6 (x_i = R, F, M, L, C, P, V; smoothing; rolling windows; trend); formulas of ours
        are marked in ``FEATURES``.
    """
    rows = current_rows(bookings, as_of).with_columns(
        age=(pl.lit(as_of) - pl.col("delivery_day")).dt.total_days(),
        nights_2=(pl.col("nights_from") + pl.col("nights_to")).cast(pl.Int64),
        lead_2=(pl.col("lead_time_from") + pl.col("lead_time_to")).cast(pl.Int64),
    )
    if rows.is_empty():
        schema = {"pseudo_customer_id": pl.String(), **dict.fromkeys(FEATURE_NAMES, pl.Float64())}
        return pl.DataFrame(schema=schema)
    totals = _totals(rows, as_of, settings)
    columns = {**_levels(totals), **_series(rows, totals, settings)}
    values = {name: np.round(columns[name], _DECIMALS) + 0.0 for name in FEATURE_NAMES}
    return pl.DataFrame({"pseudo_customer_id": totals["pseudo_customer_id"], **values})


def _totals(rows: pl.DataFrame, as_of: date, settings: CustomerSettings) -> pl.DataFrame:
    """Whole-number totals per customer; everything that is a ratio is made from them."""
    done = pl.col("is_completed")
    nights = pl.when(done).then(pl.col("nights_2")).otherwise(0)
    revenue = pl.col("realised_revenue")
    ahead = (pl.col("delivery_day").dt.ordinal_day().cast(pl.Int64) - as_of.timetuple().tm_yday) % _YEAR
    windows = [
        expression
        for days in ROLLING_DAYS
        for expression in (
            revenue.filter(pl.col("age") < days).sum().alias(f"revenue_{days}d"),
            (done & (pl.col("age") < days)).sum().cast(pl.Int64).alias(f"completed_{days}d"),
        )
    ]
    totals = rows.group_by("pseudo_customer_id").agg(
        *windows,
        newest=pl.col("age").min(),
        oldest=pl.col("age").max(),
        bookings=pl.len().cast(pl.Int64),
        completed=done.sum().cast(pl.Int64),
        revenue=revenue.sum(),
        nights_2=nights.sum(),
        nights_2_squared=(nights * nights).sum(),
        lead_2=pl.col("lead_2").sum(),
        requests=pl.col("special_requests").cast(pl.Int64).sum(),
        in_season=revenue.filter(ahead.is_between(1, settings.season_days)).sum(),
    )
    return totals.join(_gaps(rows), on="pseudo_customer_id", how="left").sort("pseudo_customer_id")


def _gaps(rows: pl.DataFrame) -> pl.DataFrame:
    days = rows.select("pseudo_customer_id", "age").unique().sort("pseudo_customer_id", "age")
    gaps = days.with_columns(gap=pl.col("age").diff().over("pseudo_customer_id"))
    return gaps.group_by("pseudo_customer_id").agg(
        gaps=pl.col("gap").count().cast(pl.Int64),
        gap_sum=pl.col("gap").sum(),
        gap_squared=(pl.col("gap") * pl.col("gap")).sum(),
    )


def _levels(totals: pl.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Features that are totals or ratios of totals."""
    t = {name: totals[name].cast(pl.Float64).to_numpy() for name in totals.columns if name != "pseudo_customer_id"}
    night_spread = _deviation(t["completed"], t["nights_2"], t["nights_2_squared"]) / 2.0
    windows = {name: t[name] for days in ROLLING_DAYS for name in (f"revenue_{days}d", f"completed_{days}d")}
    return {
        "recency_days": t["newest"],
        "tenure_days": t["oldest"],
        "frequency": t["completed"],
        "bookings": t["bookings"],
        "monetary": t["revenue"],
        "stay_nights": _ratio(t["nights_2"], 2.0 * t["completed"]),
        "stay_stability": np.where(t["completed"] > 0, 1.0 / (1.0 + night_spread), 0.0),
        "cancellation_ratio": _ratio(t["bookings"] - t["completed"], t["bookings"]),
        "average_revenue": _ratio(t["revenue"], t["completed"]),
        "price_per_night": _ratio(2.0 * t["revenue"], t["nights_2"]),
        "lead_time_days": _ratio(t["lead_2"], 2.0 * t["bookings"]),
        "special_requests": _ratio(t["requests"], t["bookings"]),
        "gap_mean_days": _ratio(t["gap_sum"], t["gaps"]),
        "gap_volatility_days": _deviation(t["gaps"], t["gap_sum"], t["gap_squared"]),
        "season_share": _ratio(t["in_season"], t["revenue"]),
        **windows,
    }


def _series(rows: pl.DataFrame, totals: pl.DataFrame, settings: CustomerSettings) -> dict[str, NDArray[np.float64]]:
    """Features that need the customer's history block by block."""
    customer = rows["pseudo_customer_id"].rle_id().cast(pl.Int64).to_numpy()  # rows and totals are sorted by id
    age = rows["age"].to_numpy()
    shape = (totals.height, int(age.max()) // settings.block_days + 1)
    done = rows["is_completed"].cast(pl.Int64).to_numpy()

    def blocks(values: NDArray[np.int64]) -> NDArray[np.float64]:
        return block_totals(customer, age, values, shape, settings.block_days)

    revenue = blocks(rows["realised_revenue"].to_numpy())
    completed = blocks(done)
    nights = blocks(rows["nights_2"].to_numpy() * done).sum(axis=0) / 2.0
    first = shape[1] - 1 - totals["oldest"].to_numpy() // settings.block_days
    slope, unevenness = linear_trend(revenue, first)
    return {
        "revenue_smoothed": exponential_smoothing(revenue, first, settings.smoothing),
        "revenue_trend": slope,
        "revenue_unevenness": unevenness,
        "price_sensitivity": _price_sensitivity(revenue.sum(axis=0), nights, completed, first, settings.price_ridge),
    }


def _price_sensitivity(
    house_revenue: NDArray[np.float64],
    house_nights: NDArray[np.float64],
    completed: NDArray[np.float64],
    first: NDArray[np.int64],
    ridge: float,
) -> NDArray[np.float64]:
    """How much fewer stays a customer completes in blocks in which the house is dear.

    Ours: paper 001 names price sensitivity without a formula. The house's price is used, not the customer's own,
    because a price made from the customer's midpoint nights would correlate with their nights by construction.
    Season drives price and demand alike, so the figure describes and does not prove.
    """
    has_price = (house_nights > 0) & (house_revenue > 0)
    price = np.where(has_price, house_revenue / np.where(has_price, house_nights, 1.0), 1.0)
    log_price = np.broadcast_to(np.log(price), completed.shape)
    mask = started(first, completed.shape[1]) & has_price[None, :]
    return -masked_slope(log_price, np.log1p(completed), mask, ridge)


def _ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), 0.0)


def _deviation(
    count: NDArray[np.float64], total: NDArray[np.float64], squared: NDArray[np.float64]
) -> NDArray[np.float64]:
    mean = _ratio(total, count)
    return np.sqrt(np.maximum(_ratio(squared, count) - mean**2, 0.0))
