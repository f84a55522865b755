from datetime import date, timedelta
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from assets.alignment.assignment import decide, decide_in_blocks
from assets.alignment.candidates import build_candidates
from assets.alignment.checks import validate_assignments, validate_pairs
from assets.alignment.contract import BOOKING_REVIEW_PAIRS, MATCH_CANDIDATES
from assets.alignment.match_probability import MatchWeights, assumed_weights
from assets.alignment.matching import assign, matching_probabilities
from assets.alignment.settings import DECISION_SPAN_DAYS, LONGEST_WINDOW_DAYS, AlignmentSettings
from tests.unit.alignment.world import World, make_world

ROOM = AlignmentSettings(window_days=5, threshold=0.1)
EMPTY = BOOKING_REVIEW_PAIRS.empty()


def weights_by_day(days: list[date]) -> dict[date, MatchWeights]:
    """Two records: one for the first half, another after it."""
    first, second = assumed_weights(AlignmentSettings(window_days=5)), assumed_weights(AlignmentSettings(coverage=0.9))
    return {day: first if place < len(days) // 2 else second for place, day in enumerate(days)}


def whole(world: World, room: AlignmentSettings = ROOM) -> tuple[pl.DataFrame, pl.DataFrame]:
    candidates = build_candidates(world.bookings, world.reviews, world.hotels, world.days, room).frame
    days = _decision_days(world)
    return decide(world.bookings, candidates, EMPTY, days, weights_by_day(days).__getitem__, room), candidates


def _decision_days(world: World) -> list[date]:
    return [*world.days, *[world.days[-1] + timedelta(days=index) for index in range(1, 8)]]


def day_by_day(world: World, candidates: pl.DataFrame, room: AlignmentSettings) -> pl.DataFrame:
    """Each day alone, reading what the shell would hand over, in shuffled row order."""
    days = _decision_days(world)
    stored = EMPTY
    for day in days:

        def back(frame: pl.DataFrame, span: int, today: date = day) -> pl.DataFrame:
            inside = frame.filter(pl.col("delivery_day").is_between(today - timedelta(days=span), today))
            return inside.sample(fraction=1.0, shuffle=True, seed=today.toordinal())

        decided = decide(
            back(world.bookings, LONGEST_WINDOW_DAYS), back(candidates, LONGEST_WINDOW_DAYS),
            back(stored, DECISION_SPAN_DAYS), [day], weights_by_day(days).__getitem__, room,
        )  # fmt: skip
        stored = pl.concat([stored, decided])
    return stored


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1000), late_days=st.sampled_from([0, 4]), serves_many=st.booleans(), named=st.booleans())
def test_a_range_is_its_days(seed: int, late_days: int, serves_many: bool, named: bool) -> None:
    world = make_world(np.random.default_rng(seed), days=12, stays_per_day=6, late_days=late_days, named=named)
    room = AlignmentSettings(window_days=5, threshold=0.1, review_serves_many=serves_many)
    pairs, candidates = whole(world, room)
    assert_frame_equal(pairs, day_by_day(world, candidates, room))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1000), at_once=st.integers(1, 60), serves_many=st.booleans(), named=st.booleans())
def test_components_decided_apart_give_the_same_rows(seed: int, at_once: int, serves_many: bool, named: bool) -> None:
    world = make_world(np.random.default_rng(seed), days=12, stays_per_day=6, named=named)
    room = AlignmentSettings(window_days=5, threshold=0.1, review_serves_many=serves_many)
    pairs, candidates = whole(world, room)
    days = _decision_days(world)

    def read(first: date, last: date, decided_from: date) -> list[pl.DataFrame]:
        is_read = pl.col("delivery_day").is_between(first, last) & (pl.col("decision_day") >= decided_from)
        return [candidates.filter(is_read)]

    apart = decide_in_blocks(world.bookings, read, EMPTY, days, weights_by_day(days).__getitem__, room, at_once)
    assert_frame_equal(apart, pairs)


def test_every_completed_stay_is_decided_once_and_checks_hold() -> None:
    world = make_world(np.random.default_rng(1))
    pairs, candidates = whole(world)
    completed = world.bookings.filter(pl.col("reservation_status") == "Check-Out")
    assert set(pairs["booking_id"]) == set(completed["booking_id"])
    assert BOOKING_REVIEW_PAIRS.conform(pairs).equals(pairs)
    outcomes = [*validate_pairs(pairs), *validate_assignments(pairs, EMPTY, world.bookings, candidates)]
    assert all(outcome.passed for outcome in outcomes)
    assert (pairs["rank"] <= ROOM.stored_ranks).all()
    assert pairs.filter(pl.col("rank") == 0).height > 0


def test_most_pairs_are_right_where_the_truth_is_plain() -> None:
    world = make_world(
        np.random.default_rng(2), days=60, stays_per_day=4, hotel_count=4, widen=False,
        agree=dict.fromkeys(["country", "nights", "party", "purpose"], 0.99),
    )  # fmt: skip
    room = AlignmentSettings()
    candidates = build_candidates(world.bookings, world.reviews, world.hotels, world.days, room).frame
    days = [*world.days, *[world.days[-1] + timedelta(days=index) for index in range(1, 20)]]
    pairs = decide(world.bookings, candidates, EMPTY, days, lambda _: assumed_weights(room), room)
    right = pairs.filter("is_assigned").join(world.truth, on=["booking_id", "review_id"], how="semi").height
    assert right / pairs.filter("is_assigned").height > 0.8


def test_earlier_decisions_stand() -> None:
    world = make_world(np.random.default_rng(3))
    pairs, candidates = whole(world)
    chosen = pairs.filter("is_assigned")
    late_day = chosen["delivery_day"].max()
    today = chosen.filter(pl.col("delivery_day") == late_day)
    stolen = today.with_columns(booking_id=pl.lit("someone"), delivery_day=pl.lit(late_day - timedelta(days=1)))
    days = _decision_days(world)
    again = decide(world.bookings, candidates, stolen, [late_day], weights_by_day(days).__getitem__, ROOM)
    assert not set(again["review_id"].drop_nulls()) & set(today["review_id"])


def test_a_stay_that_was_passed_over_stays_a_rival() -> None:
    world = make_world(np.random.default_rng(8), days=30, stays_per_day=8, hotel_count=1)
    room = AlignmentSettings(window_days=5, threshold=0.99)
    pairs, _ = whole(world, room)
    passed_over = pairs.filter(pl.col("rank") > 0)
    assert not passed_over["is_assigned"].any()
    # Each review is one stay's at most, whether its stays are decided on one day or on many.
    sums = passed_over.group_by("review_id").agg(pl.col("match_probability").sum(), pl.col("delivery_day").n_unique())
    assert sums["delivery_day"].max() > 1
    assert sums["match_probability"].max() <= 1.0 + 0.05


def test_an_assigned_stay_is_no_rival_any_more() -> None:
    world = make_world(np.random.default_rng(9), days=30, stays_per_day=8, hotel_count=1)
    pairs, candidates = whole(world)
    days = _decision_days(world)
    day = days[len(days) // 2]
    before, today = pairs.filter(pl.col("delivery_day") < day), pairs.filter(pl.col("delivery_day") == day)
    assert before["is_assigned"].any()
    gone = before.filter("is_assigned")
    kept = candidates.join(gone, on="booking_id", how="anti").join(gone, on="review_id", how="anti")
    again = decide(world.bookings, kept, EMPTY, [day], weights_by_day(days).__getitem__, ROOM)
    assert_frame_equal(again, today)


def test_a_review_may_serve_many_only_when_allowed() -> None:
    world = make_world(np.random.default_rng(4), stays_per_day=20, hotel_count=1)
    for serves_many in (False, True):
        room = AlignmentSettings(window_days=5, threshold=0.05, review_serves_many=serves_many)
        chosen = whole(world, room)[0].filter("is_assigned")
        assert chosen["booking_id"].is_unique().all()
        assert chosen["review_id"].is_duplicated().any() == serves_many
        assert (chosen["is_exclusive"] != serves_many).all()


def exact_marginals(stay: list[int], review: list[int], odds: list[float]) -> list[float]:
    """By listing every one-to-one set of pairs."""
    total, per_pair = 0.0, [0.0] * len(odds)
    for size in range(len(odds) + 1):
        for chosen in combinations(range(len(odds)), size):
            if len({stay[i] for i in chosen}) == size == len({review[i] for i in chosen}):
                weight = float(np.prod([odds[i] for i in chosen]))
                total += weight
                for i in chosen:
                    per_pair[i] += weight
    return [value / total for value in per_pair]


@given(st.lists(st.floats(0.001, 50.0), min_size=1, max_size=5))
def test_one_stay_gives_the_posterior_over_one_of_many(odds: list[float]) -> None:
    n = len(odds)
    marginals = matching_probabilities(np.zeros(n, dtype=np.int64), np.arange(n), np.array(odds))
    np.testing.assert_allclose(marginals, np.array(odds) / (1 + sum(odds)), atol=1e-8)


@pytest.mark.parametrize(
    ("stay", "review"), [([0, 0, 1], [0, 1, 1]), ([0, 1, 1, 2], [0, 0, 1, 1]), ([0, 1, 2], [0, 0, 0])]
)
def test_marginals_are_exact_without_cycles(stay: list[int], review: list[int]) -> None:
    odds = [0.5, 3.0, 0.2, 1.5][: len(stay)]
    marginals = matching_probabilities(np.array(stay), np.array(review), np.array(odds))
    np.testing.assert_allclose(marginals, exact_marginals(stay, review, odds), atol=1e-6)


@given(st.lists(st.floats(0.01, 3.0), min_size=6, max_size=6))
def test_marginals_are_close_with_cycles(odds: list[float]) -> None:
    stay, review = [0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2]
    marginals = matching_probabilities(np.array(stay), np.array(review), np.array(odds))
    np.testing.assert_allclose(marginals, exact_marginals(stay, review, odds), atol=0.12)


def test_nothing_open_gives_no_probability() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert matching_probabilities(none, none, np.zeros(0)).shape == (0,)
    assert assign(none, none, np.zeros(0), np.zeros(0), serves_many=False).shape == (0,)


def test_the_choice_is_one_to_one_and_above_the_threshold() -> None:
    stay, review = np.array([0, 0, 1, 2]), np.array([0, 1, 0, 2])
    chosen = assign(stay, review, np.array([0.6, 0.55, 0.5, 0.1]), np.full(4, 0.3), serves_many=False)
    assert chosen.tolist() == [False, True, True, False]


def test_a_pair_on_its_threshold_is_taken() -> None:
    assert assign(np.array([0]), np.array([0]), np.array([0.3]), np.array([0.3]), serves_many=False).tolist() == [True]


def test_without_candidates_every_due_stay_has_rank_zero() -> None:
    world = make_world(np.random.default_rng(5), days=5)
    days = _decision_days(world)
    pairs = decide(world.bookings, MATCH_CANDIDATES.empty(), EMPTY, days, lambda _: assumed_weights(ROOM), ROOM)
    assert set(pairs["rank"]) == {0}
    assert pairs["review_id"].null_count() == pairs.height


def test_without_bookings_there_is_nothing_to_decide() -> None:
    world = make_world(np.random.default_rng(5), days=5)
    pairs = decide(
        world.bookings.head(0), MATCH_CANDIDATES.empty(), EMPTY, world.days, lambda _: assumed_weights(ROOM), ROOM
    )
    assert pairs.equals(EMPTY)
