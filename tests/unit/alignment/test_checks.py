from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from assets.alignment.assignment import decide
from assets.alignment.candidates import build_candidates
from assets.alignment.checks import require, validate_assignments, validate_candidates, validate_pairs
from assets.alignment.contract import BOOKING_REVIEW_PAIRS, MATCH_CANDIDATES
from assets.alignment.match_probability import assumed_weights
from assets.alignment.settings import AlignmentSettings
from resources.contract import CheckOutcome
from resources.errors import ContractError
from tests.unit.alignment.world import World, make_world

ROOM = AlignmentSettings(window_days=5, threshold=0.1)
EMPTY = BOOKING_REVIEW_PAIRS.empty()


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(np.random.default_rng(6), days=20)


@pytest.fixture(scope="module")
def candidates(world: World) -> pl.DataFrame:
    return build_candidates(world.bookings, world.reviews, world.hotels, world.days, ROOM).frame


@pytest.fixture(scope="module")
def pairs(world: World, candidates: pl.DataFrame) -> pl.DataFrame:
    return decide(world.bookings, candidates, EMPTY, world.days, lambda _: assumed_weights(ROOM), ROOM)


def red(outcomes: list[CheckOutcome]) -> set[str]:
    for outcome in outcomes:
        assert outcome.passed or (outcome.rows > 0 and outcome.advice and outcome.failed_days)
    return {outcome.name for outcome in outcomes if not outcome.passed}


def test_good_frames_are_green(world: World, candidates: pl.DataFrame, pairs: pl.DataFrame) -> None:
    assert red(validate_candidates(candidates)) == set()
    assert red(validate_pairs(pairs)) == set()
    assert red(validate_assignments(pairs, EMPTY, world.bookings, candidates)) == set()


def test_empty_frames_are_green() -> None:
    assert red(validate_candidates(MATCH_CANDIDATES.empty())) == set()
    assert red(validate_pairs(EMPTY)) == set()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("candidate_key_is_unique", {"booking_id": pl.lit("b"), "review_id": pl.lit("r")}),
        ("candidate_review_is_posted_in_window", {"time_agreement": pl.lit(0.0)}),
        ("candidate_review_is_posted_in_window", {"gap_days_from": pl.lit(9, pl.Int32)}),
        (
            "candidate_is_stored_before_its_stay_is_decided",
            {"decision_day": pl.col("delivery_day") - timedelta(days=1)},
        ),
        ("candidate_is_among_its_rivals", {"rival_stays": pl.lit(0.0)}),
    ],
)
def test_broken_candidates_are_red(candidates: pl.DataFrame, name: str, change: dict[str, pl.Expr]) -> None:
    assert name in red(validate_candidates(candidates.with_columns(**change)))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("pair_key_is_unique", {"booking_id": pl.lit("b"), "rank": pl.lit(1, pl.Int32)}),
        ("stay_is_assigned_at_most_once", {"booking_id": pl.lit("b"), "is_assigned": pl.lit(value=True)}),
        ("review_is_assigned_at_most_once", {"review_id": pl.lit("r"), "is_assigned": pl.lit(value=True)}),
        ("match_probability_is_a_probability", {"match_probability": pl.lit(1.5)}),
        ("match_probability_is_a_probability", {"match_probability": pl.lit(float("nan"))}),
        ("stay_is_not_decided_before_its_end", {"stay_end": pl.col("delivery_day") + timedelta(days=1)}),
        ("rank_zero_names_no_review", {"rank": pl.lit(0, pl.Int32)}),
        ("rank_zero_names_no_review", {"review_id": pl.lit(None, pl.String), "is_assigned": pl.lit(value=False),
                                       "match_weight": pl.lit(None, pl.Float64),
                                       "match_probability": pl.lit(None, pl.Float64), "rank": pl.lit(1, pl.Int32)}),
    ],
)  # fmt: skip
def test_broken_pairs_are_red(pairs: pl.DataFrame, name: str, change: dict[str, pl.Expr]) -> None:
    assert name in red(validate_pairs(pairs.with_columns(**change)))


def test_a_shared_review_is_fine_where_it_is_allowed(pairs: pl.DataFrame) -> None:
    shared = pairs.with_columns(review_id=pl.lit("r"), is_assigned=pl.lit(value=True), is_exclusive=pl.lit(value=False))
    assert "review_is_assigned_at_most_once" not in red(validate_pairs(shared))


def test_a_review_decided_before_is_red(world: World, candidates: pl.DataFrame, pairs: pl.DataFrame) -> None:
    earlier = pairs.filter("is_assigned").with_columns(booking_id=pl.lit("other"))
    assert red(validate_assignments(pairs, earlier, world.bookings, candidates)) == {"review_was_not_assigned_before"}


def test_a_cancelled_booking_is_red(world: World, candidates: pl.DataFrame, pairs: pl.DataFrame) -> None:
    cancelled = world.bookings.with_columns(reservation_status=pl.lit("Canceled"))
    assert red(validate_assignments(pairs, EMPTY, cancelled, candidates)) == {"only_completed_stays_are_decided"}


def test_a_pair_that_came_too_late_or_never_was_a_candidate_is_red(
    world: World, candidates: pl.DataFrame, pairs: pl.DataFrame
) -> None:
    later = candidates.with_columns(delivery_day=pl.col("delivery_day") + timedelta(days=90))
    name = "pair_was_a_candidate_by_its_decision_day"
    assert red(validate_assignments(pairs, EMPTY, world.bookings, later)) == {name}
    assert red(validate_assignments(pairs, EMPTY, world.bookings, candidates.head(0))) == {name}


def test_a_fault_that_spans_tables_stops_with_its_name(
    world: World, candidates: pl.DataFrame, pairs: pl.DataFrame
) -> None:
    require(validate_assignments(pairs, EMPTY, world.bookings, candidates))
    with pytest.raises(ContractError, match="pair_was_a_candidate_by_its_decision_day"):
        require(validate_assignments(pairs, EMPTY, world.bookings, candidates.head(0)))
