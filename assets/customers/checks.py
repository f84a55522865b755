"""Checks of the customers room: pure functions from frames to outcomes."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from assets.customers.behaviour import behaviour_features
from assets.customers.features import FEATURE_NAMES
from assets.customers.settings import CustomerSettings
from resources.contract import CheckOutcome, outcome_of

_SAMPLE = 500  # customers looked at: a feature that reads the future does so for nearly all of them


def validate_customers(customers: pl.DataFrame) -> list[CheckOutcome]:
    """What must hold for the customers table before it is stored."""
    features = [name for name in FEATURE_NAMES if name in customers.columns and name != "bookings"]
    rules: list[tuple[str, pl.Expr, tuple[str, ...], str]] = [
        ("clv_equals_monetary", pl.col("clv").cast(pl.Float64) == pl.col("monetary"), ("clv", "monetary"),
         "both are the sum of realised revenue: see that they read the same rows"),
        ("completed_is_at_most_bookings", pl.col("completed") <= pl.col("bookings"), ("completed", "bookings"),
         "look for booking_id values delivered twice on one day"),
        ("first_day_is_up_to_last_day", pl.col("first_day") <= pl.col("last_day"), ("first_day", "last_day"),
         "look at the delivery days of the customer's rows"),
        ("deposit_aware_is_at_least_clv", pl.col("deposit_aware_clv") >= pl.col("clv"), ("clv", "deposit_aware_clv"),
         "deposits only add: look at deposit_aware_revenue in the privacy room"),
        ("features_are_finite", pl.all_horizontal(pl.col(features).is_finite()), (),
         "a ratio lost its guard in behaviour.py, or a label is missing in stays"),
        ("cancellation_ratio_is_a_share", pl.col("cancellation_ratio").is_between(0.0, 1.0), ("cancellation_ratio",),
         "completed and bookings disagree"),
    ]  # fmt: skip
    return [
        outcome_of(name, customers.filter(~holds), show=("pseudo_customer_id", *show), advice=advice)
        for name, holds, show, advice in rules
    ]


def statistics_stand_on_enough(statistics: pl.DataFrame, minimum: int) -> CheckOutcome:
    """A figure over customers that is told has the minimum of them behind it; one that is withheld says why.

    Args:
        statistics: ``customer_statistics`` rows.
        minimum: customers behind every figure.
    """
    told = pl.col("value").is_not_null()
    is_well = pl.when(told).then(pl.col("customers") >= minimum).otherwise(pl.col("reason").is_not_null())
    return outcome_of(
        "statistics_stand_on_enough",
        statistics.filter(~is_well.fill_null(value=False)) if statistics.height else pl.DataFrame(),
        show=("statistic", "place"),
        advice="join the cell with its neighbour or withhold it with a reason (group_figures.py)",
    )


def features_see_no_future(bookings: pl.DataFrame, days: Sequence[date], settings: CustomerSettings) -> CheckOutcome:
    """Features at T must be the same from rows cut at T, from all rows, and from rows whose future was replaced.

    Args:
        bookings: published bookings; a sample of customers is looked at, whole histories each.
        days: the days T at which features are looked at.
        settings: of the features.
    """
    rows = _sample(bookings)
    unlike = [_unlike(rows, as_of, settings) for as_of in sorted(set(days))]
    bad = pl.concat(unlike) if unlike else pl.DataFrame(schema={"pseudo_customer_id": pl.String, "as_of": pl.Date})
    return outcome_of(
        "features_see_no_future",
        bad,
        show=("pseudo_customer_id", "as_of"),
        advice="features as of T changed with rows delivered after T: filter on delivery_day before anything else",
    )


def _unlike(rows: pl.DataFrame, as_of: date, settings: CustomerSettings) -> pl.DataFrame:
    cut = behaviour_features(rows.filter(pl.col("delivery_day") <= as_of), as_of, settings)
    others = [behaviour_features(other, as_of, settings) for other in (rows, another_future(rows, as_of))]
    differing = [part for other in others for part in _apart(cut, other)]
    return pl.concat(differing).select("pseudo_customer_id", as_of=pl.lit(as_of, pl.Date)).unique().sort("*")


def _apart(first: pl.DataFrame, second: pl.DataFrame) -> list[pl.DataFrame]:
    """Rows of each frame that the other lacks."""
    return [a.join(b, on=a.columns, how="anti") for a, b in ((first, second), (second, first))]


def _sample(bookings: pl.DataFrame) -> pl.DataFrame:
    """Whole histories of some customers; ids are keyed hashes, so the first by id are a random sample."""
    chosen = bookings.select("pseudo_customer_id").unique().sort("pseudo_customer_id").head(_SAMPLE)
    return bookings.join(chosen, on="pseudo_customer_id", how="semi", maintain_order="left")


def another_future(bookings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The bookings with everything after a day replaced.

    Later rows get another outcome, revenue, nights and lead time; every second one is gone; and every booking known by
    the day is corrected the day after.

    Args:
        bookings: published bookings.
        as_of: last day that stays as it is.
    """
    past = bookings.filter(pl.col("delivery_day") <= as_of)
    corrections = past.with_columns(delivery_day=pl.lit(as_of + timedelta(days=1), pl.Date))
    later = bookings.filter(pl.col("delivery_day") > as_of).gather_every(2)
    future = pl.concat([later, corrections]).with_columns(
        is_completed=~pl.col("is_completed"),
        realised_revenue=pl.col("realised_revenue") * 3 + 1_000,
        nights_to=pl.col("nights_to") + 5,
        lead_time_to=pl.col("lead_time_to") + 30,
        special_requests=pl.col("special_requests") + 1,
    )
    return pl.concat([past, future])
