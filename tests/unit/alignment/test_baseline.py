import numpy as np
import polars as pl

from assets.alignment.baseline import best_similar_review
from assets.alignment.candidates import build_candidates
from assets.alignment.checks import validate_pairs
from assets.alignment.contract import BOOKING_REVIEW_PAIRS, MATCH_CANDIDATES
from assets.alignment.settings import AlignmentSettings
from tests.unit.alignment.world import make_world

ROOM = AlignmentSettings(window_days=5, window_kind="symmetric")


def test_each_stay_gets_its_most_similar_review() -> None:
    world = make_world(np.random.default_rng(9), days=15)
    candidates = build_candidates(world.bookings, world.reviews, world.hotels, world.days, ROOM).frame
    pairs = best_similar_review(world.bookings, candidates, world.days, ROOM)
    assert BOOKING_REVIEW_PAIRS.conform(pairs).equals(pairs)
    assert all(outcome.passed for outcome in validate_pairs(pairs) if outcome.name != "rank_zero_names_no_review")
    best = candidates.group_by("booking_id").agg(best=pl.col("text_similarity").max())
    chosen = pairs.filter("is_assigned").join(candidates, on=["booking_id", "review_id"]).join(best, on="booking_id")
    assert chosen.height > 0
    assert (chosen["text_similarity"] == chosen["best"]).all()
    assert (chosen["text_similarity"] >= ROOM.minimum_similarity).all()


def test_row_order_does_not_matter() -> None:
    world = make_world(np.random.default_rng(9), days=15)
    candidates = build_candidates(world.bookings, world.reviews, world.hotels, world.days, ROOM).frame
    first = best_similar_review(world.bookings, candidates, world.days, ROOM)
    assert first.equals(best_similar_review(world.bookings.reverse(), candidates.reverse(), world.days, ROOM))


def test_below_the_minimum_nothing_is_paired() -> None:
    world = make_world(np.random.default_rng(9), days=15)
    pairs = best_similar_review(world.bookings, MATCH_CANDIDATES.empty(), world.days, ROOM)
    assert not pairs["is_assigned"].any()
    assert set(pairs["rank"]) == {0}
