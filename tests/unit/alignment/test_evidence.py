import numpy as np
import polars as pl
import pytest

from assets.alignment.assignment import decide
from assets.alignment.candidates import build_candidates
from assets.alignment.contract import BOOKING_REVIEW_PAIRS, MATCH_CANDIDATES
from assets.alignment.evidence import (
    against_truth,
    best_probabilities,
    calibration_error,
    calibration_table,
    comparison_table,
    counts,
    summary,
    waterfall,
    weight_chart,
)
from assets.alignment.match_probability import FIELDS, LEVEL_FIELDS, ROOM_NAME, assumed_weights, pair_odds
from assets.alignment.settings import AlignmentSettings
from tests.unit.alignment.world import World, make_world

ROOM = AlignmentSettings(window_days=5, threshold=0.1)
WEIGHTS = assumed_weights(ROOM)
EMPTY = BOOKING_REVIEW_PAIRS.empty()


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(np.random.default_rng(9), days=25)


@pytest.fixture(scope="module")
def candidates(world: World) -> pl.DataFrame:
    return build_candidates(world.bookings, world.reviews, world.hotels, world.days, ROOM).frame


@pytest.fixture(scope="module")
def pairs(world: World, candidates: pl.DataFrame) -> pl.DataFrame:
    # Decisions up to the last stay's day: windows of the last stays are still open.
    return decide(world.bookings, candidates, EMPTY, world.days[:25], lambda _: WEIGHTS, ROOM)


def test_summary_counts_stays_whose_window_is_still_open(
    world: World, candidates: pl.DataFrame, pairs: pl.DataFrame
) -> None:
    figures = summary(world.bookings, candidates, pairs, ROOM)
    assert figures["decided"] + figures["undecided"] == figures["stays"]
    assert figures["undecided"] > 0
    assert figures["pairs"] == pairs["is_assigned"].sum() == figures["exact_pairs"]
    assert figures["paired_share"] == figures["pairs"] / figures["decided"]
    assert counts(pairs)["paired"] == figures["pairs"]


def test_summary_of_nothing_is_zero(world: World) -> None:
    figures = summary(world.bookings.head(0), MATCH_CANDIDATES.empty(), EMPTY, ROOM)
    assert figures["paired_share"] == figures["mean_probability"] == figures["stays"] == 0.0


def test_weight_chart_has_a_row_per_level_and_no_negative_agreement() -> None:
    chart = weight_chart(WEIGHTS)
    assert set(chart["field"]) == {*FIELDS, *LEVEL_FIELDS}
    assert (chart.filter(pl.col("level") == "agrees")["weight"] >= 0).all()
    assert not chart["is_learned"].any()


def test_a_waterfall_ends_at_the_log_odds(candidates: pl.DataFrame) -> None:
    pair = candidates.row(0, named=True)
    steps = waterfall(candidates, pair["booking_id"], pair["review_id"], WEIGHTS)
    assert steps["step"].to_list() == ["prior", *FIELDS, *LEVEL_FIELDS, ROOM_NAME]
    assert 2 ** steps["total"][-1] == pytest.approx(pair_odds(candidates.head(1), WEIGHTS)[0], rel=1e-4)
    assert waterfall(candidates, "nobody", "nothing", WEIGHTS).is_empty()


def test_truth_gives_precision_recall_and_f1() -> None:
    pairs = pl.DataFrame(
        {
            "booking_id": ["a", "a", "b", "c", "d"],
            "rank": [1, 2, 1, 1, 0],
            "review_id": ["1", "2", "3", "4", None],
            "match_probability": [0.9, 0.1, 0.8, 0.2, None],
            "is_assigned": [True, False, True, False, False],
        }
    )
    truth = pl.DataFrame({"booking_id": ["a", "b", "c", "z"], "review_id": ["1", "9", "4", "8"]})
    figures = against_truth(pairs, truth)
    assert (figures["precision"], figures["possible"]) == (0.5, 3.0)
    assert figures["recall"] == pytest.approx(1 / 3)
    assert figures["f1"] == pytest.approx(0.4)


def test_the_truth_itself_scores_one_and_nothing_scores_zero(world: World) -> None:
    perfect = world.truth.with_columns(
        rank=pl.lit(1, pl.Int32), identity=pl.lit("exact"), match_weight=pl.lit(9.0), match_probability=pl.lit(1.0),
        is_assigned=pl.lit(value=True), is_exclusive=pl.lit(value=True), stay_end=pl.lit(world.days[0]),
        delivery_day=pl.lit(world.days[0]),
    ).select(BOOKING_REVIEW_PAIRS.names)  # fmt: skip
    table = comparison_table({"truth": perfect, "nobody": EMPTY}, world.truth)
    assert table["f1"].to_list() == [1.0, 0.0]
    assert table["calibration_error"].to_list() == [0.0, 0.0]


def test_calibration_compares_predicted_and_observed(pairs: pl.DataFrame, world: World) -> None:
    table = calibration_table(pairs, world.truth)
    assert table["pairs"].sum() == pairs["match_probability"].drop_nulls().len()
    assert 0 <= calibration_error(table) < 0.2
    assert calibration_error(table.head(0)) == 0.0


def test_best_probabilities_are_one_per_stay_with_candidates(pairs: pl.DataFrame) -> None:
    assert len(best_probabilities(pairs)) == counts(pairs)["with_candidate"]
