"""What the customers room stores."""

import polars as pl

from assets.common.findings import findings_contract
from assets.customers.features import FEATURES
from assets.customers.lifetime_value import SEGMENTS
from assets.customers.monthly_views import ANY, BOOKING_BORDERS, VALUE_BORDERS, VIEW_BANDS, band_words
from assets.customers.settings import GUEST, MARKET
from assets.customers.statistics import STATISTICS
from resources.contract import Column, FrameContract, Subject, Zone

_FEATURE_COLUMNS = tuple(
    Column(name=item.name, dtype=pl.Float64(), description=item.formula, unit=item.unit)
    for item in FEATURES
    if item.name != "bookings"
)

CUSTOMERS = FrameContract(
    asset="customers",
    zone=Zone.RESTRICTED,
    grain="one row per pseudo-customer, as of the last complete day",
    key=("pseudo_customer_id",),
    description="Lifetime value, value segment and behaviour of every pseudo-customer over the observed window.",
    columns=(
        Column(
            name="pseudo_customer_id",
            dtype=pl.String(),
            description="keyed hash of the guest key, or of a market's composite key",
            subject=Subject.CUSTOMER,
        ),
        Column(name="unit", dtype=pl.String(), description="whether a guest or a market", values=(GUEST, MARKET)),
        Column(name="first_day", dtype=pl.Date(), description="first delivery day of a row"),
        Column(name="last_day", dtype=pl.Date(), description="latest delivery day of a row"),
        Column(name="bookings", dtype=pl.Int64(), description="rows, corrections applied", unit="bookings", minimum=1),
        Column(name="completed", dtype=pl.Int64(), description="stays that took place", unit="bookings", minimum=0),
        Column(name="clv", dtype=pl.Int64(), description="sum of realised revenue", unit="currency units"),
        Column(
            name="deposit_aware_clv",
            dtype=pl.Int64(),
            description="clv plus non-refundable deposits of cancelled bookings",
            unit="currency units",
        ),
        Column(name="value_segment", dtype=pl.String(), description="by the rule of the settings", values=SEGMENTS),
        *_FEATURE_COLUMNS,
    ),
)

CUSTOMER_BANDS = FrameContract(
    asset=VIEW_BANDS,
    zone=Zone.INTERNAL,
    grain="one row per customer and calendar month that is over",
    key=("month", "view_id"),
    description="Customers by month in bands, under ids of that month alone: no cell holds fewer than k of them.",
    columns=(
        Column(name="month", dtype=pl.String(), description="calendar month, YYYY-MM", subject=Subject.NONE),
        Column(
            name="view_id",
            dtype=pl.String(),
            description="keyed hash of the customer, for this view and month",
            subject=Subject.CUSTOMER,
        ),
        Column(
            name="bookings_band",
            dtype=pl.String(),
            description="rows by the end of the month",
            unit="bookings",
            values=(*band_words(BOOKING_BORDERS), ANY),
        ),
        Column(
            name="value_band",
            dtype=pl.String(),
            description="realised revenue by the end of the month",
            unit="currency units",
            values=(*band_words(VALUE_BORDERS), ANY),
        ),
        Column(
            name="last_activity",
            dtype=pl.String(),
            description="calendar quarter of the latest row, YYYY-Qn; any: the first value that a small cell gives up",
            subject=Subject.NONE,
        ),
    ),
)

CUSTOMER_STATISTICS = FrameContract(
    asset="customer_statistics",
    zone=Zone.INTERNAL,
    grain="one row per figure over all customers, or per figure that is withheld, with the reason",
    key=("statistic", "place"),
    description="Concentration, histogram, spread, value segments and correlations of the customers; every figure "
    "stands on customers.min_customers or more, and none is the value of one customer.",
    columns=(
        Column(name="statistic", dtype=pl.String(), description="what is said", values=STATISTICS,
               subject=Subject.NONE),
        Column(name="place", dtype=pl.Int32(), description="order", minimum=0, subject=Subject.NONE),
        Column(name="name", dtype=pl.String(), description="column, or value segment, that it is said of"),
        Column(name="measure", dtype=pl.String(), description="mean, std, p05 to p99, share, revenue, or "
               "pearson:column and spearman:column"),
        Column(name="low", dtype=pl.Float64(), description="where a step or cell begins: share of the customers, best "
               "first, or value", nullable=True),
        Column(name="high", dtype=pl.Float64(), description="where it ends; null: open", nullable=True),
        Column(name="value", dtype=pl.Float64(), description="the figure", nullable=True),
        Column(name="customers", dtype=pl.Int64(), description="customers behind it", unit="customers", nullable=True,
               minimum=2),
        Column(name="reason", dtype=pl.String(), description="why it is withheld", nullable=True),
    ),
)  # fmt: skip

CUSTOMERS_FINDINGS = findings_contract("customers")
