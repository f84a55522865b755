"""Checks of the customers room: pure functions from frames to outcomes."""

from datetime import date

import polars as pl

from assets.customers.behaviour import behaviour_features
from assets.customers.features import FEATURE_NAMES
from assets.customers.settings import CustomerSettings
from resources.contract import CheckOutcome, outcome_of


def validate_customers(customers: pl.DataFrame) -> list[CheckOutcome]:
    """What must hold for the customers table before it is stored."""
    show = ("pseudo_customer_id",)
    features = [name for name in FEATURE_NAMES if name in customers.columns and name != "bookings"]
    finite = pl.all_horizontal(pl.col(features).is_finite())
    share = pl.col("cancellation_ratio")
    return [
        outcome_of(
            "clv_equals_monetary",
            customers.filter(pl.col("clv").cast(pl.Float64) != pl.col("monetary")),
            show=(*show, "clv", "monetary"),
            advice="both are the sum of realised revenue: see that they read the same rows",
        ),
        outcome_of(
            "completed_is_at_most_bookings",
            customers.filter(pl.col("completed") > pl.col("bookings")),
            show=(*show, "completed", "bookings"),
            advice="look for booking_id values delivered twice on one day",
        ),
        outcome_of(
            "first_day_is_up_to_last_day",
            customers.filter(pl.col("first_day") > pl.col("last_day")),
            show=(*show, "first_day", "last_day"),
            advice="look at the delivery days of the customer's rows",
        ),
        outcome_of(
            "deposit_aware_is_at_least_clv",
            customers.filter(pl.col("deposit_aware_clv") < pl.col("clv")),
            show=(*show, "clv", "deposit_aware_clv"),
            advice="deposits only add: look at deposit_aware_revenue in the privacy room",
        ),
        outcome_of(
            "features_are_finite",
            customers.filter(~finite),
            show=show,
            advice="a ratio lost its guard in behaviour.py, or a label is missing in published_bookings",
        ),
        outcome_of(
            "cancellation_ratio_is_a_share",
            customers.filter(~share.is_between(0.0, 1.0)),
            show=(*show, "cancellation_ratio"),
            advice="completed and bookings disagree",
        ),
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
