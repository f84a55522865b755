"""The customers room in Dagster: one unpartitioned table, rebuilt from the exact history of bookings."""

import polars as pl

from assets.common.daily import Reads, WholeInputs, WholeProduced, whole_asset
from assets.common.measuring import findings_asset
from assets.customers.behaviour import BOOKING_COLUMNS, behaviour_features
from assets.customers.checks import features_see_no_future, validate_customers
from assets.customers.contract import CUSTOMERS, CUSTOMERS_FINDINGS
from assets.customers.findings import customer_finding_rows
from assets.customers.lifetime_value import current_rows, lifetime_values, with_segments
from assets.customers.protocols import examined_days
from assets.customers.settings import CustomerSettings
from assets.privacy.feature_rows import LABELS, booking_reads, booking_rows


@whole_asset(
    contract=CUSTOMERS,
    group="customers",
    reads=booking_reads(),
    validate=validate_customers,
    kinds={"polars"},
    owners=["team:value"],
    code_version="2",
    further_checks=[features_see_no_future(LABELS.empty(), [], CustomerSettings())],
)
def customers(inputs: WholeInputs) -> WholeProduced:
    """One row per pseudo-customer: lifetime value, value segment and behaviour as of the last complete day."""
    settings = inputs.settings.room("customers", CustomerSettings)
    bookings = booking_rows(inputs, (*BOOKING_COLUMNS, "deposit_aware_revenue"))
    features = behaviour_features(bookings, inputs.as_of, settings).drop("bookings")
    values = lifetime_values(current_rows(bookings, inputs.as_of))
    rows = with_segments(values.join(features, on="pseudo_customer_id", how="inner"), settings).select(CUSTOMERS.names)
    days = examined_days(inputs.first_day, inputs.as_of, settings, is_public=inputs.source.facts.is_published)
    return WholeProduced(rows, outcomes=[features_see_no_future(bookings, days, settings)])


@findings_asset(contract=CUSTOMERS_FINDINGS, reads=[Reads("customers", is_whole=True)], owners=["team:value"])
def customers_findings(inputs: WholeInputs) -> pl.DataFrame:
    """What the customers room measures of itself: how many customers there are, how their revenue is spread."""
    return customer_finding_rows(inputs.frame("customers"))
