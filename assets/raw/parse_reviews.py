"""Delivered review rows to typed ones (515K Hotel Reviews Data in Europe's columns).

Published quirks: text fields begin and end with a blank and stay as delivered, ``No Negative`` and ``No Positive``
included; a nationality of blanks only is a gap; tags are a list written as text and stay text; reviews made of
emoji are sound rows here (cleaning and language belong to the ``reviews`` room).
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import polars as pl

from assets.raw.cells import Field, decimal, free_text, key, label, plain, value_of, where, whole_number
from assets.raw.contract import RAW_REVIEWS
from assets.raw.identity import NUMBER, ROOM_NUMBER, Naming, identify
from assets.raw.quarantine import Parsed, quarantine_frame, split_rows, unfit_frame
from assets.raw.recurrence import same_review
from assets.raw.settings import RawSettings
from resources.sources.base import OPTIONAL_REVIEW_COLUMNS, REVIEW_COLUMNS, Stream
from resources.sources.dates import us_day
from resources.sources.keys import Placeholders, key_expression

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_NO_TAGS = "[]"
_HIGHEST_SCORE = 10.0


_CODED = ("review_key", "reservation_id", "guest_key", "Reviewer_Nationality")
_LATER = ("reservation_id", "guest_key")  # a row without them keeps the id that it had before there were any
_OWN = ("row_id", "repeat_ordinal", "delivery_day")
_USUAL = RawSettings()


def parse_reviews(rows: pl.DataFrame, settings: RawSettings = _USUAL, days: Collection[date] | None = None) -> Parsed:
    """Sound reviews, and every problem of the others.

    Args:
        rows: exchange format of the reviews stream with its lineage, in delivery order; beside the asked days, rows
            of the days that they look back to may be among them.
        settings: what stands for a gap, what one key may hold.
        days: asked for; None: every day of the rows.

    Returns:
        ``rows`` per ``RAW_REVIEWS`` (delivery order) and ``problems`` per ``QUARANTINE``. The delivered rows are
        the sound ones plus the distinct ``row_id`` of the problems.
    """
    asked = set(rows["_delivery_day"].to_list()) if days is None else set(days)
    fields = _fields(settings.words)
    sound, problems = split_rows(rows, fields, settings.gaps(_CODED))
    keyed = sound.with_columns(
        key_expression(pl.col("review_key"), settings.words).alias(NUMBER),
        pl.lit(None, dtype=pl.String).alias(ROOM_NUMBER),
    )
    identified = identify(keyed, _naming(settings), settings.repeat_look_back_days, asked)
    kept = identified.rows.select(
        "row_id",
        "repeat_ordinal",
        *(value_of(name).alias(name) for name in RAW_REVIEWS.names if name not in _OWN),
        pl.col("_delivery_day").alias("delivery_day"),
    )
    quarantined = quarantine_frame(Stream.REVIEWS, rows, problems).filter(pl.col("delivery_day").is_in(asked))
    unfit = unfit_frame(identified.unfit, "review_key")
    return Parsed(RAW_REVIEWS.conform(kept), quarantined, identified.decisions, unfit)


def _naming(settings: RawSettings) -> Naming:
    stay = ("hotel_name", "posted_day", "reviewer_country_name", "tags")
    return Naming(
        prefix="review",
        columns=(*REVIEW_COLUMNS, *(name for name in OPTIONAL_REVIEW_COLUMNS if name not in _LATER)),
        later_columns=_LATER,
        said=tuple(name for name in RAW_REVIEWS.names if name not in _OWN),
        place=(*stay, "posted_at", "score", "title", "positive_text", "negative_text"),
        marks=stay,
        event_day="posted_day",
        same=same_review,
        same_numbered=same_review,
        most=settings.review_key_max_rows,
    )


def _fields(words: Placeholders) -> list[Field]:
    return [
        label("Hotel_Name", "hotel_name"),
        label("Hotel_Address", "hotel_address", nullable=True),
        decimal("Average_Score", "hotel_average_score", maximum=_HIGHEST_SCORE, nullable=True),
        whole_number("Total_Number_of_Reviews", "hotel_total_reviews", nullable=True),
        label("Reviewer_Nationality", "reviewer_country_name", nullable=True),
        free_text("Review_Title", "title"),
        free_text("Positive_Review", "positive_text"),
        free_text("Negative_Review", "negative_text"),
        decimal("Reviewer_Score", "score", maximum=_HIGHEST_SCORE),
        _tags(),
        whole_number("Total_Number_of_Reviews_Reviewer_Has_Given", "reviewer_reviews", nullable=True),
        *_posted_day(),
        _posted_at(),
        _reservation(words),
        key("guest_key", "guest_key", words),
    ]


def _reservation(words: Placeholders) -> Field:
    """The number in the form of the ids of bookings, so that both are known again in one spelling."""
    said = key("reservation_id", "reservation_id", words)
    return replace(said, value=pl.format("reservation:{}", said.value))


def _tags() -> Field:
    return Field(
        source="Tags",
        name="tags",
        value=free_text("Tags", "tags").value.fill_null(_NO_TAGS),
        is_bad=pl.lit(value=False),
    )


def _posted_day() -> list[Field]:
    """The day of posting: of the calendar, and not after the delivery."""
    name = "posted_day"
    return [
        Field(
            source="Review_Date",
            name=name,
            value=us_day(plain("Review_Date")),
            is_bad=~where(value_of(name).dt.year().is_between(_FIRST_YEAR, _LAST_YEAR)),
            expected="a day of the calendar, M/D/YYYY",
        ),
        Field(
            source="Review_Date",
            name="_was_posted_before_delivery",
            value=pl.lit(None),
            is_bad=where(value_of(name) > pl.col("_delivery_day")),
            expected="a day up to that of the delivery",
        ),
    ]


def _posted_at() -> Field:
    text = plain("Posted_At").str.replace(" ", "T", literal=True)
    value = pl.coalesce(
        text.str.to_datetime(pattern, time_unit="us", strict=False)
        for pattern in ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")
    )
    return Field(
        source="Posted_At",
        name="posted_at",
        value=value,
        is_bad=plain("Posted_At").is_not_null() & value_of("posted_at").is_null(),
        expected="a local time, YYYY-MM-DDTHH:MM:SS",
    )
