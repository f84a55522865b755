"""The customers room in Dagster: one unpartitioned table, rebuilt from the published bookings."""

import polars as pl

from assets.common.daily import Reads, WholeInputs, whole_asset
from assets.customers.behaviour import behaviour_features
from assets.customers.checks import validate_customers
from assets.customers.contract import CUSTOMERS
from assets.customers.lifetime_value import current_rows, lifetime_values, with_segments
from assets.customers.settings import CustomerSettings


@whole_asset(
    contract=CUSTOMERS,
    group="customers",
    reads=[Reads("published_bookings", None)],
    validate=validate_customers,
    kinds={"polars"},
    owners=["team:value"],
    code_version="1",
)
def customers(inputs: WholeInputs) -> pl.DataFrame:
    """One row per pseudo-customer: lifetime value, value segment and behaviour as of the last complete day."""
    settings = inputs.settings.room("customers", CustomerSettings)
    bookings = inputs.frame("published_bookings")
    features = behaviour_features(bookings, inputs.as_of, settings).drop("bookings")
    values = lifetime_values(current_rows(bookings, inputs.as_of))
    return with_segments(values.join(features, on="pseudo_customer_id", how="inner"), settings).select(CUSTOMERS.names)
