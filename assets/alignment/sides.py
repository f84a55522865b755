"""The two sides of the linkage as arrays in one fixed order: completed stays and clean reviews."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from assets.alignment.hotel_identity import review_keys, stay_keys
from assets.alignment.settings import AlignmentSettings

COMPLETED = "Check-Out"
ROOMS = "room_count"
SEPARATOR = "|"
UNKNOWN = "?"
LOST = "Canceled"  # how what took no place is written, no-shows among it
ENDS_ON_DELIVERY, ENDS_ELSEWHERE = "-stay-", "-other-"  # part of the class ids: whether stays ended that day

IntArray = npt.NDArray[np.int64]
SmallIntArray = npt.NDArray[np.int32]  # where there are hundreds of millions of them
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

STAY_COLUMNS = (
    "booking_id", "class_id", "reservation_status", "hotel_levels", "country_levels", "market_segment_levels",
    "customer_type_levels", "arrival_from", "arrival_to", "nights_from", "nights_to", "adults_from", "adults_to",
    "children_from", "children_to", "reserved_room_type", "class_size", "room_count", "delivery_day",
)  # fmt: skip
REVIEW_COLUMNS = (
    "review_id", "hotel_name", "hotel_city", "hotel_country", "reviewer_country", "title", "text", "trip_type",
    "party", "room", "room_count", "nights", "posted_day", "delivery_day",
)  # fmt: skip


def completed_stays(bookings: pl.DataFrame, settings: AlignmentSettings) -> pl.DataFrame:
    """Stays that took place, each with the range of days on which it may have ended and its decision day.

    The end is the delivery day where completed stays were partitioned apart (their class says so: the arrival label
    is then made from day and nights); otherwise arrival and nights labels bound it, and it never lies after the
    release. A stay is decided on the later of its release and its latest end plus the window.

    Args:
        bookings: rows of ``merged_rooms``, or of ``booking_rows``, whose stays are of an unknown number of rooms;
            cancelled and no-show rows are left out here.
        settings: for the window.

    Returns:
        ``STAY_COLUMNS`` plus ``end_from``, ``stay_end``, ``decision_day``, sorted by booking_id.
    """
    day = pl.col("delivery_day")

    def plus(arrival: str, nights: str) -> pl.Expr:
        return pl.col(arrival) + pl.duration(days=pl.col(nights))

    # Labels of a batch of several days can add up to its last day by chance, so they don't decide.
    is_exact = pl.col("class_id").str.contains(ENDS_ON_DELIVERY, literal=True)
    latest = pl.when(is_exact).then(day).otherwise(pl.min_horizontal(plus("arrival_to", "nights_to"), day))
    earliest = pl.when(is_exact).then(day).otherwise(plus("arrival_from", "nights_from"))
    return (
        counted(bookings)
        .filter(pl.col("reservation_status") == COMPLETED)
        .select(STAY_COLUMNS)
        .with_columns(stay_end=latest)
        .with_columns(end_from=pl.min_horizontal(earliest, "stay_end"))
        .with_columns(
            decision_day=pl.max_horizontal("delivery_day", pl.col("stay_end") + pl.duration(days=settings.window_days))
        )
        .sort("booking_id")
    )


def counted(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with ``room_count``, unknown where they lack the column."""
    return rows if ROOMS in rows.columns else rows.with_columns(pl.lit(None, pl.Int32).alias(ROOMS))


@dataclass(frozen=True)
class Stays:
    """Completed stays in booking_id order; days are integers since 1970."""

    frame: pl.DataFrame

    def ints(self, column: str) -> IntArray:
        """A number or date column as int64."""
        return ints(self.frame[column])

    def levels(self, column: str) -> pl.DataFrame:
        """``row``, ``level`` of a label column, one row per level, and ``share`` = 1 / number of levels."""
        return levels_of(self.frame[column])


def levels_of(labels: pl.Series) -> pl.DataFrame:
    """One row per level of set labels: ``row`` (position), ``level``, ``share`` (1 / levels of the label)."""
    return (
        pl.DataFrame({"level": labels.str.split(SEPARATOR)})
        .with_row_index("row")
        .with_columns(share=1.0 / pl.col("level").list.len())
        .explode("level")
    )


@dataclass(frozen=True)
class Reviews:
    """Clean reviews in review_id order; days are integers since 1970."""

    frame: pl.DataFrame

    def ints(self, column: str, missing: int = -1) -> IntArray:
        """A number or date column as int64, null as ``missing``."""
        return ints(self.frame[column], missing)

    @cached_property
    def posted(self) -> IntArray:
        """Posting day of each review."""
        return self.ints("posted_day")


def ints(column: pl.Series, missing: int = -1) -> IntArray:
    """A number or date column as int64 (days since 1970), null as ``missing``."""
    numbers = column.to_physical() if column.dtype == pl.Date else column
    return numbers.cast(pl.Int64).fill_null(missing).to_numpy().astype(np.int64)


@dataclass(frozen=True)
class KeyedStays:
    """Stays under every identity key of their hotel label, sorted by key and stay.

    Attributes:
        stay: row in ``Stays``.
        key: code of the identity key.
        share: part of the hotel label that has this key, in millionths (integers add up exactly).
        is_exact: whether the key is a hotel known by name.
        is_city: whether the key stands for city hotels, else for resorts.
    """

    stay: IntArray
    key: IntArray
    share: IntArray
    is_exact: BoolArray
    is_city: BoolArray


def keyed(stays: Stays, reviews: Reviews, hotels: pl.DataFrame) -> tuple[KeyedStays, IntArray]:
    """Identity keys of both sides: stays by key, and the key code of each review (-1: no hotel of ours)."""
    keys = stay_keys(hotels).join(hotels.select("hotel", "is_city").unique("hotel"), on="hotel", how="left")
    codes = {key: code for code, key in enumerate(sorted(set(keys["key"].to_list())))}
    coded = keys.with_columns(code=pl.col("key").replace_strict(codes, return_dtype=pl.Int64))
    rows = (
        stays.levels("hotel_levels")
        .join(coded, left_on="level", right_on="hotel", how="inner")
        .group_by("code", "row")
        .agg(
            share=pl.col("share").sum(),
            is_exact=(pl.col("identity") == "exact").first(),
            is_city=pl.col("is_city").first(),
        )
        .sort("code", "row")
    )
    micro = (rows["share"].to_numpy() * 1e6).round().astype(np.int64)
    flags = [rows[name].to_numpy().astype(np.bool_) for name in ("is_exact", "is_city")]
    by_stay = KeyedStays(ints(rows["row"]), ints(rows["code"]), micro, *flags)
    places = review_keys(reviews.frame, hotels)
    stays_of_reviews = reviews.frame.join(
        places, on=["hotel_name", "hotel_city", "hotel_country"], how="left", nulls_equal=True, maintain_order="left"
    )["key"]
    return by_stay, ints(stays_of_reviews.replace_strict(codes, default=None, return_dtype=pl.Int64))


def review_side(reviews: pl.DataFrame) -> Reviews:
    """Reviews in review_id order; without a column ``room_count`` none says how many rooms it was about."""
    return Reviews(counted(reviews).select(REVIEW_COLUMNS).sort("review_id"))


def distinct(column: pl.Series) -> tuple[list[Any], IntArray]:
    """Sorted distinct non-null values, and each row's position among them (-1: null)."""
    values = sorted(column.drop_nulls().unique().to_list())
    places = {value: place for place, value in enumerate(values)}
    return values, ints(column.replace_strict(places, default=None, return_dtype=pl.Int64))
