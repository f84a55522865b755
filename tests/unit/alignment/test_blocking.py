from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from assets.alignment.blocking import RivalCounts, day_numbers, passes_context, window_pairs
from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import Stays, completed_stays, ints, keyed, review_side
from tests.unit.alignment.world import World, make_world

EPOCH = date(1970, 1, 1)


def brute_force(world: World, days: list[date], settings: AlignmentSettings) -> set[tuple[str, str]]:
    """Every pair of the window, by two nested loops."""
    paired = set()
    for stay in completed_stays(world.bookings, settings).iter_rows(named=True):
        for review in world.reviews.iter_rows(named=True):
            same = review["hotel_name"] == f"Hotel Number {stay['hotel_levels'][1:]}"
            least = (review["posted_day"] - stay["stay_end"]).days
            most = (review["posted_day"] - stay["end_from"]).days
            near = most >= -settings.days_before and least <= settings.window_days
            stored = max(stay["delivery_day"], review["delivery_day"])
            if same and near and stored in days and stored <= stay["decision_day"]:
                paired.add((stay["booking_id"], review["review_id"]))
    return paired


def window_of(world: World, days: list[date], settings: AlignmentSettings) -> set[tuple[str, str]]:
    stays, reviews = Stays(completed_stays(world.bookings, settings)), review_side(world.reviews)
    by_stay, review_key = keyed(stays, reviews, world.hotels)
    paired: list[tuple[str, str]] = []
    for pairs in window_pairs(stays, reviews, by_stay, review_key, day_numbers(days), settings):
        left = stays.frame["booking_id"].gather(by_stay.stay[pairs.keyed_row])
        paired += zip(left, reviews.frame["review_id"].gather(pairs.review), strict=True)
    assert len(paired) == len(set(paired))
    return set(paired)


@pytest.mark.parametrize("kind", ["after", "symmetric"])
@pytest.mark.parametrize("late_days", [0, 5])
def test_window_join_finds_what_nested_loops_find(kind: str, late_days: int) -> None:
    world = make_world(np.random.default_rng(3), days=20, stays_per_day=5, late_days=late_days)
    settings = AlignmentSettings(window_kind=kind, window_days=5)
    assert window_of(world, world.days, settings) == brute_force(world, world.days, settings)
    some = world.days[7:11]
    assert window_of(world, some, settings) == brute_force(world, some, settings)


def test_chunks_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(np.random.default_rng(3), days=15, stays_per_day=5)
    whole = window_of(world, world.days, AlignmentSettings())
    monkeypatch.setattr("assets.alignment.blocking._CHUNK_PAIRS", 7)
    assert window_of(world, world.days, AlignmentSettings()) == whole


def test_no_day_wanted_gives_nothing() -> None:
    world = make_world(np.random.default_rng(3), days=5)
    assert window_of(world, [], AlignmentSettings()) == set()


def test_context_blocks_one_disagreement_and_identity_only_two() -> None:
    country, nights = np.array([0.0, 0.0, 0.5, np.nan, np.nan]), np.array([0.0, 1.0, 0.0, 0.0, np.nan])
    assert passes_context(country, nights, np.ones(5, dtype=bool)).tolist() == [False, True, True, True, True]
    assert passes_context(country, nights, np.zeros(5, dtype=bool)).tolist() == [False, False, False, False, True]


@pytest.mark.parametrize("late_days", [0, 5])
def test_rivals_are_counted_as_known_on_the_day(late_days: int) -> None:
    settings = AlignmentSettings(window_days=5)
    world = make_world(np.random.default_rng(4), days=20, stays_per_day=4, late_days=late_days)
    stays, reviews = Stays(completed_stays(world.bookings, settings)), review_side(world.reviews)
    by_stay, review_key = keyed(stays, reviews, world.hotels)
    delivered = reviews.ints("delivery_day")
    rivals = RivalCounts(stays, by_stay, settings).count(review_key, reviews.posted, delivered + 2)
    for place, review in enumerate(reviews.frame.iter_rows(named=True)):
        known = stays.frame.filter(
            (pl.col("hotel_levels") == f"H{review['hotel_name'][-1]}")
            & pl.col("stay_end").is_between(review["posted_day"] - timedelta(days=5), review["posted_day"])
            & (pl.col("delivery_day") <= review["delivery_day"] + timedelta(days=2))
        )
        assert rivals[place] == known.height


def test_days_become_ascending_numbers() -> None:
    days = [date(2024, 1, 3), date(2024, 1, 1)]
    assert day_numbers(days).tolist() == [(day - EPOCH).days for day in sorted(days)]
    assert ints(pl.Series(sorted(days))).tolist() == day_numbers(days).tolist()
