from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from assets.alignment.candidates import OVER_CAP, build_candidates
from assets.alignment.checks import validate_candidates
from assets.alignment.contract import MATCH_CANDIDATES
from assets.alignment.settings import MAX_DELIVERY_LAG_DAYS, AlignmentSettings
from tests.unit.alignment.world import World, make_world

ROOM = AlignmentSettings(window_days=6)


def whole(world: World, room: AlignmentSettings = ROOM) -> pl.DataFrame:
    return build_candidates(world.bookings, world.reviews, world.hotels, world.days, room).frame


def day_by_day(world: World, room: AlignmentSettings = ROOM) -> pl.DataFrame:
    """Each day alone, from the rows that the shell would hand over for it, in shuffled order."""
    parts = []
    for day in world.days:
        bookings, reviews = world.window(day, day, MAX_DELIVERY_LAG_DAYS)
        mixed = bookings.sample(fraction=1.0, shuffle=True, seed=day.toordinal())
        parts.append(build_candidates(mixed, reviews.reverse(), world.hotels, [day], room).frame)
    return pl.concat(parts)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 1000),
    late_days=st.sampled_from([0, 4]),
    kind=st.sampled_from(["after", "symmetric"]),
    named=st.booleans(),
)
def test_a_range_is_its_days(seed: int, late_days: int, kind: str, named: bool) -> None:
    world = make_world(np.random.default_rng(seed), days=7, stays_per_day=6, late_days=late_days, named=named)
    room = AlignmentSettings(window_days=3, window_kind=kind, max_candidates=3)
    assert_frame_equal(whole(world, room), day_by_day(world, room))


def test_candidates_keep_their_contract_and_checks() -> None:
    candidates = whole(make_world(np.random.default_rng(5)))
    assert candidates.height > 100
    assert MATCH_CANDIDATES.conform(candidates).equals(candidates)
    assert all(outcome.passed for outcome in validate_candidates(candidates))


def test_true_pairs_survive_blocking() -> None:
    world = make_world(np.random.default_rng(5), agree=dict.fromkeys(["country", "nights", "party", "purpose"], 1.0))
    inside = world.truth.join(world.reviews.select("review_id", "posted_day"), on="review_id").join(
        world.bookings.select("booking_id", "delivery_day"), on="booking_id"
    ).filter(pl.col("posted_day") <= pl.col("delivery_day") + timedelta(days=ROOM.window_days))  # fmt: skip
    kept = whole(world).join(inside, on=["booking_id", "review_id"], how="semi")
    assert kept.height == inside.height
    assert (kept["country_agreement"] > 0).all()
    assert (kept["nights_agreement"] > 0).all()
    assert (kept["party_agreement"] > 0).all()


def test_cancelled_bookings_are_never_candidates() -> None:
    world = make_world(np.random.default_rng(5))
    gone = world.bookings.filter(pl.col("reservation_status") != "Check-Out")
    assert gone.height > 10
    assert whole(world).join(gone, on="booking_id", how="semi").is_empty()


def test_hidden_names_pair_by_context_and_resorts_find_nothing() -> None:
    world = make_world(np.random.default_rng(5), named=False)
    hotels = world.hotels.with_columns(is_city=pl.col("hotel") == "H0")
    candidates = build_candidates(world.bookings, world.reviews, hotels, world.days, ROOM).frame
    assert set(candidates["identity"]) == {"context"}
    used = world.bookings.join(candidates, on="booking_id", how="semi")
    assert set(used["hotel_levels"]) == {"H0"}


def test_a_label_of_two_hotels_counts_in_part() -> None:
    world = make_world(np.random.default_rng(5), days=6)
    both = world.bookings.with_columns(hotel_levels=pl.lit("H0|H1"))
    candidates = build_candidates(both, world.reviews, world.hotels, world.days, ROOM).frame
    assert set(candidates["identity_share"]) == {0.5}
    assert (candidates["rival_stays"] >= 0.5).all()


def test_the_cap_keeps_the_best_and_counts_the_rest() -> None:
    world = make_world(np.random.default_rng(5), stays_per_day=30)
    capped = build_candidates(
        world.bookings, world.reviews, world.hotels, world.days, AlignmentSettings(max_candidates=2)
    )
    free = build_candidates(world.bookings, world.reviews, world.hotels, world.days, AlignmentSettings())
    assert capped.frame.group_by("booking_id", "delivery_day").len()["len"].max() == 2
    over = capped.blocked.filter(pl.col("reason") == OVER_CAP)["pairs"].sum()
    assert over == free.frame.height - capped.frame.height
    assert over > 0


def test_input_is_not_changed() -> None:
    world = make_world(np.random.default_rng(5), days=4)
    bookings, reviews = world.bookings.clone(), world.reviews.clone()
    whole(world)
    assert world.bookings.equals(bookings)
    assert world.reviews.equals(reviews)


@pytest.mark.parametrize("empty", ["bookings", "reviews", "both"])
def test_nothing_on_a_side_gives_no_candidate(empty: str) -> None:
    world = make_world(np.random.default_rng(5), days=4)
    bookings = world.bookings.head(0) if empty != "reviews" else world.bookings
    reviews = world.reviews.head(0) if empty != "bookings" else world.reviews
    built = build_candidates(bookings, reviews, world.hotels, world.days, ROOM)
    assert built.frame.equals(MATCH_CANDIDATES.empty())
    assert built.blocked.is_empty()


def test_one_stay_and_one_review() -> None:
    world = make_world(np.random.default_rng(5), days=4)
    link = whole(world).head(1)
    bookings = world.bookings.join(link, on="booking_id", how="semi")
    reviews = world.reviews.join(link, on="review_id", how="semi")
    candidates = build_candidates(bookings, reviews, world.hotels, world.days, ROOM).frame
    assert candidates["rival_stays"].to_list() == [1.0]
