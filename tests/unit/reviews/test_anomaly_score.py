import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.reviews.anomaly_score import (
    FIXED_BOUNDS,
    bounds_of,
    composite,
    fit_bounds,
    scaled_parts,
    score_anomalies,
)
from assets.reviews.checks import validate_anomalies
from assets.reviews.contract import PARTS, REVIEW_ANOMALIES, REVIEW_ANOMALY_PARTS
from assets.reviews.settings import ReviewSettings
from tests.unit.reviews.builders import clean_rows, identity, part_rows

SETTINGS = ReviewSettings()


def scored(*parts: dict, reviews: list[dict] | None = None, settings: ReviewSettings = SETTINGS) -> pl.DataFrame:
    return score_anomalies(part_rows(*parts), clean_rows(*(reviews or [{}] * len(parts))), None, "fixed", settings)


def test_ordinary_review_is_kept() -> None:
    row = scored({}).row(0, named=True)
    assert (row["anomaly_score"], row["is_excluded"], row["reason"]) == (0.0, False, "nothing unusual")


@pytest.mark.parametrize(
    ("part", "review", "main", "reason"),
    [
        (
            {"contradiction_raw": 1.9, "polarity_title_or_score": 0.9, "polarity_text": -0.9},
            {"score": 9.6},
            "contradiction",
            "score 9.6, text strongly negative",
        ),
        (
            {"contradiction_raw": 1.9, "polarity_title_or_score": -0.9, "polarity_text": 0.5},
            {"score": 2.5, "title": "Never again"},
            "contradiction",
            "score 2.5 and title together strongly negative, text strongly positive",
        ),
        (
            {"duplication_raw": 1.0, "nearest_review_id": "abcdef0123456789", "nearest_gap_days": 3},
            {},
            "duplication",
            "same text as review abcdef01 posted 3 days earlier",
        ),
        (
            {"duplication_raw": 0.98, "nearest_review_id": "abcdef0123456789", "nearest_gap_days": 0},
            {},
            "duplication",
            "nearly the same text as review abcdef01 posted on the same day",
        ),
        (
            {"timing_raw": 9.0, "posts_observed": 14, "posts_expected": 2.04},
            {},
            "timing",
            "14 posts for this hotel in a day, usually 2",
        ),
        (
            {
                "timing_raw": 9.0,
                "posts_observed": 99,
                "posts_expected": 18.3,
                "posts_window_hours": 72,
                "posts_scope": "platform",
            },
            {},
            "timing",
            "99 posts for all hotels in 3 days, usually 18",
        ),
        (
            {"timing_raw": 9.0, "posts_observed": 7, "posts_expected": 0.41, "posts_window_hours": 3},
            {},
            "timing",
            "7 posts for this hotel in 3 hours, usually fewer than 1",
        ),
        (
            {"timing_raw": 9.0, "posts_observed": 9, "posts_expected": 1.26, "posts_scope": "hotel_high"},
            {},
            "timing",
            "9 high scores for this hotel in a day, usually 1.3",
        ),
    ],
)
def test_one_clear_part_excludes_and_is_named(part: dict, review: dict, main: str, reason: str) -> None:
    row = scored(part, reviews=[review]).row(0, named=True)
    assert row["is_excluded"]
    assert (row["main_part"], row["reason"]) == (main, reason)


def test_weights_decide_the_main_part() -> None:
    part = {"contradiction_raw": 1.5, "timing_raw": 9.0}
    assert scored(part)["main_part"].to_list() == ["contradiction"]
    heavy = ReviewSettings(alpha=0.2, beta=0.2, gamma=0.6)
    assert scored(part, settings=heavy)["main_part"].to_list() == ["timing"]


def test_row_order_and_versions_are_kept() -> None:
    frame = scored({"timing_raw": 9.0}, {}, {"contradiction_raw": 2.0})
    assert frame["review_id"].to_list() == [identity(number) for number in range(3)]
    assert frame["is_excluded"].to_list() == [True, False, True]
    assert set(frame["bounds_version"].to_list()) == {"fixed"}


def test_empty() -> None:
    frame = score_anomalies(REVIEW_ANOMALY_PARTS.empty(), clean_rows(), None, "fixed", SETTINGS)
    assert frame.schema == REVIEW_ANOMALIES.empty().schema


def test_bounds_are_fitted_within_limits() -> None:
    assert fit_bounds(part_rows({}), SETTINGS) is None
    few = ReviewSettings(bounds_min_reviews=10)
    calm = fit_bounds(part_rows(*({} for _ in range(20))), few)
    wild = fit_bounds(
        part_rows(*({"contradiction_raw": 2.0, "duplication_raw": 1.0, "timing_raw": 50.0} for _ in range(20))), few
    )
    assert calm is not None
    assert wild is not None
    for part in PARTS:
        assert calm["bounds"][part][0] < wild["bounds"][part][0] < wild["bounds"][part][1] == FIXED_BOUNDS[part][1]
    assert bounds_of(calm)["timing"] == tuple(calm["bounds"]["timing"])
    assert bounds_of(None) == FIXED_BOUNDS


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 2), st.floats(-1, 1), st.floats(0, 300)), min_size=1, max_size=20),
    st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1)),
)
def test_scores_are_bounded_and_rise_with_every_part(values: list, raw: tuple[float, float, float]) -> None:
    weights = tuple(weight / sum(raw) for weight in raw)
    parts = part_rows(*({"contradiction_raw": c, "duplication_raw": d, "timing_raw": t} for c, d, t in values))
    score = composite(scaled_parts(parts, FIXED_BOUNDS), weights)
    assert ((score >= 0) & (score <= 1)).all()
    for part in PARTS:
        more = parts.with_columns(pl.col(f"{part}_raw") + 0.1)
        assert (composite(scaled_parts(more, FIXED_BOUNDS), weights) >= score).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 2), st.floats(-1, 1), st.floats(0, 300)), max_size=10))
def test_anomalies_pass_their_checks(values: list) -> None:
    frame = scored(*({"contradiction_raw": c, "duplication_raw": d, "timing_raw": t} for c, d, t in values))
    assert all(outcome.passed for outcome in validate_anomalies(frame))
