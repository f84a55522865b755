"""Rooms of one stay as one row: which, under whose id, and on which day; a range of days says what its days say."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from assets.alignment.assignment import decide
from assets.alignment.candidates import build_candidates
from assets.alignment.corrections import Standing, current_candidates, versioned
from assets.alignment.settings import (
    DECISION_SPAN_DAYS,
    LONGEST_WINDOW_DAYS,
    MAX_DELIVERY_LAG_DAYS,
    AlignmentSettings,
)
from assets.alignment.stay_rooms import merged_rooms
from tests.unit.alignment.test_assignment import EMPTY, _decision_days, weights_by_day
from tests.unit.alignment.world import World, make_world

DAY = date(2024, 3, 1)
SETTINGS = AlignmentSettings(window_days=10)


def room(name: str, number: int, status: str = "Check-Out", guest: str | None = "G", nights: int = 2) -> dict:
    """A room of a stay that ended on the first day, as it came so many days later."""
    came = DAY + timedelta(days=number)
    return {
        "booking_id": name, "class_id": f"{came}-{'other' if number else 'stay'}-{name}", "guest_hash": guest,
        "hotel_levels": "H", "arrival_from": DAY - timedelta(days=2), "nights_from": nights,
        "reservation_status": status, "delivery_day": came,
    }  # fmt: skip


def merged(*rooms: dict) -> list[tuple[str, int, str, int | None]]:
    """Id, day, status and number of rooms of each row."""
    rows = merged_rooms(pl.DataFrame(rooms, schema_overrides={"guest_hash": pl.String}), SETTINGS)
    columns = ("booking_id", "delivery_day", "reservation_status", "room_count")
    return [(name, (day - DAY).days, status, count) for name, day, status, count in rows.select(columns).rows()]


def test_rooms_that_come_together_are_one_row_under_the_smallest_id() -> None:
    assert merged(room("b", 0), room("a", 0), room("c", 0)) == [("a", 0, "Check-Out", 3)]


@pytest.mark.parametrize(
    "other", [room("b", 0, guest="other"), room("b", 0, nights=3), {**room("b", 0), "hotel_levels": "elsewhere"}]
)
def test_other_guests_hotels_and_nights_are_stays_of_their_own(other: dict) -> None:
    assert merged(room("a", 0), other) == [("a", 0, "Check-Out", 1), ("b", 0, "Check-Out", 1)]


def test_without_a_guests_hash_every_booking_is_a_stay_of_its_own() -> None:
    alone = [("a", 0, "Check-Out", None), ("b", 0, "Check-Out", None)]
    assert merged(room("a", 0, guest=None), room("b", 0, guest=None)) == alone
    mixed = merged(room("a", 0, guest=None), room("b", 0, guest=None), room("c", 0), room("d", 0))
    assert mixed == [*alone, ("c", 0, "Check-Out", 2)]


def test_cancelled_rooms_are_no_rooms() -> None:
    assert merged(room("a", 0, "Canceled"), room("b", 0)) == [("a", 0, "Canceled", None), ("b", 0, "Check-Out", 1)]


def test_a_late_room_joins_the_stay_that_is_not_yet_decided() -> None:
    assert merged(room("b", 0), room("a", 10)) == [("b", 0, "Check-Out", 1), ("b", 10, "Check-Out", 2)]


def test_a_room_that_comes_after_the_decision_changes_nothing() -> None:
    assert merged(room("b", 0), room("a", 11)) == [("b", 0, "Check-Out", 1)]


def test_a_room_from_long_after_is_a_stay_of_its_own() -> None:
    far = MAX_DELIVERY_LAG_DAYS
    assert merged(room("b", 0), room("a", far)) == [("b", 0, "Check-Out", 1)]
    assert merged(room("b", 0), room("a", far + 1)) == [("b", 0, "Check-Out", 1), ("a", far + 1, "Check-Out", 1)]


def test_a_cancelled_first_room_leaves_the_stay_to_the_next() -> None:
    rows = merged(room("a", 0), room("b", 0), room("a", 4, "Canceled"))
    assert rows == [("a", 0, "Check-Out", 2), ("a", 4, "Canceled", None), ("b", 4, "Check-Out", 1)]


def test_a_first_room_cancelled_after_the_decision_leaves_the_stay_decided_once() -> None:
    rows = merged(room("a", 0), room("b", 0), room("a", 30, "Canceled"), room("b", 32))
    assert rows == [("a", 0, "Check-Out", 2), ("a", 30, "Canceled", None), ("b", 32, "Canceled", None)]


def test_a_stay_whose_only_room_was_cancelled_in_time_was_not_decided() -> None:
    rows = merged(room("a", 0), room("a", 4, "Canceled"), room("b", 30))
    assert rows == [("a", 0, "Check-Out", 1), ("a", 4, "Canceled", None), ("b", 30, "Check-Out", 1)]


def test_a_cancelled_room_that_comes_back_finds_its_stay_decided() -> None:
    rows = merged(room("a", 0), room("a", 1, "Canceled"), room("b", 11), room("a", 15))
    assert rows[2:] == [("b", 11, "Check-Out", 1), ("a", 15, "Canceled", None)]


def test_a_corrected_room_that_turns_out_another_stays_moves_there() -> None:
    rows = merged(room("a", 0, nights=3), room("b", 0), room("a", 4))
    assert rows == [
        ("a", 0, "Check-Out", 1), ("b", 0, "Check-Out", 1), ("a", 4, "Canceled", None), ("b", 4, "Check-Out", 2),
    ]  # fmt: skip


def test_the_end_of_a_stay_does_not_move_with_a_late_room() -> None:
    rows = merged_rooms(pl.DataFrame([room("b", 0), room("a", 6)]), SETTINGS)
    assert rows["class_id"].to_list() == [f"{DAY}-stay-b", f"{DAY}-other-b"]


def test_nothing_moves_where_no_stay_has_several_rooms() -> None:
    given_rows = pl.DataFrame([room("a", 0), room("b", 1, guest="other"), room("a", 3)])
    rows = merged_rooms(given_rows, SETTINGS)
    assert_frame_equal(rows.drop("room_count"), given_rows.drop("guest_hash"), check_row_order=False)


def of_groups(world: World, rng: np.random.Generator, longest: int) -> pl.DataFrame:
    """The world's bookings with guests; some again as further rooms, some of these late, corrected or cancelled."""
    rows = world.bookings.with_columns(guest_hash=pl.format("g-{}", "booking_id")).drop("room_count")

    def later(frame: pl.DataFrame) -> pl.DataFrame:
        lag = pl.Series(rng.integers(0, longest, frame.height))
        return frame.with_columns(delivery_day=pl.col("delivery_day") + pl.duration(days=lag))

    def some(frame: pl.DataFrame, share: float) -> pl.DataFrame:
        return frame.filter(pl.Series(rng.random(frame.height) < share))

    number = pl.Series(rng.integers(0, 10, rows.height)).cast(pl.String)
    rooms = later(some(rows.with_columns(booking_id=number + "-" + pl.col("booking_id")), 0.5))
    both = pl.concat([rows, rooms])
    again = later(some(both, 0.2))
    lost = later(some(both, 0.2)).with_columns(reservation_status=pl.lit("Canceled"))
    moved = later(some(both, 0.2)).with_columns(nights_from=pl.lit(2, pl.Int32), nights_to=pl.lit(2, pl.Int32))
    every = pl.concat([both, again, lost, moved])
    every = every.unique(["booking_id", "delivery_day"], keep="first", maintain_order=True)
    return every.with_columns(class_id=pl.col("class_id").str.replace("-stay-", "-other-"))


def back(frame: pl.DataFrame, today: date, span: int) -> pl.DataFrame:
    return frame.filter(pl.col("delivery_day").is_between(today - timedelta(days=span), today))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), longest=st.sampled_from([4, 25, 90]))
def test_a_days_rows_need_no_more_than_their_look_back(seed: int, longest: int) -> None:
    rng = np.random.default_rng(seed)
    bookings = of_groups(make_world(rng, days=12, stays_per_day=4, widen=False), rng, longest)
    whole = merged_rooms(bookings, SETTINGS)
    for day in bookings["delivery_day"].unique().sort():
        alone = merged_rooms(back(bookings, day, MAX_DELIVERY_LAG_DAYS), SETTINGS)
        # A row that stands for no room may be missing where what it takes back lies before the look-back.
        there = pl.col("reservation_status") == "Check-Out"
        assert_frame_equal(alone.filter(there, delivery_day=day), whole.filter(there, delivery_day=day))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1000), window=st.sampled_from([5, 14]), longest=st.sampled_from([6, 30, 70]))
def test_pairs_of_a_range_are_those_of_its_days(seed: int, window: int, longest: int) -> None:
    rng = np.random.default_rng(seed)
    world = make_world(rng, days=12, stays_per_day=6, hotel_count=2, review_rate=0.6, widen=False)
    world = World(of_groups(world, rng, longest), world.reviews, world.hotels, world.truth)
    rules = AlignmentSettings(window_days=window, threshold=0.1)

    def formed(bookings: pl.DataFrame, reviews: pl.DataFrame, days: list[date]) -> pl.DataFrame:
        sides = versioned(merged_rooms(bookings, rules), "booking_id"), versioned(reviews, "review_id")
        built = build_candidates(sides[0].rows, sides[1].rows, world.hotels, days, rules).frame
        return current_candidates(built, *sides)

    days = _decision_days(world)
    weights = weights_by_day(days).__getitem__
    candidates = formed(world.bookings, world.reviews, days)
    standing = Standing.of(merged_rooms(world.bookings, rules), rules)
    whole = decide(standing.bookings, standing.dated(candidates), EMPTY, days, weights, rules)
    lag, stored, kept = MAX_DELIVERY_LAG_DAYS, EMPTY, candidates.clear()
    for day in days:
        kept = pl.concat([kept, formed(back(world.bookings, day, 2 * lag), back(world.reviews, day, lag), [day])])
        known = Standing.of(merged_rooms(back(world.bookings, day, DECISION_SPAN_DAYS + lag), rules), rules)
        seen = known.dated(back(kept, day, LONGEST_WINDOW_DAYS))
        earlier = back(stored, day, DECISION_SPAN_DAYS)
        stored = pl.concat([stored, decide(known.bookings, seen, earlier, [day], weights, rules)])
    assert_frame_equal(candidates, kept)
    assert_frame_equal(whole, stored)
    assert whole.filter("is_assigned").height > 0


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1000), longest=st.sampled_from([2, 12, 30]))
def test_no_stay_is_decided_twice(seed: int, longest: int) -> None:
    rng = np.random.default_rng(seed)
    world = make_world(rng, days=8, stays_per_day=5, widen=False)
    bookings = of_groups(world, rng, longest)
    standing = Standing.of(merged_rooms(bookings, SETTINGS), SETTINGS)
    done = standing.bookings.filter(pl.col("reservation_status") == "Check-Out")
    guests = bookings.select("booking_id", "guest_hash").unique()
    stay = done.join(guests, on="booking_id").select("guest_hash", "hotel_levels", "arrival_from", "nights_from")
    assert not stay.is_duplicated().any()
