"""Small raw frames for the tests of the privacy room."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from assets.privacy.publication import pseudonymise
from assets.privacy.settings import PrivacySettings
from assets.raw.contract import RAW_BOOKINGS, RAW_REVIEWS
from resources.secret_keys import SecretKey

KEY = SecretKey(b"k" * 32, "1")
DAY = date(2016, 3, 1)


def booking(number: int, **changes: Any) -> dict[str, Any]:
    """One completed stay of two nights that ends on its delivery day."""
    row: dict[str, Any] = dict.fromkeys(RAW_BOOKINGS.names)
    row |= {
        "row_id": f"row:{number:06d}", "hotel": "City Hotel", "is_canceled": False, "reservation_status": "Check-Out",
        "nights": 2, "weekend_nights": 0, "week_nights": 2, "lead_time_days": 10, "adults": 2, "children": 0,
        "babies": 0, "meal": "BB", "country": "PRT", "market_segment": "Direct", "distribution_channel": "Direct",
        "is_repeated_guest": False, "previous_cancellations": 0, "previous_bookings_not_canceled": 0,
        "reserved_room_type": "A", "assigned_room_type": "A", "booking_changes": 0, "deposit_type": "No Deposit",
        "days_in_waiting_list": 0, "customer_type": "Transient", "rate": 80.4, "parking_spaces": 0,
        "special_requests": 0, "delivery_day": DAY, "repeat_ordinal": 1,
    }  # fmt: skip
    row |= changes
    if row["arrival_day"] is None:
        row["arrival_day"] = row["delivery_day"] - timedelta(days=row["nights"])
    return row


def bookings(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Raw bookings in the columns of their contract."""
    return pl.DataFrame(rows, schema=RAW_BOOKINGS.schema, orient="row")


def linked(raw: pl.DataFrame, settings: PrivacySettings | None = None) -> pl.DataFrame:
    """Raw bookings beside their pseudonyms, as ``generalise`` takes them."""
    names = pseudonymise(raw, settings or PrivacySettings(), KEY)
    return raw.join(names, on=["delivery_day", "row_id"], how="left", maintain_order="left")


def reviews(texts: list[str | None], **columns: Any) -> pl.DataFrame:
    """Raw reviews whose positive text is given."""
    rows = []
    for number, text in enumerate(texts):
        row: dict[str, Any] = dict.fromkeys(RAW_REVIEWS.names)
        row |= {
            "row_id": f"review:{number}", "hotel_name": "Hotel", "hotel_address": "Street", "score": 8.0, "tags": "[]",
            "posted_day": DAY, "delivery_day": DAY, "positive_text": text, "repeat_ordinal": 1,
        }  # fmt: skip
        rows.append(row | columns)
    return pl.DataFrame(rows, schema=RAW_REVIEWS.schema, orient="row")


@st.composite
def streams(draw: st.DrawFn, *, max_rows: int = 40) -> pl.DataFrame:
    """Random raw bookings over three days, with and without guest keys, in random order."""
    has_guests = draw(st.booleans())
    rows = []
    for number in range(draw(st.integers(0, max_rows))):
        status = draw(st.sampled_from(["Check-Out", "Check-Out", "Canceled", "No-Show"]))
        day = DAY + timedelta(days=draw(st.integers(0, 2)))
        nights = draw(st.integers(0, 14))
        is_on_time = status == "Check-Out" and draw(st.integers(0, 9)) > 0
        arrival = day - timedelta(days=nights) if is_on_time else day + timedelta(days=draw(st.integers(-9, 90)))
        guest = f"guest {draw(st.integers(0, 15))}" if has_guests and draw(st.booleans()) else None
        changes = {
            "delivery_day": day, "reservation_status": status, "nights": nights, "arrival_day": arrival,
            "guest_key": guest, "is_canceled": status != "Check-Out", "lead_time_days": draw(st.integers(0, 400)),
            "adults": draw(st.integers(0, 4)), "children": draw(st.sampled_from([0, 0, 1, 2, None])),
            "is_repeated_guest": draw(st.booleans()), "hotel": draw(st.sampled_from(["City Hotel", "Resort Hotel"])),
            "country": draw(st.sampled_from(["PRT", "GBR", "FRA", None])),
            "agent": draw(st.sampled_from(["9", "a|b", None])), "company": draw(st.sampled_from([None, None, "40"])),
        }  # fmt: skip
        rows.append(booking(number, **changes))
    return bookings(draw(st.permutations(rows)))
