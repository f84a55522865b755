"""Tables of the raw room."""

import polars as pl

from assets.common.findings import findings_contract
from resources.contract import Column, FrameContract, Subject, Zone

_DAY = Column(name="delivery_day", dtype=pl.Date, description="Business day on which the row reached the pipeline")
_REPEAT = Column(
    name="repeat_ordinal",
    dtype=pl.Int32,
    description="1 for the first of the day's rows with the same delivered fields, 2 for the second, ...",
    minimum=1,
)


def _count(name: str, description: str, *, unit: str | None = None, nullable: bool = False) -> Column:
    return Column(name=name, dtype=pl.Int32, description=description, unit=unit, nullable=nullable, minimum=0)


def _text(name: str, description: str, *, nullable: bool = False, subject: Subject | None = None) -> Column:
    return Column(name=name, dtype=pl.String, description=description, nullable=nullable, subject=subject)


def _direct(name: str, description: str = "Direct identifier, restricted zone only") -> Column:
    return _text(name, description, nullable=True, subject=Subject.GUEST)


RAW_BOOKINGS = FrameContract(
    asset="raw_bookings",
    zone=Zone.RESTRICTED,
    grain="one sound booking row as delivered",
    key=("row_id",),
    description="Bookings, typed and validated row by row; repeats are kept under policy `ours`.",
    is_as_delivered=True,
    columns=(
        _text(
            "row_id",
            "reservation:<number>, and :room:<room>, or :part:<hash> for a further room told apart by its content; "
            "without a number row:<hash of the delivered fields>:<ordinal among the day's repeats>",
            subject=Subject.BOOKING,
        ),
        _text("hotel", "Hotel as the source names it"),
        Column(name="is_canceled", dtype=pl.Boolean, description="True unless the guest stayed (no-shows included)"),
        Column(
            name="reservation_status",
            dtype=pl.String,
            description="Last status of the reservation",
            values=("Check-Out", "Canceled", "No-Show"),
        ),
        Column(name="arrival_day", dtype=pl.Date, description="Day of arrival, booked or real"),
        _count("nights", "Nights of the stay, weekend and week together; 0 is a day use", unit="nights"),
        _count("weekend_nights", "Saturday and Sunday nights", unit="nights"),
        _count("week_nights", "Monday to Friday nights", unit="nights"),
        _count("lead_time_days", "Days from the booking to the arrival", unit="days"),
        _count("adults", "Adults; 0 occurs (403 public rows) and is kept"),
        _count("children", "Children; null where the source wrote NA", nullable=True),
        _count("babies", "Babies"),
        _text("meal", "Meal plan; `Undefined` stays a level of its own", nullable=True),
        _text("country", "ISO 3166-1 alpha-3, upper case; legacy codes mapped by setting", nullable=True),
        _text("market_segment", "Market segment; `Undefined` stays a level", nullable=True),
        _text("distribution_channel", "Distribution channel; `Undefined` stays a level", nullable=True),
        Column(name="is_repeated_guest", dtype=pl.Boolean, description="The guest had booked before"),
        _count("previous_cancellations", "Earlier bookings that the guest cancelled"),
        _count("previous_bookings_not_canceled", "Earlier bookings that the guest did not cancel"),
        _text("reserved_room_type", "Room type booked (coded)"),
        _text("assigned_room_type", "Room type given (coded)"),
        _count("booking_changes", "Changes made to the booking"),
        _text("deposit_type", "No Deposit, Non Refund or Refundable"),
        _text("agent", "Travel agency (coded); null: none", nullable=True),
        _text("company", "Paying company (coded); null: none", nullable=True),
        _count("days_in_waiting_list", "Days until the booking was confirmed", unit="days"),
        _text("customer_type", "Transient, Transient-Party, Contract or Group"),
        Column(
            name="rate",
            dtype=pl.Float64,
            description="Average daily rate (adr)",
            unit="currency per night",
            minimum=0.0,
        ),
        _count("parking_spaces", "Parking spaces asked for"),
        _count("special_requests", "Special requests made"),
        _direct(
            "guest_key", "The source's key of the guest in its one spelling; null: none, or one that fits too much"
        ),
        _direct("guest_name"),
        _direct("email"),
        _direct("phone"),
        _direct("card_number"),
        _REPEAT,
        _DAY,
    ),
)

RAW_REVIEWS = FrameContract(
    asset="raw_reviews",
    zone=Zone.RESTRICTED,
    grain="one sound review row as delivered",
    key=("row_id",),
    description="Reviews, typed and validated row by row; text, tags and placeholders still as delivered.",
    is_as_delivered=True,
    columns=(
        _text(
            "row_id",
            "review:<key>, and :part:<hash> for another review of that key; without a key "
            "row:<hash of the delivered fields>:<ordinal among the day's repeats>",
            subject=Subject.REVIEW,
        ),
        _text("hotel_name", "Hotel as the platform names it"),
        _text("hotel_address", "Address in one line, city and country last", nullable=True),
        Column(
            name="hotel_average_score",
            dtype=pl.Float64,
            description="The hotel's average on the platform when the data was collected",
            unit="points",
            nullable=True,
            minimum=0.0,
            maximum=10.0,
        ),
        _count("hotel_total_reviews", "Reviews that the hotel has on the platform", nullable=True),
        _text("reviewer_country_name", "English country name; null where only a blank was given", nullable=True),
        _text("title", "Title, where the source has one", nullable=True),
        _text("positive_text", "What the guest liked, as delivered (`No Positive`: nothing)", nullable=True),
        _text("negative_text", "What the guest disliked, as delivered (`No Negative`: nothing)", nullable=True),
        Column(
            name="score", dtype=pl.Float64, description="The reviewer's score", unit="points", minimum=0.0, maximum=10.0
        ),
        _text("tags", "Tags as delivered: a list written as text"),
        _count("reviewer_reviews", "Reviews that the reviewer has written", nullable=True),
        Column(name="posted_day", dtype=pl.Date, description="Day of posting"),
        Column(name="posted_at", dtype=pl.Datetime("us"), description="Local time of posting, if given", nullable=True),
        Column(
            name="reservation_id",
            dtype=pl.String,
            description="The stay that the review is about, as the source says: reservation:<number>, restricted zone "
            "only; null: not said",
            nullable=True,
            subject=Subject.BOOKING,
            is_reference=True,
        ),
        _direct("guest_key", "The source's key of the writer in its one spelling, restricted zone only; null: none"),
        _REPEAT,
        _DAY,
    ),
)

QUARANTINE = FrameContract(
    asset="quarantine",
    zone=Zone.RESTRICTED,
    grain="one problem of one delivered row",
    key=("row_id", "column", "reason"),
    description="Rows that are not sound, with every problem found and the text as it was delivered.",
    is_as_delivered=True,
    columns=(
        Column(name="stream", dtype=pl.String, description="Kind of row", values=("bookings", "reviews")),
        _text("row_id", "<source file>:<source row>", subject=Subject.GUEST),
        _text("source_file", "File or table, without folder"),
        Column(name="source_row", dtype=pl.Int64, description="1 = first data row of the file", minimum=1),
        _text(
            "column",
            "Column of the source that is wrong; null: the row as a whole",
            nullable=True,
            subject=Subject.NONE,
        ),
        _text("reason", "What was found and what is expected", subject=Subject.NONE),
        _text("raw_text", "The row as delivered; bytes that are no text are written \\xNN"),
        _DAY,
    ),
)

RAW_COUNTS = FrameContract(
    asset="raw_counts",
    zone=Zone.INTERNAL,
    grain="one stream under one policy on one day",
    key=("stream", "policy"),
    description="How many rows each step of the dataset-composition table takes, for both policies.",
    columns=(
        Column(name="stream", dtype=pl.String, description="Kind of row", values=("bookings", "reviews")),
        Column(name="policy", dtype=pl.String, description="Row policy", values=("ours", "paper")),
        _count("delivered", "Rows delivered"),
        _count("quarantined", "Rows in quarantine"),
        _count("repeats", "Sound rows that repeat an earlier one exactly, or that a later one of the day replaces"),
        _count("repeats_dropped", "Of these, dropped by the policy"),
        _count("missing", "Sound rows left that lack a needed value"),
        _count("missing_dropped", "Of these, dropped by the policy"),
        _count("kept", "Rows that go on"),
        _count(
            "rooms", "Rows taken for a further room of a reservation, not for a correction (reviews: another review)"
        ),
        _count("replaced", "Of the repeats, rows of a key that a later row of the same day corrects"),
        _count("unfit_key_rows", "Rows whose guest key, reservation number or review key fits too much to be used"),
        _text("unfit_keys", "These keys, masked, with their rows", nullable=True),
        _DAY,
    ),
)

RAW_FINDINGS = findings_contract("raw")
