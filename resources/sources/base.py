"""The interface that every source offers, and the exchange format of its rows.

Rows are handed over as text, in the column names of the two published data sets, plus the optional
columns named below. Typing and validation belong to the ``raw`` room. To add a source, write one class
with these methods and name it in ``resources/sources/registry.py``; no stage changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

import polars as pl


class Stream(StrEnum):
    """A kind of row that a source can deliver."""

    BOOKINGS = "bookings"
    REVIEWS = "reviews"


BOOKING_COLUMNS: tuple[str, ...] = (
    "hotel", "is_canceled", "lead_time", "arrival_date_year", "arrival_date_month",
    "arrival_date_week_number", "arrival_date_day_of_month", "stays_in_weekend_nights",
    "stays_in_week_nights", "adults", "children", "babies", "meal", "country", "market_segment",
    "distribution_channel", "is_repeated_guest", "previous_cancellations",
    "previous_bookings_not_canceled", "reserved_room_type", "assigned_room_type", "booking_changes",
    "deposit_type", "agent", "company", "days_in_waiting_list", "customer_type", "adr",
    "required_car_parking_spaces", "total_of_special_requests", "reservation_status",
    "reservation_status_date",
)  # fmt: skip
OPTIONAL_BOOKING_COLUMNS: tuple[str, ...] = (
    "reservation_id", "guest_key", "guest_name", "email", "phone", "card_number", "room_number",
)  # fmt: skip
REVIEW_COLUMNS: tuple[str, ...] = (
    "Hotel_Address", "Additional_Number_of_Scoring", "Review_Date", "Average_Score", "Hotel_Name",
    "Reviewer_Nationality", "Negative_Review", "Review_Total_Negative_Word_Counts",
    "Total_Number_of_Reviews", "Positive_Review", "Review_Total_Positive_Word_Counts",
    "Total_Number_of_Reviews_Reviewer_Has_Given", "Reviewer_Score", "Tags", "days_since_review",
    "lat", "lng",
)  # fmt: skip
OPTIONAL_REVIEW_COLUMNS: tuple[str, ...] = ("review_key", "Review_Title", "Posted_At", "reservation_id", "guest_key")
REQUIRED_COLUMNS: dict[Stream, tuple[str, ...]] = {Stream.BOOKINGS: BOOKING_COLUMNS, Stream.REVIEWS: REVIEW_COLUMNS}
LINEAGE_COLUMNS: tuple[str, ...] = (
    "_delivery_day",  # pl.Date: the partition of the row (for a row whose date can't be read: the first day)
    "_source_file",  # name of the file or table, without folder
    "_source_row",  # Int64, 1 = first data row
    "_problem",  # null, or why the row as a whole can't be read (wrong number of fields, bytes not UTF-8)
    "_raw_text",  # null for readable rows, else the row's text as it was delivered
)


@dataclass(frozen=True, kw_only=True)
class SourceFacts:
    """What is true of a source's rows. Whoever has to know asks for a fact, and never for the source's name.

    Attributes:
        title: what a report calls it in its subtitle, without a full stop: ``the simulated hotel group``.
        covers: what its rows are, to follow "This report covers": ``the bookings and reviews of five hotels``.
        is_invented: guests and their words are nobody's, so words may be shown to anyone.
        is_published: anybody can get the same rows elsewhere, and with them every exact figure.
        knows_truth: it offers ``truth`` and ``match_model``: who wrote what, and what guests will bring.
        names_hotels: its table of hotels says under which names guests review them.
        names_guests: at least one booking carries a key of its guest.
    """

    title: str
    covers: str
    is_invented: bool = False
    is_published: bool = False
    knows_truth: bool = False
    names_hotels: bool = False
    names_guests: bool = False


class Source(Protocol):
    """One place that delivers bookings and reviews by day."""

    @property
    def name(self) -> str:
        """Name in the settings: ``demo``, ``public``."""
        ...

    @property
    def facts(self) -> SourceFacts:
        """What is true of its rows; asked for by the evaluation, so that reading a part of them is no harm."""
        ...

    @property
    def streams(self) -> frozenset[Stream]:
        """What it delivers; a room that lacks its stream is skipped with the reason."""
        ...

    @property
    def first_day(self) -> date:
        """First delivery day that the source knows of."""
        ...

    @property
    def last_day(self) -> date:
        """Last delivery day so far."""
        ...

    def is_delivered(self, stream: Stream, day: date) -> bool:
        """Whether the day's delivery arrived (an empty delivery counts as arrived)."""
        ...

    def rows(self, stream: Stream, days: Sequence[date]) -> pl.DataFrame:
        """Rows of those days as text columns of the exchange format plus ``LINEAGE_COLUMNS``.

        In delivery order (file, row). Columns that a source does not have are null.
        """
        ...

    def hotels(self) -> pl.DataFrame:
        """Hotels that take bookings.

        Columns: ``hotel``, ``hotel_name`` (null if the source hides it), ``city``, ``country`` (ISO alpha-3),
        ``descriptor`` (free words for text similarity), ``is_city`` (Boolean).
        """
        ...

    def fingerprint(self, stream: Stream, days: Sequence[date]) -> dict[date, str]:
        """Content hash of each day's delivery, kept in the record of inputs."""
        ...
