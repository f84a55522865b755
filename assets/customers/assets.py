"""The customers room in Dagster: one unpartitioned table, rebuilt from the exact history of bookings."""

from datetime import date

import polars as pl

from assets.common.daily import Reads, WholeInputs, WholeProduced, whole_asset
from assets.common.measuring import findings_asset
from assets.customers.behaviour import BOOKING_COLUMNS, behaviour_features
from assets.customers.checks import features_see_no_future, statistics_stand_on_enough, validate_customers
from assets.customers.contract import CUSTOMER_BANDS, CUSTOMER_STATISTICS, CUSTOMERS, CUSTOMERS_FINDINGS
from assets.customers.findings import customer_finding_rows
from assets.customers.group_figures import minimum_customers
from assets.customers.lifetime_value import current_rows, lifetime_values, with_segments
from assets.customers.monthly_views import BANDS, VIEW_BANDS, bands_of, cells_hold_k, month_ends, month_view
from assets.customers.protocols import examined_days, plan_origins
from assets.customers.settings import CustomerSettings
from assets.customers.statistics import customer_statistics_rows
from assets.customers.unit_figures import UNIT_COLUMNS, unit_figures
from assets.customers.units import customer_bookings, named_bookings, of_main_unit
from assets.privacy.feature_rows import LABELS, booking_reads
from assets.privacy.settings import PrivacySettings


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
    """One row per guest or market: lifetime value, value segment and behaviour as of the last complete day."""
    settings = inputs.settings.room("customers", CustomerSettings)
    bookings = customer_bookings(inputs, (*BOOKING_COLUMNS, "deposit_aware_revenue"))
    features = behaviour_features(bookings, inputs.as_of, settings).drop("bookings")
    values = lifetime_values(current_rows(bookings, inputs.as_of))
    rows = with_segments(values.join(features, on="pseudo_customer_id", how="inner"), settings).select(CUSTOMERS.names)
    days = examined_days(inputs.first_day, inputs.as_of, settings, is_public=inputs.source.facts.is_published)
    return WholeProduced(rows, outcomes=[features_see_no_future(bookings, days, settings)])


_VALUE_COLUMNS = (
    "pseudo_customer_id", "booking_id", "delivery_day", "is_completed", "realised_revenue", "deposit_aware_revenue",
)  # fmt: skip


@whole_asset(
    contract=CUSTOMER_BANDS,
    group="customers",
    reads=booking_reads(),
    kinds={"polars"},
    owners=["team:privacy"],
    further_checks=[cells_hold_k(CUSTOMER_BANDS.empty(), BANDS, 2)],
)
def customer_bands(inputs: WholeInputs) -> WholeProduced:
    """Customers at the end of each month in bands, under ids of that month: what people outside restricted may see."""
    minimum = inputs.settings.room("privacy", PrivacySettings).k
    bookings = customer_bookings(inputs, _VALUE_COLUMNS)
    views = [
        month_view(bands_of(_values_on(bookings, day)), BANDS, VIEW_BANDS, day, inputs.key, minimum)
        for day in month_ends(inputs.first_day, inputs.as_of)
    ]
    frame = pl.concat([CUSTOMER_BANDS.empty(), *(CUSTOMER_BANDS.conform(view.rows) for view in views)])
    metadata = {"months": len(views), "customers_withheld": sum(view.withheld for view in views)}
    return WholeProduced(frame, metadata, outcomes=[cells_hold_k(frame, BANDS, minimum)])


def _values_on(bookings: pl.DataFrame, day: date) -> pl.DataFrame:
    return of_main_unit(lifetime_values(current_rows(bookings, day)))


@whole_asset(
    contract=CUSTOMER_STATISTICS,
    group="customers",
    reads=[Reads("customers", is_whole=True)],
    kinds={"polars"},
    owners=["team:value"],
    further_checks=[statistics_stand_on_enough(CUSTOMER_STATISTICS.empty(), 0)],
)
def customer_statistics(inputs: WholeInputs) -> WholeProduced:
    """What is said of all customers at once, no figure on fewer than the minimum of them and none of a single one."""
    minimum = minimum_customers(inputs.settings)
    rows = customer_statistics_rows(of_main_unit(inputs.frame("customers")), minimum)
    return WholeProduced(rows, outcomes=[statistics_stand_on_enough(rows, minimum)])


@findings_asset(
    contract=CUSTOMERS_FINDINGS,
    reads=[Reads("customers", is_whole=True), *booking_reads()],
    owners=["team:value"],
    code_version="2",
)
def customers_findings(inputs: WholeInputs) -> pl.DataFrame:
    """What the customers room measures of itself: whom it counts, how many, and how their revenue is spread."""
    settings, minimum = inputs.settings.room("customers", CustomerSettings), minimum_customers(inputs.settings)
    is_public = inputs.source.facts.is_published
    plan = plan_origins(inputs.first_day, inputs.as_of, settings, is_public=is_public)
    bookings = current_rows(named_bookings(inputs, UNIT_COLUMNS), inputs.as_of)
    figures = unit_figures(bookings, settings.unit, plan, minimum)
    return customer_finding_rows(of_main_unit(inputs.frame("customers")), minimum, figures)
