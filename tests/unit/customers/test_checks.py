from datetime import timedelta

import polars as pl
import pytest

from assets.customers.behaviour import behaviour_features
from assets.customers.checks import features_see_no_future, same_features, validate_customers
from assets.customers.contract import CUSTOMERS
from assets.customers.lifetime_value import current_rows, lifetime_values, with_segments
from assets.customers.settings import CustomerSettings
from tests.unit.customers.build import DAY, random_bookings

OURS = CustomerSettings()


@pytest.fixture
def customers():
    rows = random_bookings(6)
    features = behaviour_features(rows, DAY, OURS).drop("bookings")
    values = lifetime_values(current_rows(rows, DAY)).join(features, on="pseudo_customer_id")
    return CUSTOMERS.conform(with_segments(values, OURS).select(CUSTOMERS.names))


def failed(outcomes):
    return [item.name for item in outcomes if not item.passed]


def test_sound_customers_pass(customers):
    assert failed(validate_customers(customers)) == []
    assert failed(validate_customers(CUSTOMERS.empty())) == []


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("clv", pl.col("clv") + 1, "clv_equals_monetary"),
        ("completed", pl.col("bookings") + 1, "completed_is_at_most_bookings"),
        ("first_day", pl.col("last_day") + timedelta(days=1), "first_day_is_up_to_last_day"),
        ("deposit_aware_clv", pl.col("clv") - 1, "deposit_aware_is_at_least_clv"),
        ("stay_nights", pl.lit(float("nan")), "features_are_finite"),
        ("cancellation_ratio", pl.lit(1.5), "cancellation_ratio_is_a_share"),
    ],
)
def test_each_check_goes_red(customers, column, value, name):
    outcomes = validate_customers(customers.with_columns(value.alias(column)))
    assert name in failed(outcomes)
    broken = next(item for item in outcomes if item.name == name)
    assert broken.rows == customers.height
    assert broken.examples
    assert broken.advice


def test_features_see_no_future_passes_on_the_real_features():
    assert features_see_no_future(random_bookings(6), DAY - timedelta(days=200), OURS).passed


def test_features_see_no_future_goes_red_when_they_do():
    rows = random_bookings(6)
    past = behaviour_features(rows, DAY - timedelta(days=200), OURS)
    outcome = same_features(past, behaviour_features(rows, DAY, OURS), DAY)
    assert not outcome.passed
    assert outcome.examples
