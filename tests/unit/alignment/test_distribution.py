"""Groups give the rows of one call, however they are cut."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from assets.alignment.assignment import decide
from assets.alignment.candidates import OVER_CAP, build_candidates
from assets.alignment.distribution import build_candidates_in_groups, day_blocks, decide_in_groups
from assets.alignment.matching import assign
from assets.alignment.settings import AlignmentSettings
from resources.engines import GROUP, LocalEngine
from tests.unit.alignment.test_assignment import EMPTY, _decision_days, weights_by_day
from tests.unit.alignment.world import World, make_world


@dataclass(frozen=True)
class _ManyWorkers(LocalEngine):
    """Local, but groups are cut as for that many workers."""

    workers: int = 5


def world_of(seed: int, *, named: bool, days: int = 20, shared_labels: bool = False) -> World:
    """Three hotels; with ``shared_labels`` every fifth stay's label names two of them."""
    world = make_world(np.random.default_rng(seed), days=days, hotel_count=3, late_days=4, named=named)
    if not shared_labels:
        return world
    is_shared = pl.int_range(pl.len()) % 5 == 0
    label = pl.when(is_shared).then(pl.lit("H0|H1")).otherwise("hotel_levels")
    return World(world.bookings.with_columns(hotel_levels=label), world.reviews, world.hotels, world.truth)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 1000), named=st.booleans(), shared_labels=st.booleans(), serves_many=st.booleans(),
    block_days=st.sampled_from([1, 5, 28]), workers=st.integers(1, 5),
)  # fmt: skip
def test_any_cut_gives_the_rows_of_one_call(
    seed: int, named: bool, shared_labels: bool, serves_many: bool, block_days: int, workers: int
) -> None:
    world = world_of(seed, named=named, days=10, shared_labels=shared_labels)
    room = AlignmentSettings(window_days=5, threshold=0.1, max_candidates=3, review_serves_many=serves_many)
    engine = _ManyWorkers(workers)
    read = (world.bookings, world.reviews, world.hotels, world.days, room)
    whole = build_candidates(*read)
    grouped = build_candidates_in_groups(*read, engine, block_days)
    assert_frame_equal(grouped.frame, whole.frame)
    assert_frame_equal(grouped.blocked, whole.blocked)

    days = _decision_days(world)
    weights = weights_by_day(days).__getitem__
    half = len(days) // 2
    first = decide(world.bookings, whole.frame, EMPTY, days[:half], weights, room)
    for earlier, asked in ((EMPTY, days), (first, days[half:])):
        ask = (world.bookings, whole.frame, earlier, asked, weights, room)
        assert_frame_equal(decide_in_groups(*ask, engine), decide(*ask))


def test_the_cut_is_real() -> None:
    """The test above would say nothing if there were one group, one day's batch of one hotel, or no capped stay."""
    world = world_of(3, named=True)
    room = AlignmentSettings(window_days=5, max_candidates=2)
    seen: list[str] = []

    class Watching(LocalEngine):
        workers = 3

        def run_groups(self, left, right, function, schema):
            seen.extend(sorted(set(left[GROUP]) | set(right[GROUP])))
            return super().run_groups(left, right, function, schema)

    read = (world.bookings, world.reviews, world.hotels, world.days, room)
    built = build_candidates_in_groups(*read, Watching(), 5)
    assert len({name.partition("/")[0] for name in seen}) == 3
    assert len({name.rpartition("/")[2] for name in seen}) >= 4
    assert built.blocked.filter(pl.col("reason") == OVER_CAP)["pairs"].sum() > 0
    seen.clear()
    days = _decision_days(world)
    decide_in_groups(world.bookings, built.frame, EMPTY, days, weights_by_day(days).__getitem__, room, Watching())
    assert len(set(seen)) > 3


def test_country_counts_are_of_all_hotels() -> None:
    """Counted in each group alone the agreement with wide country labels would differ."""
    world = world_of(3, named=True)
    wide = world.bookings.with_columns(class_size=pl.lit(9, dtype=pl.Int32))
    room = AlignmentSettings(window_days=5)
    whole = build_candidates(wide, world.reviews, world.hotels, world.days, room).frame
    grouped = build_candidates_in_groups(wide, world.reviews, world.hotels, world.days, room, LocalEngine()).frame
    assert_frame_equal(grouped, whole)
    alone = build_candidates(
        wide.filter(pl.col("hotel_levels") == "H0"), world.reviews, world.hotels, world.days, room
    ).frame
    same = whole.join(alone, on=["booking_id", "review_id"], how="semi")
    assert same.height == alone.height
    assert not same["country_agreement"].equals(alone["country_agreement"])


def test_equal_choices_do_not_depend_on_what_is_unconnected() -> None:
    """Two stays that can't be told apart choose alike whether or not other stays are looked at in the same call."""
    stay, review = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    tied = np.full(4, 0.4)
    alone = assign(stay, review, tied, np.full(4, 0.1), serves_many=False)
    for others in (1, 2, 5):
        more_stays = np.concatenate([stay, 2 + np.arange(others)])
        more_reviews = np.concatenate([review, 2 + np.arange(others)[::-1]])
        probability = np.concatenate([tied, np.full(others, 0.4)])
        both = assign(more_stays, more_reviews, probability, np.full(4 + others, 0.1), serves_many=False)
        assert both[:4].tolist() == alone.tolist()
        assert both[4:].all()


def test_a_day_keeps_its_block() -> None:
    days = world_of(1, named=True).days
    whole, part = day_blocks(days, 7), day_blocks(days[5:], 7)
    assert sorted(day for block in whole.values() for day in block) == days
    assert all(set(block) <= set(whole[name]) for name, block in part.items())


@pytest.mark.parametrize("empty", ["bookings", "reviews", "both", "days"])
def test_nothing_gives_nothing(empty: str) -> None:
    world = world_of(1, named=True, days=4)
    bookings = world.bookings.clear() if empty in ("bookings", "both") else world.bookings
    reviews = world.reviews.clear() if empty in ("reviews", "both") else world.reviews
    days = [] if empty == "days" else world.days
    room = AlignmentSettings()
    built = build_candidates_in_groups(bookings, reviews, world.hotels, days, room, LocalEngine())
    whole = build_candidates(bookings, reviews, world.hotels, days, room)
    assert built.frame.equals(whole.frame)
    assert built.blocked.equals(whole.blocked)
    ask = (bookings, built.frame, EMPTY, days, weights_by_day(_decision_days(world)).__getitem__, room)
    assert decide_in_groups(*ask, LocalEngine()).equals(decide(*ask))
