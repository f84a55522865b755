"""Small deliveries for tests: rows of the exchange format, and files as publishers ship them."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from resources.sources.base import (
    BOOKING_COLUMNS,
    OPTIONAL_BOOKING_COLUMNS,
    OPTIONAL_REVIEW_COLUMNS,
    REVIEW_COLUMNS,
    Stream,
)

DAY = date(2016, 7, 3)
_BOOKING = {
    "hotel": "City Hotel",
    "is_canceled": "0",
    "lead_time": "12",
    "arrival_date_year": "2016",
    "arrival_date_month": "July",
    "arrival_date_week_number": "27",
    "arrival_date_day_of_month": "1",
    "stays_in_weekend_nights": "1",
    "stays_in_week_nights": "1",
    "adults": "2",
    "children": "0",
    "babies": "0",
    "meal": "BB",
    "country": "PRT",
    "market_segment": "Online TA",
    "distribution_channel": "TA/TO",
    "is_repeated_guest": "0",
    "previous_cancellations": "0",
    "previous_bookings_not_canceled": "0",
    "reserved_room_type": "A",
    "assigned_room_type": "A",
    "booking_changes": "0",
    "deposit_type": "No Deposit",
    "agent": "9",
    "company": "NULL",
    "days_in_waiting_list": "0",
    "customer_type": "Transient",
    "adr": "95.5",
    "required_car_parking_spaces": "0",
    "total_of_special_requests": "1",
    "reservation_status": "Check-Out",
    "reservation_status_date": "2016-07-03",
}
_REVIEW = {
    "Hotel_Address": "1 Addington Street London SE1 7RY United Kingdom",
    "Additional_Number_of_Scoring": "1322",
    "Review_Date": "7/3/2016",
    "Average_Score": "8.4",
    "Hotel_Name": "Park Plaza County Hall London",
    "Reviewer_Nationality": " United Kingdom ",
    "Negative_Review": "No Negative",
    "Review_Total_Negative_Word_Counts": "0",
    "Total_Number_of_Reviews": "6117",
    "Positive_Review": " Lovely view ",
    "Review_Total_Positive_Word_Counts": "3",
    "Total_Number_of_Reviews_Reviewer_Has_Given": "2",
    "Reviewer_Score": "9.2",
    "Tags": "[' Leisure trip ', ' Couple ', ' Studio ', ' Stayed 2 nights ']",
    "days_since_review": "396 day",
    "lat": "51.5014001",
    "lng": "-0.1160092",
}
FILE_NAMES = {Stream.BOOKINGS: "hotel_bookings.csv", Stream.REVIEWS: "Hotel_Reviews.csv"}


def booking(**changes: str | None) -> dict[str, str | None]:
    """A sound booking with some cells changed."""
    assert set(changes) <= {*BOOKING_COLUMNS, *OPTIONAL_BOOKING_COLUMNS}
    return {**_BOOKING, **changes}


def review(**changes: str | None) -> dict[str, str | None]:
    """A sound review with some cells changed."""
    assert set(changes) <= {*REVIEW_COLUMNS, *OPTIONAL_REVIEW_COLUMNS}
    return {**_REVIEW, **changes}


def delivery(stream: Stream, rows: Sequence[dict[str, str | None]], day: date = DAY) -> pl.DataFrame:
    """Rows as a source hands them over, all delivered on one day."""
    columns = {
        Stream.BOOKINGS: (*BOOKING_COLUMNS, *OPTIONAL_BOOKING_COLUMNS),
        Stream.REVIEWS: (*REVIEW_COLUMNS, *OPTIONAL_REVIEW_COLUMNS),
    }[stream]
    frame = pl.DataFrame(
        [{name: row.get(name) for name in columns} for row in rows], schema=dict.fromkeys(columns, pl.String)
    )
    return frame.with_columns(
        pl.lit(day, dtype=pl.Date).alias("_delivery_day"),
        pl.lit(FILE_NAMES[stream]).alias("_source_file"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("_source_row"),
        pl.lit(None, dtype=pl.String).alias("_problem"),
        pl.lit(None, dtype=pl.String).alias("_raw_text"),
    )


def csv_text(rows: Sequence[dict[str, str | None]], *, delimiter: str = ",") -> str:
    """Rows as a CSV file with the header of the first row."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def write_files(
    folder: Path,
    bookings: Sequence[dict[str, str | None]] | None = None,
    reviews: Sequence[dict[str, str | None]] | None = None,
) -> Path:
    """Both published files in a folder; a stream given as an empty list is left out."""
    given = {
        Stream.BOOKINGS: [booking()] if bookings is None else bookings,
        Stream.REVIEWS: [review()] if reviews is None else reviews,
    }
    for stream, rows in given.items():
        if rows:
            (folder / FILE_NAMES[stream]).write_text(csv_text(rows), "utf-8")
    return folder
