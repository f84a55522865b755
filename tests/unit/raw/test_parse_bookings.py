from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assets.raw.contract import QUARANTINE, RAW_BOOKINGS
from assets.raw.parse_bookings import MONTHS, iso_alpha_3, parse_bookings
from assets.raw.quarantine import conservation
from assets.raw.settings import RawSettings
from resources.sources.base import BOOKING_COLUMNS, Stream
from tests.unit.raw.builders import booking, delivery

SETTINGS = RawSettings()


def parse(*rows: dict[str, str | None]) -> tuple[pl.DataFrame, pl.DataFrame]:
    parsed = parse_bookings(delivery(Stream.BOOKINGS, rows), SETTINGS)
    return parsed.rows, parsed.problems


def kept(**changes: str | None) -> dict[str, object]:
    rows, problems = parse(booking(**changes))
    assert problems.is_empty(), problems["reason"].to_list()
    return rows.row(0, named=True)


def refused(**changes: str | None) -> list[tuple[str, str]]:
    rows, problems = parse(booking(**changes))
    assert rows.is_empty()
    return problems.select("column", "reason").rows()


def test_a_sound_row_is_typed() -> None:
    row = kept(guest_key="G1", email="a@b.example")
    assert row["arrival_day"] == date(2016, 7, 1)
    assert (row["nights"], row["weekend_nights"], row["week_nights"]) == (2, 1, 1)
    assert (row["rate"], row["adults"], row["is_canceled"], row["is_repeated_guest"]) == (95.5, 2, False, False)
    assert (row["agent"], row["company"], row["guest_key"], row["email"]) == ("9", None, "G1", "a@b.example")
    assert row["delivery_day"] == date(2016, 7, 3)


def test_frames_keep_their_contracts() -> None:
    for rows, problems in (parse(), parse(booking()), parse(booking(adults="x"))):
        assert dict(rows.schema) == RAW_BOOKINGS.schema
        assert dict(problems.schema) == QUARANTINE.schema


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"country": "NULL"}, "country", None),
        ({"country": "CN"}, "country", "CAN"),
        ({"country": "TMP"}, "country", "TLS"),
        ({"country": "prt"}, "country", "PRT"),
        ({"children": "NA"}, "children", None),
        ({"children": "1.0"}, "children", 1),
        ({"meal": "Undefined"}, "meal", "Undefined"),
        ({"market_segment": "Undefined"}, "market_segment", "Undefined"),
        ({"adults": "0"}, "adults", 0),
        ({"stays_in_weekend_nights": "0", "stays_in_week_nights": "0"}, "nights", 0),
        ({"adr": "0"}, "rate", 0.0),
        ({"arrival_date_year": "2016.0", "arrival_date_day_of_month": "2.0"}, "arrival_day", date(2016, 7, 2)),
    ],
)
def test_published_quirks_are_kept(changes: dict[str, str], column: str, value: object) -> None:
    assert kept(**changes)[column] == value


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"adr": "-6.38"}, "adr"),
        ({"adr": "5400"}, "adr"),
        ({"stays_in_weekend_nights": "-1"}, "stays_in_weekend_nights"),
        ({"lead_time": "1.5"}, "lead_time"),
        ({"adults": "1000"}, "adults"),
        ({"country": "XQZ"}, "country"),
        ({"is_canceled": "1"}, "is_canceled"),
        ({"reservation_status": "Unknown"}, "reservation_status"),
        ({"arrival_date_month": "Juli"}, "arrival_date_month"),
        ({"arrival_date_year": "20016"}, "arrival_date_year"),
        ({"arrival_date_day_of_month": "0"}, "arrival_date_day_of_month"),
        ({"arrival_date_day_of_month": "31", "arrival_date_month": "June"}, "arrival_date_day_of_month"),
        ({"arrival_date_day_of_month": "9"}, "reservation_status_date"),
        ({"reservation_status_date": "2016-02-30"}, "reservation_status_date"),
        ({"hotel": ""}, "hotel"),
        ({"is_repeated_guest": "2"}, "is_repeated_guest"),
    ],
)
def test_damaged_cells_are_refused_by_column(changes: dict[str, str], column: str) -> None:
    assert [name for name, _ in refused(**changes)] == [column]


def test_all_problems_of_a_row_are_told_in_column_order() -> None:
    found = refused(adr="x", adults="-1", arrival_date_month="Juli", country="XQZ")
    assert [name for name, _ in found] == ["arrival_date_month", "adults", "country", "adr"]


def test_a_stay_that_begins_after_its_delivery_costs_its_row_and_not_the_day() -> None:
    late = booking(arrival_date_day_of_month="9", reservation_status_date="2016-07-12")
    rows, problems = parse(booking(), late)
    assert rows.height == 1
    assert problems.select("column", "reason").rows() == [
        (
            "reservation_status_date",
            "got '2016-07-12', expected a check-out of a stay that has begun by the day of the delivery",
        )
    ]


def test_a_cancelled_booking_may_end_before_it_would_have_begun() -> None:
    row = kept(is_canceled="1", reservation_status="Canceled", reservation_status_date="2016-05-01")
    assert row["is_canceled"] is True


def test_deliveries_in_pieces_are_read_as_in_one() -> None:
    """A source joins its days without copying: filters leave empty pieces, which polars must not meet."""
    days = [
        delivery(Stream.BOOKINGS, [booking(adr="5400" if day == bad else "95.5") for bad in (2, 4, 4)])
        for day in range(5)
    ]
    pieces = pl.concat(days, rechunk=False).with_columns(pl.lit(None, dtype=pl.String).alias("_problem"))
    found, whole = (parse_bookings(rows, SETTINGS) for rows in (pieces, pieces.rechunk()))
    assert found.rows.equals(whole.rows)
    assert found.problems.equals(whole.problems)
    assert found.problems["column"].to_list() == ["adr"] * 3


def test_all_months_are_known() -> None:
    for number, month in enumerate(MONTHS, start=1):
        changes = {"arrival_date_month": month, "arrival_date_year": "2015"}
        assert kept(**changes)["arrival_day"] == date(2015, number, 1)


def test_extra_country_codes_are_accepted_by_setting() -> None:
    frame = delivery(Stream.BOOKINGS, [booking(country="XKX")])
    assert not parse_bookings(frame, SETTINGS).problems.is_empty()
    assert parse_bookings(frame, RawSettings(extra_country_codes=("XKX",))).problems.is_empty()
    assert "XKX" not in iso_alpha_3()


def test_a_row_that_cannot_be_read_has_one_problem() -> None:
    frame = delivery(Stream.BOOKINGS, [booking(), dict.fromkeys(BOOKING_COLUMNS)]).with_columns(
        pl.Series("_problem", [None, "3 fields, expected 32"], dtype=pl.String),
        pl.Series("_raw_text", [None, "a,b,c"], dtype=pl.String),
    )
    rows, problems, *_ = parse_bookings(frame, SETTINGS)
    assert rows.height == 1
    assert problems.select("column", "reason", "raw_text", "source_row").rows() == [
        (None, "3 fields, expected 32", "a,b,c", 2)
    ]


def test_input_is_not_changed_and_order_is_kept() -> None:
    frame = delivery(Stream.BOOKINGS, [booking(adr=str(rate)) for rate in (9, 1, 5)])
    before = frame.clone()
    assert parse_bookings(frame, SETTINGS).rows["rate"].to_list() == [9.0, 1.0, 5.0]
    assert frame.equals(before)


CELL = st.none() | st.text(max_size=6) | st.sampled_from(["NULL", "NA", "0", "1", "-1", "PRT", "2016-07-03", "July"])


@hypothesis_settings(max_examples=15, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(BOOKING_COLUMNS), CELL, max_size=4), min_size=1, max_size=20))
def test_whatever_is_delivered_is_kept_or_quarantined(changes: list[dict[str, str | None]]) -> None:
    frame = delivery(Stream.BOOKINGS, [{**booking(), **change} for change in changes])
    parsed = parse_bookings(frame, SETTINGS)
    assert conservation(frame, parsed).passed
    assert parsed.rows["row_id"].is_unique().all()
    turned = parse_bookings(frame.reverse(), SETTINGS)
    assert sorted(turned.rows["row_id"]) == sorted(parsed.rows["row_id"])
    assert sorted(turned.problems["row_id"]) == sorted(parsed.problems["row_id"])
