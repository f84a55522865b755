"""Delivered booking rows to typed ones (Hotel Booking Demand's columns, Data in Brief 22, 2019).

Published quirks: ``NULL`` and ``NA`` are gaps, and so is whatever else stands for nothing (``cells``); ``Undefined``
(meal, segment, channel) stays a level, because the publishers use it as one; stays of zero nights and parties without
adults are real rows and stay; the one negative and the one absurd rate go to quarantine; ``CN`` and ``TMP`` are mapped
(see ``RawSettings.country_aliases``).
"""

from collections.abc import Collection
from datetime import date
from functools import lru_cache

import polars as pl
import pycountry

from assets.raw.cells import (
    Field,
    code,
    contact,
    decimal,
    flag,
    key,
    label,
    plain,
    value_of,
    where,
    whole_number,
)
from assets.raw.contract import RAW_BOOKINGS
from assets.raw.guest_keys import unfit_guest_keys, without_unfit
from assets.raw.identity import NUMBER, ROOM_NUMBER, Naming, identify
from assets.raw.quarantine import Parsed, quarantine_frame, split_rows, unfit_frame
from assets.raw.recurrence import same_numbered_room, same_room
from assets.raw.settings import RawSettings
from resources.sources.base import BOOKING_COLUMNS, OPTIONAL_BOOKING_COLUMNS, Stream
from resources.sources.dates import iso_day
from resources.sources.keys import key_expression

STATUSES = ("Check-Out", "Canceled", "No-Show")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


_CODED = (
    "reservation_id", "room_number", "guest_key", "guest_name", "email", "phone", "card_number",
    "agent", "company", "country", "meal", "market_segment", "distribution_channel",
    "reserved_room_type", "assigned_room_type", "deposit_type", "customer_type",
)  # fmt: skip
_CONTACTS = ("guest_name", "email", "phone", "card_number")
_OWN = ("row_id", "repeat_ordinal", "delivery_day")


def parse_bookings(rows: pl.DataFrame, settings: RawSettings, days: Collection[date] | None = None) -> Parsed:
    """Sound bookings, and every problem of the others.

    Args:
        rows: exchange format of the bookings stream with its lineage, in delivery order; beside the asked days, rows
            of the days that they look back to may be among them.
        settings: bounds, country aliases, what stands for a gap, what one key may hold.
        days: asked for; None: every day of the rows.

    Returns:
        ``rows`` per ``RAW_BOOKINGS`` (delivery order) and ``problems`` per ``QUARANTINE``. The delivered rows are
        the sound ones plus the distinct ``row_id`` of the problems.
    """
    asked = set(rows["_delivery_day"].to_list()) if days is None else set(days)
    fields = _fields(settings)
    sound, problems = split_rows(rows, fields, settings.gaps(_CODED))
    words = settings.words
    keyed = sound.with_columns(
        key_expression(pl.col("reservation_id"), words).alias(NUMBER),
        key_expression(pl.col("room_number"), words).alias(ROOM_NUMBER),
        (value_of("weekend_nights") + value_of("week_nights")).alias("=nights"),
    )
    identified = identify(keyed, _naming(settings), settings.repeat_look_back_days, asked)
    kept = RAW_BOOKINGS.conform(
        identified.rows.select(
            "row_id",
            "repeat_ordinal",
            *(value_of(name).alias(name) for name in RAW_BOOKINGS.names if name not in _OWN),
            pl.col("_delivery_day").alias("delivery_day"),
        )
    )
    unfit = unfit_guest_keys(rows, settings, asked)
    shown = pl.concat([unfit_frame(unfit), unfit_frame(identified.unfit, "reservation_id")])
    quarantined = quarantine_frame(Stream.BOOKINGS, rows, problems).filter(pl.col("delivery_day").is_in(asked))
    return Parsed(without_unfit(kept, unfit), quarantined, identified.decisions, shown)


def _naming(settings: RawSettings) -> Naming:
    dates_and_room = ("hotel", "assigned_room_type", "reserved_room_type", "arrival_day", "nights", "rate")
    return Naming(
        prefix="reservation",
        columns=(*BOOKING_COLUMNS, *(name for name in OPTIONAL_BOOKING_COLUMNS if name != "room_number")),
        later_columns=("room_number",),
        said=tuple(name for name in RAW_BOOKINGS.names if name not in _OWN),
        place=(*dates_and_room, "_status_day", "adults", "children", "babies", "guest_key", "guest_name", "email"),
        marks=(*dates_and_room, "_status_day"),
        event_day="_status_day",
        same=same_room,
        same_numbered=same_numbered_room,
        most=settings.reservation_max_rows,
    )


def _fields(settings: RawSettings) -> list[Field]:
    guests, nights = settings.max_guests, settings.max_nights
    return [
        label("hotel", "hotel"),
        flag("is_canceled", "is_canceled"),
        label("reservation_status", "reservation_status", allowed=STATUSES),
        _cancellation_agrees(),
        *_arrival(),
        whole_number("stays_in_weekend_nights", "weekend_nights", maximum=nights),
        whole_number("stays_in_week_nights", "week_nights", maximum=nights),
        whole_number("lead_time", "lead_time_days", maximum=settings.max_lead_time_days),
        whole_number("adults", "adults", maximum=guests),
        whole_number("children", "children", maximum=guests, nullable=True),
        whole_number("babies", "babies", maximum=guests),
        label("meal", "meal", nullable=True),
        _country(settings),
        label("market_segment", "market_segment", nullable=True),
        label("distribution_channel", "distribution_channel", nullable=True),
        flag("is_repeated_guest", "is_repeated_guest"),
        whole_number("previous_cancellations", "previous_cancellations"),
        whole_number("previous_bookings_not_canceled", "previous_bookings_not_canceled"),
        label("reserved_room_type", "reserved_room_type"),
        label("assigned_room_type", "assigned_room_type"),
        whole_number("booking_changes", "booking_changes"),
        label("deposit_type", "deposit_type"),
        code("agent", "agent"),
        code("company", "company"),
        whole_number("days_in_waiting_list", "days_in_waiting_list"),
        label("customer_type", "customer_type"),
        decimal("adr", "rate", maximum=settings.max_rate),
        whole_number("required_car_parking_spaces", "parking_spaces"),
        whole_number("total_of_special_requests", "special_requests"),
        _status_day(),
        key("guest_key", "guest_key", settings.words),
        *(contact(name, name) for name in _CONTACTS),
    ]


def _arrival_day() -> pl.Expr:
    month = plain("arrival_date_month").replace_strict(
        {name: f"{number:02d}" for number, name in enumerate(MONTHS, start=1)}, default=None, return_dtype=pl.String
    )
    year, day = (plain(name).str.replace(r"\.0+$", "") for name in ("arrival_date_year", "arrival_date_day_of_month"))
    return iso_day(pl.format("{}-{}-{}", year, month, day.str.zfill(2)))


def _arrival() -> list[Field]:
    """The arrival day from its three parts; a day that the month has not is refused at the day column."""
    year = whole_number("arrival_date_year", "_arrival_year", minimum=_FIRST_YEAR, maximum=_LAST_YEAR)
    month = label("arrival_date_month", "_arrival_month", allowed=MONTHS)
    day = whole_number("arrival_date_day_of_month", "_arrival_day_of_month", minimum=1, maximum=31)
    parts_are_sound = ~(year.is_bad | month.is_bad | day.is_bad)
    arrival = value_of("arrival_day")
    is_stay = parts_are_sound & (plain("reservation_status") == "Check-Out")
    return [
        year,
        month,
        day,
        Field(
            source="arrival_date_day_of_month",
            name="arrival_day",
            value=_arrival_day(),
            is_bad=parts_are_sound & arrival.is_null(),
            expected="a day that the month has",
        ),
        Field(
            source="reservation_status_date",
            name="_check_out_follows_arrival",
            value=pl.lit(None),
            is_bad=where(is_stay & (arrival > value_of("_status_day"))),
            expected="a check-out on or after the arrival",
        ),
        Field(
            source="reservation_status_date",
            name="_check_out_was_delivered_after_arrival",
            value=pl.lit(None),
            is_bad=where(is_stay & (arrival > pl.col("_delivery_day")) & (arrival <= value_of("_status_day"))),
            expected="a check-out of a stay that has begun by the day of the delivery",
        ),
    ]


def _cancellation_agrees() -> Field:
    canceled, status = plain("is_canceled"), plain("reservation_status")
    both_known = canceled.is_in(["0", "1"]) & status.is_in(STATUSES)
    disagree = both_known & ((canceled == "1") == (status == "Check-Out"))
    return Field(
        source="is_canceled",
        name="_cancellation_agrees",
        value=pl.lit(None),
        is_bad=where(disagree),
        expected="1 for Canceled and No-Show, 0 for Check-Out",
    )


def _status_day() -> Field:
    name = "_status_day"
    return Field(
        source="reservation_status_date",
        name=name,
        value=iso_day(plain("reservation_status_date")),
        is_bad=~where(value_of(name).dt.year().is_between(_FIRST_YEAR, _LAST_YEAR)),
        expected="a day of the calendar, YYYY-MM-DD",
    )


def _country(settings: RawSettings) -> Field:
    aliases = dict(alias.split(":") for alias in settings.country_aliases)
    value = plain("country").str.to_uppercase().replace(aliases)
    known = [*iso_alpha_3(), *settings.extra_country_codes]
    is_bad = where(~value_of("country").is_in(known))
    expected = "an ISO 3166-1 alpha-3 code (or one named in raw.country_aliases, raw.extra_country_codes)"
    return Field(source="country", name="country", value=value, is_bad=is_bad, expected=expected)


@lru_cache(maxsize=1)
def iso_alpha_3() -> tuple[str, ...]:
    """The official alpha-3 codes, sorted."""
    return tuple(sorted(country.alpha_3 for country in pycountry.countries))
