"""Checks of the customers room: pure functions from frames to outcomes."""

from datetime import date

import polars as pl

from assets.customers.behaviour import behaviour_features
from assets.customers.features import FEATURE_NAMES
from assets.customers.settings import CustomerSettings
from resources.contract import CheckOutcome, outcome_of


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
         "a ratio lost its guard in behaviour.py, or a label is missing in published_bookings"),
        ("cancellation_ratio_is_a_share", pl.col("cancellation_ratio").is_between(0.0, 1.0), ("cancellation_ratio",),
         "completed and bookings disagree"),
    ]  # fmt: skip
    return [
        outcome_of(name, customers.filter(~holds), show=("pseudo_customer_id", *show), advice=advice)
        for name, holds, show, advice in rules
    ]


def features_see_no_future(bookings: pl.DataFrame, as_of: date, settings: CustomerSettings) -> CheckOutcome:
    """Features at T must not change when every row delivered after T is replaced by another one."""
    distorted = bookings.with_columns(
        is_completed=pl.when(pl.col("delivery_day") > as_of).then(~pl.col("is_completed")).otherwise("is_completed"),
        realised_revenue=pl.when(pl.col("delivery_day") > as_of)
        .then(pl.col("realised_revenue") * 3 + 1000)
        .otherwise("realised_revenue"),
        nights_to=pl.when(pl.col("delivery_day") > as_of).then(pl.col("nights_to") + 5).otherwise("nights_to"),
    )
    return same_features(
        behaviour_features(bookings, as_of, settings), behaviour_features(distorted, as_of, settings), as_of
    )


def same_features(expected: pl.DataFrame, got: pl.DataFrame, as_of: date) -> CheckOutcome:
    """Outcome of comparing two feature frames of the same day row by row."""
    unlike = pl.concat([expected.join(got, on=expected.columns, how="anti"),
                        got.join(expected, on=expected.columns, how="anti")])  # fmt: skip
    return outcome_of(
        "features_see_no_future",
        unlike,
        show=("pseudo_customer_id",),
        advice=f"features as of {as_of} changed with rows delivered after it: filter on delivery_day first",
    )
