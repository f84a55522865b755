"""Rows of one reservation number: rooms, corrections and repeats, on one day and over days."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assets.raw.composition import apply_policy
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.quarantine import Parsed
from assets.raw.settings import RawSettings
from resources.sources.base import Stream
from tests.unit.raw.builders import booking, delivery, review

FIRST = date(2016, 7, 3)
Cells = dict[str, str | None]


def stay(departure: int, nights: int = 2, **changes: str | None) -> Cells:
    """A stay under one number that ends so many days after the first day."""
    ends, begins = (FIRST + timedelta(days=departure - back) for back in (0, nights))
    dates = {
        "arrival_date_year": str(begins.year), "arrival_date_month": begins.strftime("%B"),
        "arrival_date_day_of_month": str(begins.day), "stays_in_weekend_nights": "0",
        "stays_in_week_nights": str(nights), "reservation_status_date": str(ends),
    }  # fmt: skip
    return booking(**{"reservation_id": "R", **dates, **changes})


def parsed(sent: dict[int, list[Cells]], settings: RawSettings | None = None) -> Parsed:
    parts = [delivery(Stream.BOOKINGS, rows, FIRST + timedelta(days=day)) for day, rows in sent.items()]
    return parse_bookings(pl.concat(parts), settings or RawSettings())


def kept(sent: dict[int, list[Cells]], settings: RawSettings | None = None) -> pl.DataFrame:
    given_settings = settings or RawSettings()
    found = parsed(sent, given_settings)
    return apply_policy(found.rows, Stream.BOOKINGS, given_settings, decisions=found.decisions)[0]


def things(sent: dict[int, list[Cells]]) -> int:
    """Bookings that count in the end."""
    return kept(sent)["row_id"].n_unique()


ROOMS: dict[str, dict[int, list[Cells]]] = {
    "departures on their days": {day: [stay(day)] for day in range(6)},
    "one arrival, departures on their days": {day: [stay(day, nights=2 + day)] for day in range(6)},
    "a day behind the departure": {day + 1: [stay(day, nights=2 + day)] for day in range(6)},
    "room types given on their days": {day: [stay(day, assigned_room_type="ABCDEF"[day])] for day in range(6)},
    "room types on one day": {0: [stay(0, reserved_room_type=kind) for kind in "ABCDEF"]},
    "rates on one day": {0: [stay(0, adr=str(100 + room)) for room in range(6)]},
    "lengths on one day": {0: [stay(0, nights=1 + room) for room in range(6)]},
    "guests on one day": {0: [stay(0, guest_key=f"G{room}") for room in range(6)]},
    "hotels on one day": {0: [stay(0, hotel=f"H{room}") for room in range(6)]},
    "hotels over days": {day: [stay(0, hotel=f"H{day}")] for day in range(6)},
    "numbered rooms that are all alike": {0: [stay(0, room_number=str(room)) for room in range(101, 107)]},
    "numbered rooms over days": {day: [stay(0, room_number=f"{day + 1}.0")] for day in range(6)},
}


@pytest.mark.parametrize("sent", ROOMS.values(), ids=ROOMS.keys())
def test_every_room_of_a_reservation_counts(sent: dict[int, list[Cells]]) -> None:
    rows = kept(sent)
    assert rows.height == 6
    assert rows["row_id"].n_unique() == 6
    assert "reservation:R" in rows["row_id"].to_list() or all(":room:" in name for name in rows["row_id"])


CORRECTIONS: dict[str, dict[int, list[Cells]]] = {
    "another rate": {0: [stay(0)], 3: [stay(0, adr="120")]},
    "another length": {0: [stay(0)], 3: [stay(1, nights=3)]},
    "another country": {0: [stay(0)], 3: [stay(0, country="ESP")]},
    "the day of the status is that of the new row": {
        0: [stay(0)], 3: [stay(0, adr="9", reservation_status_date="2016-07-06")],
    },
    "a cancellation that was none": {
        0: [stay(0, is_canceled="1", reservation_status="Canceled")], 2: [stay(0)],
    },
    "one of several rooms": {
        0: [stay(0), stay(0, reserved_room_type="B")], 2: [stay(0, reserved_room_type="B", adr="1")],
    },
    "on the same day": {0: [stay(0), stay(0, reserved_room_type="B"), stay(0, country="ESP")]},
    "a numbered room in all it says": {
        0: [stay(0, room_number="7"), stay(0, room_number="8")], 2: [stay(2, 1, room_number="7", adr="1")],
    },
}  # fmt: skip


@pytest.mark.parametrize(("name", "sent"), CORRECTIONS.items(), ids=CORRECTIONS.keys())
def test_a_correction_takes_the_place_of_its_room(name: str, sent: dict[int, list[Cells]]) -> None:
    rooms = 2 if any(len(rows) > 1 for rows in sent.values()) else 1
    assert things(sent) == rooms, name


def test_what_was_corrected_on_its_day_is_replaced_by_the_last_row() -> None:
    found = parsed({0: [stay(0), stay(0, country="ESP"), stay(0, country="FRA"), stay(0, country="FRA")]})
    rows, aside = apply_policy(found.rows, Stream.BOOKINGS, RawSettings(), decisions=found.decisions)
    assert rows.select("row_id", "country").rows() == [("reservation:R", "FRA")]
    assert sorted(aside["reason"]) == ["repeat", "replaced", "replaced"]
    assert aside["row_id"].n_unique() == 3


def test_a_number_that_fits_too_much_names_nothing() -> None:
    settings = RawSettings(reservation_max_rows=3)
    few = {0: [stay(0, adr=str(rate)) for rate in range(3)]}
    assert all(name.startswith("reservation:R") for name in kept(few, settings)["row_id"])
    many = parsed({0: [stay(0, adr=str(rate)) for rate in range(4)]}, settings)
    assert all(name.startswith("row:") for name in many.rows["row_id"])
    assert many.unfit.select("kind", "key", "rows").rows() == [("reservation_id", "… (1 characters)", 4)]


def reviews(sent: dict[int, list[Cells]]) -> Parsed:
    parts = [delivery(Stream.REVIEWS, rows, FIRST + timedelta(days=day)) for day, rows in sent.items()]
    return parse_reviews(pl.concat(parts))


def test_an_edited_review_is_one_review() -> None:
    found = reviews({0: [review(review_key="v1")], 2: [review(review_key="V1 ", Reviewer_Score="3")]})
    assert found.rows["row_id"].unique().to_list() == ["review:V1"]


def test_a_key_of_two_hotels_is_two_reviews() -> None:
    found = reviews({0: [review(review_key="V1")], 2: [review(review_key="V1", Hotel_Name="Other")]})
    assert found.rows["row_id"].n_unique() == 2


def test_reviews_under_one_word_that_nobody_listed_are_not_taken_for_one() -> None:
    rows = {
        day: [review(review_key="TEXT", Positive_Review=f"{day} {number}") for number in range(3)] for day in range(4)
    }
    found = reviews(rows)
    assert found.rows.filter(pl.col("delivery_day") > FIRST + timedelta(days=1))["row_id"].str.starts_with("row:").all()
    assert found.unfit.height


def test_placeholders_are_no_review_keys() -> None:
    words = ("NULL", "nan", "0", "N/A", None)
    found = reviews({day: [review(review_key=word, Positive_Review=str(day))] for day, word in enumerate(words)})
    assert found.rows["row_id"].n_unique() == len(words)


CELLS = st.fixed_dictionaries(
    {
        "departure": st.integers(0, 3), "nights": st.sampled_from([1, 2]), "adr": st.sampled_from(["80", "90"]),
        "reserved_room_type": st.sampled_from(["A", "B"]), "country": st.sampled_from(["PRT", "ESP"]),
        "reservation_id": st.sampled_from(["R", "r ", "S"]), "room_number": st.sampled_from([None, "1"]),
    }
)  # fmt: skip


@hypothesis_settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=4), min_size=5, max_size=5), st.integers(0, 4))
def test_a_day_depends_on_its_look_back_only(sent: list[list[dict[str, object]]], look_back: int) -> None:
    settings = RawSettings(repeat_look_back_days=look_back)
    parts = [
        delivery(Stream.BOOKINGS, [stay(**cells) for cells in rows], FIRST + timedelta(days=day))  # type: ignore[arg-type]
        for day, rows in enumerate(sent)
    ]
    whole = parse_bookings(pl.concat(parts), settings)
    for day in range(5):
        when = FIRST + timedelta(days=day)
        alone = parse_bookings(pl.concat(parts[max(0, day - look_back) : day + 1]), settings, [when])
        assert alone.rows.equals(whole.rows.filter(pl.col("delivery_day") == when))
        assert alone.decisions.equals(whole.decisions.filter(pl.col("delivery_day") == when))
        refused = alone.problems.filter(pl.col("delivery_day") == when)["source_row"].n_unique()  # after its delivery
        assert alone.rows["row_id"].n_unique() + refused == len(sent[day])
