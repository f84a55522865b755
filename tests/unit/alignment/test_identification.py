"""The verdict: whether a set of candidates holds matches at all."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.alignment.candidates import build_candidates
from assets.alignment.chance_agreement import with_chances
from assets.alignment.identification import identification, is_told_from_chance
from assets.alignment.match_probability import assumed_weights
from assets.alignment.permutation import shuffle_reviews
from assets.alignment.settings import AlignmentSettings
from assets.alignment.weight_evidence import Evidence, evidence_of
from assets.alignment.weight_learning import learn_weights
from tests.unit.alignment.world import World, make_world

ROOM = AlignmentSettings()
NO_REACH = {"country": 0.0, "nights": 0.0}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(np.random.default_rng(21), days=60, stays_per_day=16)


@pytest.fixture(scope="module")
def evidence(world: World) -> Evidence:
    candidates = build_candidates(world.bookings, world.reviews, world.hotels, world.days, ROOM).frame
    start = with_chances(assumed_weights(ROOM), candidates, world.bookings, ROOM)
    return evidence_of(candidates.sort("review_id", "booking_id"), start, NO_REACH)


def test_links_are_told_from_chance(world: World, evidence: Evidence) -> None:
    notes = identification(evidence, assumed_weights(ROOM), 0.7)
    assert notes["evidence_bits"] > ROOM.identification_bits
    assert is_told_from_chance(notes, ROOM)


@pytest.mark.parametrize("draw", range(6))
def test_texts_dealt_out_anew_are_not(world: World, draw: int) -> None:
    shuffled = shuffle_reviews(world.reviews, np.random.default_rng(draw))
    candidates = build_candidates(world.bookings, shuffled, world.hotels, world.days, ROOM).frame
    weights = learn_weights(candidates, world.bookings, ROOM)
    assert weights is not None
    assert not weights.is_identified
    assert weights.notes["evidence_bits"] < ROOM.identification_bits


def test_a_fit_that_finds_no_matches_is_no_evidence(evidence: Evidence) -> None:
    assert not is_told_from_chance(identification(evidence, assumed_weights(ROOM), 0.01), ROOM)


def test_more_reviews_of_the_same_kind_bring_more_bits(evidence: Evidence) -> None:
    twice = replace(
        evidence,
        review=np.concatenate([evidence.review, evidence.review + evidence.reviews]),
        reviews=2 * evidence.reviews,
        spread=np.tile(evidence.spread, 2),
        ratio={name: np.tile(item, 2) for name, item in evidence.ratio.items()},
        known={name: np.tile(item, 2) for name, item in evidence.known.items()},
        levels={name: np.tile(item, 2) for name, item in evidence.levels.items()},
        says={name: np.tile(item, 2) for name, item in evidence.says.items()},
        rooms=replace(evidence.rooms, cell=np.tile(evidence.rooms.cell, 2)),
    )
    one, two = (identification(item, assumed_weights(ROOM), 0.7) for item in (evidence, twice))
    assert two["evidence_bits"] == pytest.approx(2 * one["evidence_bits"], abs=1e-4)
    assert two["mean_bayes_factor"] == pytest.approx(one["mean_bayes_factor"], abs=1e-6)


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_centred_factors_are_one_on_average(evidence: Evidence, seed: int) -> None:
    factor = np.random.default_rng(seed).gamma(1.0, 2.0, len(evidence.review))
    centred = evidence.centred(factor, by_room=False)
    assert (evidence.spread * centred).sum() == pytest.approx(evidence.spread.sum())
    by_room, name = evidence.centred(factor, by_room=True), evidence.rooms.name_of_pair
    for group in np.unique(name):
        rows = name == group
        assert (evidence.spread * by_room)[rows].sum() == pytest.approx(evidence.spread[rows].sum())
