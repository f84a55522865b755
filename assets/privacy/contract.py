"""Tables of the privacy room: zone, grain, key and columns."""

import polars as pl

from assets.common.findings import findings_contract
from assets.privacy.contract_claims import REVIEW_CLAIMS as REVIEW_CLAIMS
from assets.privacy.contract_releases import BOOKINGS_BY_MONTH, GUEST_AGGREGATES
from assets.raw.contract import RAW_BOOKINGS
from resources.contract import Column, FrameContract, Subject, Zone

_DAY = Column(name="delivery_day", dtype=pl.Date, description="Business day on which the row arrived; the partition")
_REVENUE = Column(
    name="realised_revenue", dtype=pl.Int64, unit="currency", description="rate * nights if Check-Out, else 0"
)
_DEPOSIT_AWARE = Column(
    name="deposit_aware_revenue",
    dtype=pl.Int64,
    unit="currency",
    description="Realised revenue, and rate * nights of bookings lost with a non-refundable deposit",
)
_HEX = "keyed hash, 32 hex characters"


def _id(name: str, subject: Subject, description: str, *, nullable: bool = False) -> Column:
    return Column(name=name, dtype=pl.String, description=f"{description} ({_HEX})", nullable=nullable, subject=subject)


def _levels(name: str, what: str, values: tuple[str, ...] | None = None) -> Column:
    description = f"Levels of {what} in the class, sorted, joined by '|'; '?' = missing"
    return Column(name=f"{name}_levels", dtype=pl.String, description=description, values=values)


def _interval(name: str, what: str, unit: str, dtype: type[pl.DataType] = pl.Int32) -> tuple[Column, Column]:
    lowest = 0 if dtype == pl.Int32 else None
    return (
        Column(
            name=f"{name}_from", dtype=dtype, description=f"Smallest {what} in the class", unit=unit, minimum=lowest
        ),
        Column(name=f"{name}_to", dtype=dtype, description=f"Largest {what} in the class", unit=unit, minimum=lowest),
    )


_LABELS = (
    _levels("hotel", "hotel"),
    _levels("country", "country (ISO alpha-3)"),
    Column(name="country_region", dtype=pl.String, description="Lowest UN node that holds the class's countries"),
    _levels("market_segment", "market segment"),
    _levels("distribution_channel", "distribution channel"),
    _levels("customer_type", "customer type"),
    _levels("agent", "agent"),
    _levels("company", "company"),
    _levels("repeated_guest", "repeated guest", ("0", "1", "0|1")),
    *_interval("arrival", "day of arrival", "day", pl.Date),
    *_interval("nights", "length of stay", "nights"),
    *_interval("lead_time", "time from booking to arrival", "days"),
    *_interval("adults", "number of adults", "persons"),
    *_interval("children", "number of children (missing counts as 0)", "persons"),
)
_STATUS = Column(
    name="reservation_status",
    dtype=pl.String,
    values=("Check-Out", "Canceled"),
    description="Outcome; a no-show is written Canceled, because its delivery day is its exact day of arrival",
)
_K = Column(name="k", dtype=pl.Int32, minimum=1, unit="guests", description="The k that the batch was made for")
_CLASS_SIZE = Column(
    name="class_size", dtype=pl.Int32, minimum=1, unit="guests", description="Distinct guests (or rows) in the class"
)

_RATE_BAND = (
    Column(name="rate_from", dtype=pl.Float64, nullable=True, unit="currency per night",
           description="Lower end of the class's rates, in whole bands; only where l or t is asked for"),
    Column(name="rate_to", dtype=pl.Float64, nullable=True, unit="currency per night",
           description="Upper end of the class's rates, in whole bands; only where l or t is asked for"),
)  # fmt: skip
_RATE_LIMITS = (
    Column(name="l_diversity", dtype=pl.Int32, nullable=True, minimum=1, unit="bands",
           description="The l that the batch was made for; null where none was asked"),
    Column(name="t_closeness", dtype=pl.Float64, nullable=True, minimum=0, maximum=1,
           description="The t that the batch was made for; null where none was asked"),
    Column(name="rate_bands", dtype=pl.Int32, nullable=True, minimum=1, unit="bands",
           description="Distinct bands of the rate in the class; only where l or t is asked for"),
    Column(name="rate_distance", dtype=pl.Float64, nullable=True, minimum=0, maximum=1,
           description="Ordered distance of the class's rates from the batch's; only where l or t is asked for"),
)  # fmt: skip

PSEUDONYMS = FrameContract(
    asset="pseudonyms",
    zone=Zone.RESTRICTED,
    grain="one row per raw booking",
    key=("row_id",),
    description="Keyed hashes of row and guest, pseudo-customer and revenue: the bridge out of the restricted zone.",
    columns=(
        Column(name="row_id", dtype=pl.String, description="Id of the raw row", subject=Subject.BOOKING),
        _id("booking_id", Subject.BOOKING, "Name of the row outside restricted"),
        _id("guest_hash", Subject.GUEST, "Name of the guest, where the source has a guest key", nullable=True),
        _id("pseudo_customer_id", Subject.CUSTOMER, "Name of the rows that share the composite key"),
        Column(name="key_epoch", dtype=pl.String, description="Epoch of the key that made the hashes"),
        _REVENUE,
        _DEPOSIT_AWARE,
        _DAY,
    ),
)

# What a raw booking holds beside what names its guest, its row or its place in a delivery.
_EXACT = tuple(
    item
    for item in RAW_BOOKINGS.columns
    if item.subject is None and item.name not in {"repeat_ordinal", "delivery_day"}
)

STAYS = FrameContract(
    asset="stays",
    zone=Zone.RESTRICTED,
    grain="one row per raw booking",
    key=("booking_id",),
    description="Every booking with its exact values, under keyed hashes in the place of row id, guest and contact: "
    "what links, features and models are made from.",
    is_kept_for_a_while=True,
    columns=(
        _id("booking_id", Subject.BOOKING, "Name of the booking"),
        _id("guest_hash", Subject.GUEST, "Name of the guest, where the source has a guest key", nullable=True),
        _id("pseudo_customer_id", Subject.CUSTOMER, "Name of the market: the rows that share the composite key"),
        *_EXACT,
        _REVENUE,
        _DEPOSIT_AWARE,
        _DAY,
    ),
)

MASKED_REVIEWS = FrameContract(
    asset="masked_reviews",
    zone=Zone.INTERNAL,
    grain="one row per raw review",
    key=("review_id",),
    description="Reviews whose text carries no names, e-mails, phones, card or booking numbers.",
    columns=(
        _id("review_id", Subject.REVIEW, "Name of the review outside restricted"),
        Column(name="hotel_name", dtype=pl.String, description="Hotel as named by the review site"),
        Column(name="hotel_address", dtype=pl.String, nullable=True, description="Address of the hotel"),
        Column(name="hotel_average_score", dtype=pl.Float64, nullable=True, description="Average score of the hotel"),
        Column(name="reviewer_country_name", dtype=pl.String, nullable=True, description="Country as written"),
        Column(name="title", dtype=pl.String, nullable=True, description="Title, masked"),
        Column(name="positive_text", dtype=pl.String, nullable=True, description="What was liked, masked"),
        Column(name="negative_text", dtype=pl.String, nullable=True, description="What was not liked, masked"),
        Column(name="score", dtype=pl.Float64, minimum=0, maximum=10, description="Score given", unit="points"),
        Column(name="tags", dtype=pl.String, description="Tags as delivered"),
        Column(name="posted_day", dtype=pl.Date, description="Day of posting"),
        Column(name="posted_at", dtype=pl.Datetime, nullable=True, description="Time of posting, where known"),
        Column(name="masked_names", dtype=pl.Int32, minimum=0, description="Names masked in title and texts"),
        Column(name="masked_emails", dtype=pl.Int32, minimum=0, description="E-mail addresses masked"),
        Column(name="masked_phones", dtype=pl.Int32, minimum=0, description="Phone numbers masked"),
        Column(name="masked_numbers", dtype=pl.Int32, minimum=0, description="Card and booking numbers masked"),
        _DAY,
    ),
)

LABELLED_BOOKINGS = FrameContract(
    asset="labelled_bookings",
    zone=Zone.RESTRICTED,
    grain="one row per booking whose class reached k",
    key=("booking_id",),
    description="Bookings by id with the labels that are published of them, k-anonymous within their batch: erasure "
    "and key rotation start from here. Labels under an id give back by intersection what each of them hides.",
    columns=(
        _id("booking_id", Subject.BOOKING, "Name of the booking"),
        _id("pseudo_customer_id", Subject.CUSTOMER, "Name of the rows that share the composite key"),
        Column(
            name="class_id",
            dtype=pl.String,
            description="Batch day, part (stay or other) and number of the class",
            subject=Subject.NONE,
        ),
        _CLASS_SIZE,
        _K,
        *_RATE_LIMITS,
        Column(name="is_completed", dtype=pl.Boolean, description="The guest stayed and checked out"),
        _STATUS,
        *_LABELS,
        *_RATE_BAND,
        Column(name="meal", dtype=pl.String, nullable=True, description="Meal plan booked"),
        Column(name="reserved_room_type", dtype=pl.String, description="Room type booked"),
        Column(name="deposit_type", dtype=pl.String, description="Deposit terms"),
        Column(name="special_requests", dtype=pl.Int32, minimum=0, description="Number of special requests"),
        Column(name="booking_changes", dtype=pl.Int32, minimum=0, description="Number of changes to the booking"),
        Column(name="parking_spaces", dtype=pl.Int32, minimum=0, description="Parking spaces asked for"),
        _REVENUE,
        _DEPOSIT_AWARE,
        Column(
            name="class_mean_revenue",
            dtype=pl.Float64,
            unit="currency",
            nullable=True,
            minimum=0,
            description="Mean revenue of the class's completed stays, as it was published: an erasure keeps it. Null "
            "in lost bookings, and where fewer than k guests of the class completed",
        ),
        _DAY,
    ),
)

PUBLISHED_BOOKINGS = FrameContract(
    asset="published_bookings",
    zone=Zone.INTERNAL,
    grain="one row per labelled booking, without any id, sorted by its values",
    key=(),
    description="The k-anonymous labels, the outcome, and of the revenue the class's mean: no id, no class, no detail.",
    columns=(
        *_LABELS,
        *_RATE_BAND,
        _STATUS,
        Column(
            name="mean_revenue",
            dtype=pl.Int64,
            unit="currency",
            nullable=True,
            minimum=0,
            description="Mean revenue of the completed stays of the class, in whole tens; null in lost bookings, and "
            "where fewer than k guests of the class completed",
        ),
        _CLASS_SIZE,
        _K,
        _DAY,
    ),
)

RELEASED_BOOKINGS = FrameContract(
    asset="released_bookings",
    zone=Zone.RELEASED,
    grain="one row per published booking, without any id, sorted by its values",
    key=(),
    description="The k-anonymous labels and the outcome, where a group exports them (privacy.is_exported); nothing "
    "that names or links a row.",
    columns=(*_LABELS, *_RATE_BAND, _STATUS, _CLASS_SIZE, _K, _DAY),
)

CONTRACTS = (
    PSEUDONYMS,
    STAYS,
    MASKED_REVIEWS,
    LABELLED_BOOKINGS,
    PUBLISHED_BOOKINGS,
    RELEASED_BOOKINGS,
    BOOKINGS_BY_MONTH,
    GUEST_AGGREGATES,
)

PRIVACY_FINDINGS = findings_contract("privacy")

CHARGED_TABLES = (BOOKINGS_BY_MONTH.asset, GUEST_AGGREGATES.asset)  # no row of theirs without a charge to the budget
