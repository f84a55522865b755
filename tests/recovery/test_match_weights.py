"""Match weights: data made from known m and u gives them back, and data without links is noticed."""

import numpy as np
import polars as pl
import pytest

from assets.alignment.assignment import decide
from assets.alignment.candidates import build_candidates
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.evidence import against_truth
from assets.alignment.match_probability import MatchWeights, assumed_weights
from assets.alignment.permutation import shuffle_reviews
from assets.alignment.settings import AlignmentSettings
from assets.alignment.weight_learning import learn_weights
from tests.unit.alignment.world import COUNTRIES, COUNTRY_SHARE, World, make_world

ROOM = AlignmentSettings(prior_strength=20.0, threshold=0.3)
AGREE = {"country": 0.9, "nights": 0.8, "party": 0.92, "purpose": 0.85}


def learned(world: World, room: AlignmentSettings = ROOM) -> MatchWeights:
    candidates = build_candidates(world.bookings, world.reviews, world.hotels, world.days, room).frame
    weights = learn_weights(candidates, world.bookings, room)
    assert weights is not None
    return weights


@pytest.fixture(scope="module")
def linked() -> World:
    return make_world(np.random.default_rng(11), days=150, stays_per_day=24, hotel_count=4, agree=AGREE)


@pytest.fixture(scope="module")
def weights(linked: World) -> MatchWeights:
    return learned(linked)


def test_matches_are_told_from_chance(weights: MatchWeights) -> None:
    assert weights.is_identified
    assert weights.notes["mean_bayes_factor"] > 1.5


@pytest.mark.parametrize("field", sorted(AGREE))
def test_m_comes_back(weights: MatchWeights, field: str) -> None:
    # Labels that are sets and intervals, blocking and one year of a small group leave this much open.
    assert weights.fields[field].agree == pytest.approx(AGREE[field], abs=0.06)
    assert weights.fields[field].is_learned


def test_u_comes_back(weights: MatchWeights, linked: World) -> None:
    stays = linked.bookings.filter(pl.col("reservation_status") == "Check-Out")
    for country, share in zip(COUNTRIES, COUNTRY_SHARE, strict=True):
        assert weights.fields["country"].chance_by_value[country] == pytest.approx(share, abs=0.03)
    assert stays.height > 1000


def test_coverage_and_review_rate_come_back(weights: MatchWeights) -> None:
    # All stays are published, 3 % of delays are cut to the window's last day: nearly every review is covered.
    assert weights.coverage["exact"] > 0.75
    assert weights.review_rate == pytest.approx(0.3, abs=0.06)


def test_nobody_says_what_room_or_text_tell(weights: MatchWeights) -> None:
    assert not weights.fields["room"].is_learned


def test_learned_weights_pair_better_and_say_how_sure_they_are(weights: MatchWeights, linked: World) -> None:
    candidates = build_candidates(linked.bookings, linked.reviews, linked.hotels, linked.days, ROOM).frame
    empty = BOOKING_REVIEW_PAIRS.empty()
    scores = {
        name: against_truth(
            decide(linked.bookings, candidates, empty, linked.days, lambda _, w=used: w, ROOM), linked.truth
        )
        for name, used in (("learned", weights), ("assumed", assumed_weights(ROOM)))
    }
    assert scores["learned"]["f1"] >= scores["assumed"]["f1"]
    assert scores["learned"]["f1"] > 0.4
    assert scores["learned"]["calibration_error"] < 0.03


def test_data_without_links_is_noticed() -> None:
    weights = learned(make_world(np.random.default_rng(12), days=100, stays_per_day=24, hotel_count=4, linked=False))
    assert not weights.is_identified
    assert weights.notes["mean_bayes_factor"] == pytest.approx(1.0, abs=0.15)
    assert not any(item.is_learned for item in weights.fields.values())
    for name, item in assumed_weights(ROOM).fields.items():
        assert weights.fields[name].agree == item.agree


def test_shuffled_texts_are_noticed(linked: World) -> None:
    shuffled = shuffle_reviews(linked.reviews, np.random.default_rng(13))
    weights = learned(World(linked.bookings, shuffled, linked.hotels, linked.truth.head(0)))
    assert not weights.is_identified


def test_pairs_by_context_without_links_are_noticed() -> None:
    world = make_world(np.random.default_rng(14), days=100, stays_per_day=24, hotel_count=4, linked=False, named=False)
    assert not learned(world).is_identified


def test_too_little_data_leaves_the_prior() -> None:
    weights = learned(make_world(np.random.default_rng(15), days=12, stays_per_day=10))
    assert not any(item.is_learned for item in weights.fields.values())
