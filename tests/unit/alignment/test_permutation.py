import numpy as np
import polars as pl
import pytest

from assets.alignment.assignment import decide
from assets.alignment.candidates import build_candidates
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.match_probability import assumed_weights
from assets.alignment.permutation import shuffle_pairs, shuffle_reviews
from assets.alignment.settings import AlignmentSettings
from tests.unit.alignment.world import make_world

ROOM = AlignmentSettings(window_days=5, threshold=0.1)


@pytest.fixture(scope="module")
def pairs() -> pl.DataFrame:
    world = make_world(np.random.default_rng(9), days=25)
    candidates = build_candidates(world.bookings, world.reviews, world.hotels, world.days, ROOM).frame
    return decide(
        world.bookings, candidates, BOOKING_REVIEW_PAIRS.empty(), world.days, lambda _: assumed_weights(ROOM), ROOM
    )


def test_shuffled_pairs_differ_in_who_got_which_text_only(pairs: pl.DataFrame) -> None:
    shuffled = shuffle_pairs(pairs, np.random.default_rng(1))
    before = pairs.sort("booking_id", "rank")
    assert shuffled.drop("review_id").equals(before.drop("review_id"))
    assert sorted(shuffled.filter("is_assigned")["review_id"]) == sorted(before.filter("is_assigned")["review_id"])
    assert shuffled.filter(~pl.col("is_assigned")).equals(before.filter(~pl.col("is_assigned")))
    same = (shuffled.filter("is_assigned")["review_id"] == before.filter("is_assigned")["review_id"]).mean()
    assert same is not None
    assert same < 0.2  # type: ignore[operator]


def test_the_shuffle_depends_on_the_generator_only(pairs: pl.DataFrame) -> None:
    first = shuffle_pairs(pairs, np.random.default_rng(1))
    assert first.equals(shuffle_pairs(pairs.reverse(), np.random.default_rng(1)))
    assert not first.equals(shuffle_pairs(pairs, np.random.default_rng(2)))


def test_shuffling_nothing_gives_nothing() -> None:
    empty = BOOKING_REVIEW_PAIRS.empty()
    assert shuffle_pairs(empty, np.random.default_rng(1)).equals(empty)


def test_shuffled_reviews_keep_ids_days_and_the_words_of_their_month() -> None:
    reviews = make_world(np.random.default_rng(9), days=50).reviews
    shuffled = shuffle_reviews(reviews, np.random.default_rng(1))
    keep = ["review_id", "hotel_name", "posted_day", "delivery_day"]
    assert shuffled.select(keep).equals(reviews.sort("review_id").select(keep))
    month = pl.col("posted_day").dt.truncate("1mo").alias("month")
    said = [month, "reviewer_country", "party", "nights"]
    assert sorted(shuffled.select(said).rows()) == sorted(reviews.select(said).rows())
    assert not shuffled["reviewer_country"].equals(reviews.sort("review_id")["reviewer_country"])
