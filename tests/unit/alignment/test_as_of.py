"""A decision sees what its day sees: corrections that come later change nothing, and neither do cuts into blocks."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from assets.alignment.assignment import decide, decide_in_blocks
from assets.alignment.candidates import build_candidates
from assets.alignment.corrections import VOID_FROM, Standing, current_candidates, versioned
from assets.alignment.settings import DECISION_SPAN_DAYS, LONGEST_WINDOW_DAYS, AlignmentSettings
from tests.unit.alignment.test_assignment import EMPTY, _decision_days, weights_by_day
from tests.unit.alignment.world import World, make_world


def corrected(world: World, rng: np.random.Generator, longest: int) -> World:
    """The world with a third of its rows again: stays longer, elsewhere or cancelled, reviews of other nights."""

    def again(frame: pl.DataFrame, key: str) -> pl.DataFrame:
        picked = frame.filter(pl.Series(rng.random(frame.height) < 1 / 3))
        later = pl.Series(rng.integers(1, longest, picked.height))
        return picked.with_columns(delivery_day=pl.col("delivery_day") + pl.duration(days=later)).unique(key)

    kind = pl.Series(rng.integers(0, 3, world.bookings.height))
    stays = again(world.bookings.with_columns(kind=kind), "booking_id").with_columns(
        nights_to=pl.col("nights_to") + (pl.col("kind") == 0).cast(pl.Int32),
        hotel_levels=pl.when(pl.col("kind") == 1).then(pl.lit("H0")).otherwise("hotel_levels"),
        reservation_status=pl.when(pl.col("kind") == 2).then(pl.lit("Canceled")).otherwise("reservation_status"),
    )
    reviews = again(world.reviews, "review_id").with_columns(nights=pl.lit(2, dtype=world.reviews["nights"].dtype))
    return World(
        pl.concat([world.bookings, stays.select(world.bookings.columns)]),
        pl.concat([world.reviews, reviews.select(world.reviews.columns)]),
        world.hotels, world.truth,
    )  # fmt: skip


def candidates_of(world: World, room: AlignmentSettings) -> pl.DataFrame:
    stays, reviews = versioned(world.bookings, "booking_id"), versioned(world.reviews, "review_id")
    candidates = build_candidates(stays.rows, reviews.rows, world.hotels, world.days, room).frame
    return current_candidates(candidates, stays, reviews)


def back(frame: pl.DataFrame, today: date, span: int) -> pl.DataFrame:
    return frame.filter(pl.col("delivery_day").is_between(today - timedelta(days=span), today))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1000), window=st.sampled_from([5, 14]), longest=st.sampled_from([6, 30]))
def test_a_range_with_corrections_is_its_days(seed: int, window: int, longest: int) -> None:
    rng = np.random.default_rng(seed)
    world = corrected(make_world(rng, days=12, stays_per_day=6, hotel_count=2, review_rate=0.6), rng, longest)
    room = AlignmentSettings(window_days=window, threshold=0.1)
    candidates, days = candidates_of(world, room), _decision_days(world)
    weights = weights_by_day(days).__getitem__
    standing = Standing.of(world.bookings, room)
    whole = decide(standing.bookings, standing.dated(candidates), EMPTY, days, weights, room)
    stored = EMPTY
    for day in days:
        known = Standing.of(back(world.bookings, day, DECISION_SPAN_DAYS), room)
        seen = known.dated(back(candidates, day, LONGEST_WINDOW_DAYS))
        earlier = back(stored, day, DECISION_SPAN_DAYS)
        stored = pl.concat([stored, decide(known.bookings, seen, earlier, [day], weights, room)])
    assert_frame_equal(whole, stored)


def test_the_test_above_has_something_to_find() -> None:
    rng = np.random.default_rng(7)
    world = corrected(make_world(rng, days=12, stays_per_day=20, review_rate=0.6), rng, 20)
    room = AlignmentSettings(window_days=5, threshold=0.1)
    candidates = candidates_of(world, room)
    dated = Standing.of(world.bookings, room).dated(candidates)
    overtaken = dated.filter(
        (pl.col(VOID_FROM) > pl.col("delivery_day")) & (pl.col(VOID_FROM) <= pl.col("decision_day"))
    )
    assert overtaken.height > 5, "pairs that count for some days, until a correction"
    assert dated.filter(pl.col(VOID_FROM) <= pl.col("delivery_day")).height > 0, "pairs of a stay that was decided"
    assert dated.select("booking_id", "review_id").is_duplicated().sum() > 10, "pairs that were formed again"


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize("serves_many", [False, True])
def test_blocks_give_the_rows_of_one_frame(size: int, serves_many: bool) -> None:
    rng = np.random.default_rng(11)
    world = corrected(make_world(rng, days=14, stays_per_day=8, review_rate=0.5, late_days=4), rng, 9)
    room = AlignmentSettings(window_days=5, threshold=0.1, review_serves_many=serves_many)
    days = _decision_days(world)
    standing = Standing.of(world.bookings, room)
    dated = standing.dated(candidates_of(world, room)).sort("delivery_day", "booking_id", "review_id")
    longest: list[int] = []

    def read(first: date, last: date, decided_from: date) -> Iterator[pl.DataFrame]:
        rows = dated.filter(pl.col("delivery_day").is_between(first, last) & (pl.col("decision_day") >= decided_from))
        for start in range(0, rows.height, size):
            longest.append(rows[start : start + size].height)
            yield rows[start : start + size]

    weights = weights_by_day(days).__getitem__
    decided = decide_in_blocks(standing.bookings, read, EMPTY, days, weights, room)
    assert_frame_equal(decided, decide(standing.bookings, dated, EMPTY, days, weights, room))
    assert max(longest) <= size < dated.height
    assert decided["is_assigned"].any()
