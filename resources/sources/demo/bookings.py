"""Reservations as rows of the exchange format, with the published quirks in about their published shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from resources.sources.base import BOOKING_COLUMNS, OPTIONAL_BOOKING_COLUMNS
from resources.sources.demo import terms
from resources.sources.demo.catalogue import (
    KINDS,
    SEGMENTS,
    booked_name,
    country_codes,
    hotels,
    kind_of_hotel,
    marginals,
)
from resources.sources.demo.guests import CHANNELS, CUSTOMER_TYPES, Guests
from resources.sources.demo.identities import Identities, guest_ids, reservation_ids
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.stays import CHECK_OUT, STATUSES, Stays
from resources.sources.demo.streams import Streams, pick_from

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_GROUP_ROOMS = (0.3, 0.25, 0.2, 0.12, 0.08, 0.05)  # 1 to 6 rooms: rows that repeat each other, as published
# Shares counted in the public rows.
_UNKNOWN_CHILDREN, _UNDEFINED = 4 / 119_390, 5 / 119_390
_ABSURD_RATE, _NEGATIVE_RATE, _FREE_STAY, _UPGRADED = 1 / 119_390, 1 / 119_390, 0.01, 0.75
_REFUNDABLE, _OLD_CANCELLATION = 0.0014, 0.22


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What was agreed, one entry per stay: room, price and party."""

    room: np.ndarray  # text, as all labels
    assigned_room: np.ndarray
    rate: np.ndarray
    adults: np.ndarray
    children: np.ndarray
    babies: np.ndarray
    rooms: np.ndarray  # number of rooms, one row each


def terms_of(settings: DemoSettings, guests: Guests, stays: Stays) -> Terms:
    """Room, price and party of every stay.

    Args:
        settings: of the world.
        guests: one row per stay.
        stays: of those guests.
    """
    draws, kind = Streams(settings.seed, "bookings"), kind_of_hotel(settings.hotels)[stays.hotel]
    number = stays.number
    room = _rooms(draws, number, kind)
    changed = draws.chance("room changed", number, np.array([marginals(k)["room_changed"] for k in range(2)])[kind])
    other = _rooms(draws, number, kind, stream="other room")
    better = np.where(draws.chance("upgrade", number, _UPGRADED), np.where(other > room, other, room), other)
    # Children travel with two adults; with one they mostly stay at home (public data: 1 party in 40 against 1 in 11).
    with_children = draws.chance("children come", number, np.where(guests.adults > 1, 1.0, 0.3))
    groups = (guests.segment == terms.GROUPS) | ((guests.customer_type == 1) & draws.chance("party", number, 0.1))
    rooms = np.where(groups, 1 + draws.pick("rooms", number, _GROUP_ROOMS), 1)
    return Terms(
        room=room,
        assigned_room=np.where(changed, better, room),
        rate=_rates(settings, draws, guests, stays, kind, room),
        adults=guests.adults,
        children=np.where(with_children, guests.children, 0),
        babies=np.where(with_children, guests.babies, 0),
        rooms=rooms,
    )


def _rooms(draws: Streams, number: np.ndarray, kind: np.ndarray, stream: str = "room") -> np.ndarray:
    uniforms = draws.uniform(stream, number)
    result = np.full(len(number), "A", dtype="U1")
    for index in range(len(KINDS)):
        rows = np.flatnonzero(kind == index)
        shares = marginals(index)["rooms"]
        result[rows] = np.array(list(shares))[pick_from(uniforms[rows], list(shares.values()))]
    return result


def _rates(
    settings: DemoSettings, draws: Streams, guests: Guests, stays: Stays, kind: np.ndarray, room: np.ndarray
) -> np.ndarray:
    month = terms.months_of(stays.arrival, settings.start)

    def base(rows: np.ndarray, shares: Mapping[str, Any]) -> np.ndarray:
        by_room = np.array([shares["rate_by_room"].get(label, 1.0) for label in room[rows]])
        return np.array(shares["rate_by_month"])[month[rows]] * by_room

    hotel = np.array([item.rate for item in hotels(settings.hotels)])[stays.hotel]
    spread = terms.share_of("rate_spread", kind, guests.segment) * 0.75
    noise = np.exp(spread * draws.normal("rate", stays.number) - spread**2 / 2)
    rate = terms.per_kind(kind, base, np.float64) * terms.share_of("rate", kind, guests.segment) * hotel
    rate = np.round(rate * noise * guests.price_level * stays.price_factor, 2)
    is_free = (guests.segment == terms.COMPLEMENTARY) & draws.chance("complementary", stays.number, 0.9)
    rate = np.where(is_free | draws.chance("free", stays.number, _FREE_STAY), 0.0, rate)
    rate = np.where(draws.chance("negative", stays.number, _NEGATIVE_RATE), -6.38, rate)
    return np.where(draws.chance("absurd", stays.number, _ABSURD_RATE), 5400.0, rate)


def revenue_of(stays: Stays, agreed: Terms) -> np.ndarray:
    """Realised revenue per stay, all rooms: rate times nights if the guest stayed, else 0."""
    return np.where(stays.status == CHECK_OUT, np.round(agreed.rate * stays.nights) * agreed.rooms, 0.0)


def booking_rows(settings: DemoSettings, guests: Guests, stays: Stays, agreed: Terms) -> pl.DataFrame:
    """Rows in the exchange format (text) plus ``day`` (Int64, days from the start), ordered by day and id.

    Args:
        settings: of the world.
        guests: one row per stay.
        stays: of those guests.
        agreed: of those stays.
    """
    kind = kind_of_hotel(settings.hotels)[stays.hotel]
    columns = {
        **_when(settings, stays),
        **_who(settings, guests, stays, agreed),
        **_what(settings, stays, agreed, kind),
        **_identifiers(settings, guests),
    }
    frame = pl.DataFrame({name: _text(values) for name, values in columns.items()})
    frame = frame.with_columns(pl.Series("day", stays.status_day), pl.Series("rooms", agreed.rooms))
    frame = frame.with_columns(pl.Series("stay", stays.number), pl.int_ranges("rooms").alias("room")).explode("room")
    ids = reservation_ids(frame["stay"].to_numpy(), frame["room"].to_numpy())
    # Each room of a stay has a reservation number of its own, so that none is needed beside it.
    named = pl.Series("reservation_id", ids).cast(pl.String).str.zfill(12)
    frame = frame.with_columns(named, pl.lit(None, dtype=pl.String).alias("room_number"))
    return frame.select(*BOOKING_COLUMNS, *OPTIONAL_BOOKING_COLUMNS, "day").sort("day", "reservation_id")


def _text(values: np.ndarray | list[Any]) -> pl.Series:
    series = pl.Series(values if isinstance(values, list) else np.ascontiguousarray(values))
    return series if series.dtype == pl.String else series.cast(pl.String)


def _when(settings: DemoSettings, stays: Stays) -> dict[str, np.ndarray | list[Any]]:
    arrival = pl.Series(np.datetime64(settings.start, "D") + stays.arrival)
    status_day = pl.Series(np.datetime64(settings.start, "D") + stays.status_day)
    weekend = _weekend_nights(terms.weekdays_of(stays.arrival, settings.start), stays.nights)
    return {
        "hotel": np.array([booked_name(hotel, named=settings.named_hotels) for hotel in hotels(settings.hotels)])[
            stays.hotel
        ],
        "is_canceled": (stays.status != CHECK_OUT).astype(np.int64),
        "lead_time": stays.lead,
        "arrival_date_year": arrival.dt.year().to_numpy(),
        "arrival_date_month": np.array(_MONTHS)[arrival.dt.month().to_numpy() - 1],
        "arrival_date_week_number": arrival.dt.week().to_numpy(),
        "arrival_date_day_of_month": arrival.dt.day().to_numpy(),
        "stays_in_weekend_nights": weekend,
        "stays_in_week_nights": stays.nights - weekend,
        "reservation_status": np.array(STATUSES)[stays.status],
        "reservation_status_date": status_day.dt.to_string("%Y-%m-%d").to_list(),
    }


def _weekend_nights(weekday: np.ndarray, nights: np.ndarray) -> np.ndarray:
    """Nights that begin on a Saturday or Sunday, of a stay that begins on ``weekday`` (0 = Monday)."""
    rest = nights % 7
    last = weekday + rest  # exclusive
    saturdays = ((weekday <= 5) & (last > 5)).astype(np.int64) + (last > 12)
    sundays = ((weekday <= 6) & (last > 6)).astype(np.int64) + (last > 13)
    return nights // 7 * 2 + saturdays + sundays


def labels_of(settings: DemoSettings, guests: Guests, stays: Stays) -> dict[str, np.ndarray]:
    """What a row says of the guest as a customer: country, segment, channel, repeated or not, agent, company, type."""
    undefined = Streams(settings.seed, "bookings").chance("undefined", stays.number, _UNDEFINED)
    return {
        "country": np.array(country_codes())[guests.country],
        "market_segment": np.where(undefined, "Undefined", np.array(SEGMENTS)[guests.segment]),
        "distribution_channel": np.where(undefined, "Undefined", np.array(CHANNELS)[guests.channel]),
        "is_repeated_guest": (guests.is_recognised & (stays.completed_before > 0)).astype(np.int64),
        "agent": np.where(guests.agent > 0, guests.agent.astype(str), "NULL"),
        "company": np.where(guests.company > 0, guests.company.astype(str), "NULL"),
        "customer_type": np.array(CUSTOMER_TYPES)[guests.customer_type],
    }


def _who(settings: DemoSettings, guests: Guests, stays: Stays, agreed: Terms) -> dict[str, np.ndarray | list[Any]]:
    draws, number = Streams(settings.seed, "bookings"), stays.number
    is_known = guests.is_recognised
    was_cancelled = (guests.segment == terms.GROUPS) & stays.is_non_refund
    was_cancelled &= draws.chance("old cancellation", number, _OLD_CANCELLATION)
    return {
        "adults": agreed.adults,
        "children": np.where(draws.chance("no count", number, _UNKNOWN_CHILDREN), "NA", agreed.children.astype(str)),
        "babies": agreed.babies,
        "previous_cancellations": np.where(is_known, stays.cancelled_before, was_cancelled.astype(np.int64)),
        "previous_bookings_not_canceled": np.where(is_known, stays.completed_before, 0),
        **labels_of(settings, guests, stays),
    }


def _what(settings: DemoSettings, stays: Stays, agreed: Terms, kind: np.ndarray) -> dict[str, np.ndarray | list[Any]]:
    draws, number = Streams(settings.seed, "bookings"), stays.number
    refundable = draws.chance("refundable", number, _REFUNDABLE)
    waits = draws.chance("waits", number, np.array([marginals(k)["waiting"] for k in range(2)])[kind])
    waiting = np.floor(-np.log(draws.uniform("waiting", number)) * 70).astype(np.int64) + 1
    return {
        "meal": _label(draws, number, kind, "meals"),
        "reserved_room_type": agreed.room,
        "assigned_room_type": agreed.assigned_room,
        "booking_changes": _label(draws, number, kind, "changes"),
        "deposit_type": np.where(stays.is_non_refund, "Non Refund", np.where(refundable, "Refundable", "No Deposit")),
        "days_in_waiting_list": np.where(waits, np.minimum(waiting, stays.lead), 0),
        "adr": [f"{rate:.2f}".rstrip("0").rstrip(".") for rate in agreed.rate],
        "required_car_parking_spaces": _label(draws, number, kind, "parking"),
        "total_of_special_requests": _label(draws, number, kind, "requests"),
    }


def _label(draws: Streams, number: np.ndarray, kind: np.ndarray, table: str) -> np.ndarray:
    uniforms = draws.uniform(table, number)
    result = np.full(len(number), "", dtype="U16")
    for index in range(len(KINDS)):
        rows = np.flatnonzero(kind == index)
        shares = marginals(index)[table]
        result[rows] = np.array(list(shares))[pick_from(uniforms[rows], list(shares.values()))]
    return result


def _identifiers(settings: DemoSettings, guests: Guests) -> dict[str, np.ndarray | list[Any]]:
    distinct, place = np.unique(guests.number, return_inverse=True)
    first = np.zeros(len(distinct), dtype=np.int64)
    first[place] = np.arange(len(place))
    identities = Identities(settings.seed, distinct, guests.country[first])
    has_key = Streams(settings.seed, "guests").chance("loyalty number", distinct, settings.guest_key_share)
    keys = [f"G{key:012d}" if has else None for key, has in zip(guest_ids(distinct).tolist(), has_key, strict=True)]
    rows = range(len(distinct))
    values = {
        "guest_key": keys,
        "guest_name": [" ".join(identities.name(row)) for row in rows],
        "email": [identities.email(row) for row in rows],
        "phone": [identities.phone(row) for row in rows],
        "card_number": [identities.card(row) for row in rows],
    }
    return {name: pl.Series(column, dtype=pl.String).gather(place).to_list() for name, column in values.items()}
