"""Which column of the database carries which cell of the exchange format, and how its text is kept.

A cell goes into a typed column where the text that comes out again is the text that went in; a row with a cell that
is not so (``NA`` as a number, a day that no month has) is *irregular* and keeps its text elsewhere. So the pipeline
sees the same rows whether it reads the files or the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import polars as pl

from resources.sources.base import (
    BOOKING_COLUMNS,
    OPTIONAL_BOOKING_COLUMNS,
    OPTIONAL_REVIEW_COLUMNS,
    REVIEW_COLUMNS,
    Stream,
)
from resources.sources.dates import iso_day, us_day

_DECIMAL = r"^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$"
_NEGATIVE_ZERO = r"^-0(\.0*)?$"
_MOMENT = "%Y-%m-%dT%H:%M:%S"
_LARGEST_INTEGER = 2**31 - 1
ARRIVAL_PARTS = ("arrival_date_year", "arrival_date_month", "arrival_date_day_of_month")


class Kind(Enum):
    """How a cell is stored: PostgreSQL type, and the SQL that writes it as text again."""

    TEXT = ("text", "{0}")
    WHOLE = ("integer", "{0}::text")
    DECIMAL = ("numeric", "{0}::text")
    FLAG = ("boolean", "CASE WHEN {0} THEN '1' WHEN NOT {0} THEN '0' END")
    ISO_DAY = ("date", "to_char({0}, 'YYYY-MM-DD')")
    US_DAY = ("date", "to_char({0}, 'FMMM/FMDD/YYYY')")
    MOMENT = ("timestamp", "to_char({0}, 'YYYY-MM-DD\"T\"HH24:MI:SS')")
    YEAR_OF = ("date", "to_char({0}, 'YYYY')")
    MONTH_OF = ("date", "to_char({0}, 'FMMonth')")
    DAY_OF = ("date", "to_char({0}, 'FMDD')")

    @property
    def sql_type(self) -> str:
        """Type of the column."""
        return self.value[0]

    def as_text(self, column: str) -> str:
        """SQL expression of the cell's text."""
        return self.value[1].format(column)


@dataclass(frozen=True)
class Cell:
    """One cell of the exchange format: its name there, its column here."""

    exchange: str
    column: str
    kind: Kind = Kind.TEXT
    table: str = "b"  # alias in the reading query: b the stream's table, c booking_contacts
    is_later: bool = False  # tables made before the column was thought of lack it, and are read all the same

    @property
    def text(self) -> str:
        """SQL expression that gives the exchange format's text."""
        if self.is_later:
            return f"to_jsonb({self.table}) ->> '{self.column}'"
        return self.kind.as_text(f"{self.table}.{self.column}")


def _whole(**names: str) -> list[Cell]:
    return [Cell(exchange, column, Kind.WHOLE) for exchange, column in names.items()]


_BOOKING_CELLS = [
    *(Cell(name, name) for name in (
        "reservation_id", "hotel", "meal", "country", "market_segment", "distribution_channel", "reserved_room_type",
        "assigned_room_type", "deposit_type", "agent", "company", "customer_type", "guest_key", "room_number",
    )),
    Cell("reservation_status", "status"),
    Cell("reservation_status_date", "status_on", Kind.ISO_DAY),
    Cell("is_canceled", "is_canceled", Kind.FLAG),
    Cell("is_repeated_guest", "is_repeated_guest", Kind.FLAG),
    Cell("arrival_date_year", "arrival_on", Kind.YEAR_OF),
    Cell("arrival_date_month", "arrival_on", Kind.MONTH_OF),
    Cell("arrival_date_day_of_month", "arrival_on", Kind.DAY_OF),
    Cell("adr", "rate", Kind.DECIMAL),
    *_whole(
        arrival_date_week_number="arrival_week", lead_time="lead_time_days",
        stays_in_weekend_nights="weekend_nights", stays_in_week_nights="week_nights",
        adults="adults", children="children", babies="babies",
        previous_cancellations="previous_cancellations",
        previous_bookings_not_canceled="previous_bookings_not_canceled",
        booking_changes="booking_changes", days_in_waiting_list="days_in_waiting_list",
        required_car_parking_spaces="parking_spaces", total_of_special_requests="special_requests",
    ),
    *(Cell(name, name, table="c") for name in ("guest_name", "email", "phone", "card_number")),
]  # fmt: skip
_REVIEW_CELLS = [
    Cell("review_key", "review_key"),
    Cell("reservation_id", "reservation_id", is_later=True),
    Cell("guest_key", "guest_key", is_later=True),
    Cell("Hotel_Name", "hotel_name"),
    Cell("Hotel_Address", "hotel_address"),
    Cell("Reviewer_Nationality", "nationality"),
    Cell("Review_Title", "title"),
    Cell("Positive_Review", "positive_text"),
    Cell("Negative_Review", "negative_text"),
    Cell("Tags", "tags"),
    Cell("days_since_review", "days_since_review"),
    Cell("Review_Date", "posted_on", Kind.US_DAY),
    Cell("Posted_At", "posted_at", Kind.MOMENT),
    Cell("Average_Score", "hotel_average", Kind.DECIMAL),
    Cell("Reviewer_Score", "score", Kind.DECIMAL),
    Cell("lat", "latitude", Kind.DECIMAL),
    Cell("lng", "longitude", Kind.DECIMAL),
    *_whole(
        Additional_Number_of_Scoring="hotel_scores",
        Total_Number_of_Reviews="hotel_reviews",
        Total_Number_of_Reviews_Reviewer_Has_Given="reviewer_reviews",
        Review_Total_Positive_Word_Counts="positive_words",
        Review_Total_Negative_Word_Counts="negative_words",
    ),
]
COLUMNS: Mapping[Stream, tuple[str, ...]] = {
    Stream.BOOKINGS: (*BOOKING_COLUMNS, *OPTIONAL_BOOKING_COLUMNS),
    Stream.REVIEWS: (*REVIEW_COLUMNS, *OPTIONAL_REVIEW_COLUMNS),
}


def _in_order(stream: Stream, cells: list[Cell]) -> tuple[Cell, ...]:
    by_name = {cell.exchange: cell for cell in cells}
    return tuple(by_name[name] for name in COLUMNS[stream])


CELLS: Mapping[Stream, tuple[Cell, ...]] = {
    Stream.BOOKINGS: _in_order(Stream.BOOKINGS, _BOOKING_CELLS),
    Stream.REVIEWS: _in_order(Stream.REVIEWS, _REVIEW_CELLS),
}


def _value(cell: Cell) -> pl.Expr:
    """The typed value of a cell's text; null where the text is none, or a year that PostgreSQL does not know."""
    value = _parsed(cell)
    if cell.kind.sql_type in ("date", "timestamp"):
        return pl.when(value.dt.year().is_between(1, 9999)).then(value)
    return value


def _parsed(cell: Cell) -> pl.Expr:
    text = pl.col(cell.exchange)
    match cell.kind:
        case Kind.WHOLE:
            number = text.cast(pl.Int64, strict=False)
            return pl.when(number.abs() <= _LARGEST_INTEGER).then(number)
        case Kind.FLAG:
            return pl.when(text.is_in(["0", "1"])).then(text == "1")
        case Kind.ISO_DAY:
            return iso_day(text)
        case Kind.US_DAY:
            return us_day(text)
        case Kind.MOMENT:
            return text.str.to_datetime(_MOMENT, strict=False)
        case Kind.YEAR_OF | Kind.MONTH_OF | Kind.DAY_OF:
            return pl.concat_str(ARRIVAL_PARTS, separator=" ").str.to_date("%Y %B %d", strict=False)
        case _:
            return text


def _returned(cell: Cell) -> pl.Expr:
    """The text that the database will give back for a cell's typed value."""
    formats = {
        Kind.ISO_DAY: "%Y-%m-%d", Kind.US_DAY: "%-m/%-d/%Y", Kind.MOMENT: _MOMENT,
        Kind.YEAR_OF: "%Y", Kind.MONTH_OF: "%B", Kind.DAY_OF: "%-d",
    }  # fmt: skip
    value = _value(cell)
    if cell.kind in formats:
        return value.dt.strftime(formats[cell.kind])
    return value.cast(pl.Int8).cast(pl.String) if cell.kind is Kind.FLAG else value.cast(pl.String)


def _is_kept(cell: Cell) -> pl.Expr:
    """Whether a cell's text comes out of its column as it went in (a gap is a gap)."""
    text = pl.col(cell.exchange)
    if cell.kind is Kind.TEXT:
        return ~text.str.contains("\0", literal=True).fill_null(value=False)
    if cell.kind is Kind.DECIMAL:
        sound = text.str.contains(_DECIMAL) & ~text.str.contains(_NEGATIVE_ZERO)
        return text.is_null() | sound.fill_null(value=False)
    return text.eq_missing(_returned(cell))


def is_regular(stream: Stream) -> pl.Expr:
    """True for rows whose every cell keeps its text in its typed column, and that are readable as a whole."""
    kept = [_is_kept(cell) for cell in CELLS[stream]]
    return pl.all_horizontal(pl.col("_problem").is_null(), pl.col("_raw_text").is_null(), *kept)


def typed(stream: Stream, table: str) -> dict[str, pl.Expr]:
    """Column of the database -> its value, for regular rows and one table (alias as in :class:`Cell`)."""
    columns: dict[str, pl.Expr] = {}
    for cell in CELLS[stream]:
        if cell.table == table:
            columns.setdefault(cell.column, _value(cell))
    return columns


def day_query(stream: Stream) -> str:
    """SQL that gives the rows of ``%(days)s`` as text of the exchange format with their lineage, unordered."""
    contacts = " LEFT JOIN booking_contacts c USING (delivered_on, position)" if stream is Stream.BOOKINGS else ""
    regular = ", ".join(f'{cell.text} AS "{cell.exchange}"' for cell in CELLS[stream])
    irregular = ", ".join(f"i.fields->>'{name}'" for name in COLUMNS[stream])
    return (
        f"SELECT {regular}, delivered_on, b.source_file, position, NULL::text AS problem, NULL::text AS raw_text "
        f"FROM {stream.value} b{contacts} WHERE delivered_on = ANY(%(days)s) UNION ALL "
        f"SELECT {irregular}, i.delivered_on, i.source_file, i.position, i.problem, i.raw_text "
        f"FROM irregular_rows i WHERE i.stream = '{stream.value}' AND i.delivered_on = ANY(%(days)s)"
    )
