"""Tables of differentially private releases."""

import polars as pl

from resources.contract import Column, FrameContract, Subject, Zone

# The release that a figure comes from; the last columns of every table of releases.
_RELEASE = (
    Column(name="accounting", dtype=pl.String, values=("pure", "zcdp"), description="Unit of the loss"),
    Column(name="loss", dtype=pl.Float64, minimum=0, description="Epsilon (pure) or rho (zcdp) of the release"),
    Column(name="unit", dtype=pl.String, description="Whose presence the noise hides: guest, booking or review"),
    Column(
        name="release_id", dtype=pl.String, description="Name of the release in the budget ledger", subject=Subject.NONE
    ),
    Column(name="is_private", dtype=pl.Boolean, description="False where a test seed made the noise"),
)

BOOKINGS_BY_MONTH = FrameContract(
    asset="bookings_by_month",
    zone=Zone.RELEASED,
    grain="one row per closed month and hotel",
    key=("month", "hotel"),
    description="Differentially private counts of bookings by month of delivery and hotel.",
    columns=(
        Column(
            name="month",
            dtype=pl.String,
            description="Closed calendar month of delivery, YYYY-MM",
            subject=Subject.NONE,
        ),
        Column(
            name="hotel", dtype=pl.String, description="Hotel, from the public list of hotels", subject=Subject.NONE
        ),
        Column(name="bookings", dtype=pl.Int64, unit="bookings", description="Count plus noise; may be negative"),
        Column(
            name="plus_minus_95",
            dtype=pl.Float64,
            minimum=0,
            unit="bookings",
            description="The noise stays within this distance with probability 95 % or more",
        ),  # fmt: skip
        *_RELEASE,
    ),
)
GUEST_AGGREGATES = FrameContract(
    asset="guest_aggregates",
    zone=Zone.RELEASED,
    grain="one row per family of releases, closed year, group and measure",
    key=("family", "period", "group", "measure"),
    description="Differentially private figures about guests per closed year: segments, value, cancellations, scores.",
    columns=(
        Column(
            name="family",
            dtype=pl.String,
            description="Family of releases; allotments of the budget go by it",
            subject=Subject.NONE,
        ),
        Column(
            name="period", dtype=pl.String, description="Closed calendar year of delivery, YYYY", subject=Subject.NONE
        ),
        Column(name="grouping", dtype=pl.String, description="What the groups are: value_band, country, ..."),
        Column(name="group", dtype=pl.String, description="Group, from a public list", subject=Subject.NONE),
        Column(
            name="measure",
            dtype=pl.String,
            description="What the value is: guests, mean_value, ...",
            subject=Subject.NONE,
        ),
        Column(name="value", dtype=pl.Float64, description="The figure with noise; counts may be negative"),
        Column(
            name="plus_minus_95",
            dtype=pl.Float64,
            minimum=0,
            description="Covers the error by noise with probability 95 % or more",
        ),  # fmt: skip
        *_RELEASE,
    ),
)
