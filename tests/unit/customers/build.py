"""Small bookings and customers for the tests of the customers and models rooms."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from assets.customers.settings import MARKET
from assets.customers.wide_block import CATEGORIES
from assets.privacy.contract import STAYS
from assets.privacy.stays import as_labels

SCHEMA = {
    "booking_id": pl.String,
    "pseudo_customer_id": pl.String,
    "unit": pl.String,
    "is_completed": pl.Boolean,
    "nights_from": pl.Int32,
    "nights_to": pl.Int32,
    "lead_time_from": pl.Int32,
    "lead_time_to": pl.Int32,
    "special_requests": pl.Int32,
    "country_region": pl.String,
    "distribution_channel_levels": pl.String,
    **dict.fromkeys(("arrival_from", "arrival_to"), pl.Date),
    **dict.fromkeys(("adults_from", "adults_to", "children_from", "children_to"), pl.Int32),
    **dict.fromkeys(("booking_changes", "parking_spaces"), pl.Int32),
    **dict.fromkeys(("repeated_guest_levels", *CATEGORIES.values()), pl.String),
    "realised_revenue": pl.Int64,
    "deposit_aware_revenue": pl.Int64,
    "delivery_day": pl.Date,
}
DAY = date(2024, 6, 30)


def booking(
    customer, days_before, revenue=0, *, nights=(2, 2), booking_id=None, as_of=DAY, completed=None, deposit=0,
    unit=MARKET,
):  # fmt: skip
    """One published booking delivered ``days_before`` days before ``as_of``."""
    is_completed = revenue > 0 if completed is None else completed
    return {
        "booking_id": booking_id or f"{customer}-{days_before}-{revenue}-{nights}",
        "pseudo_customer_id": customer,
        "unit": unit,
        "is_completed": is_completed,
        "nights_from": nights[0],
        "nights_to": nights[1],
        "lead_time_from": 10,
        "lead_time_to": 20,
        "special_requests": 1,
        "country_region": "PRT",
        "arrival_from": as_of - timedelta(days=days_before + nights[1]),
        "arrival_to": as_of - timedelta(days=days_before + nights[0]),
        **dict.fromkeys(("adults_from", "adults_to"), 2),
        **dict.fromkeys(("children_from", "children_to", "booking_changes", "parking_spaces"), 0),
        "repeated_guest_levels": "0",
        **dict.fromkeys(CATEGORIES.values(), "x"),
        "distribution_channel_levels": "TA/TO",
        "realised_revenue": revenue if is_completed else 0,
        "deposit_aware_revenue": revenue if is_completed else deposit,
        "delivery_day": as_of - timedelta(days=days_before),
    }


def frame(rows):
    """Rows as published bookings; only the columns that these rooms read."""
    return pl.DataFrame(rows, schema=SCHEMA)


def random_bookings(seed, *, customers=30, days=700, per_customer=6, last=DAY):
    """A group with customers of unlike size, about a fifth of the bookings not completed."""
    rng = np.random.default_rng(seed)
    rows = []
    for index in range(customers):
        for k in range(1 + rng.poisson(per_customer * (1 + index % 5) / 3)):
            nights = int(rng.integers(1, 8))
            revenue = int(nights * rng.uniform(50, 150)) if rng.random() < 0.8 else 0
            label = (nights, nights + int(rng.integers(0, 3)))
            day, name = int(rng.integers(0, days)), f"b{index:03d}{k:03d}"
            rows.append(booking(f"c{index:03d}", day, revenue, nights=label, booking_id=name, as_of=last))
            rows[-1] |= {"country_levels": ("PRT", "ESP", "DEU")[index % 3], "adults_from": 1 + k % 3,
                         "adults_to": 1 + k % 3}  # fmt: skip
    return frame(rows)


def as_stays(bookings):
    """Those bookings as the exact history stores them: the lower end of each label is the exact value.

    Columns that no test looks at are filled.
    """
    plain = {pl.String: "x", pl.Boolean: False, pl.Int32: 0, pl.Int64: 0, pl.Float64: 0.0, pl.Date: DAY}
    filled = {
        item.name: pl.lit(None if item.nullable else plain[item.dtype], item.dtype)
        for item in STAYS.columns
        if item.name not in bookings.columns
    }
    given = {
        "reservation_status": pl.when("is_completed").then(pl.lit("Check-Out")).otherwise(pl.lit("Canceled")),
        "nights": pl.col("nights_from"),
        "lead_time_days": pl.col("lead_time_from"),
        "arrival_day": pl.col("delivery_day") - pl.duration(days=pl.col("nights_from")),
        "country": pl.col("country_region"),
        "distribution_channel": pl.col("distribution_channel_levels"),
    }
    return STAYS.conform(bookings.with_columns(**{**filled, **given}).select(STAYS.names))


def exact(bookings):
    """Those bookings as readers of the exact history see them: labels without width."""
    names = [name for name in SCHEMA if name in bookings.columns]
    labels = as_labels(as_stays(bookings), [name for name in names if name != "unit"])
    return labels.with_columns(bookings["unit"]).select(names)
