from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from assets.reviews.anomaly_score import score_anomalies
from assets.reviews.checks import (
    validate_anomalies,
    validate_anomaly_parts,
    validate_clean_reviews,
    validate_review_vectors,
)
from assets.reviews.contract import CLEAN_REVIEWS, REVIEW_ANOMALIES, REVIEW_ANOMALY_PARTS, REVIEW_VECTORS
from assets.reviews.settings import ReviewSettings
from resources.contract import CheckOutcome
from tests.unit.reviews.builders import START, clean_rows, day, part_rows, unit_vectors, vector_rows

CLEAN = clean_rows({}, {"delivery_day": day(1)})
VECTORS = vector_rows(unit_vectors(np.random.default_rng(0), 3), [START, day(1), day(1)])
PARTS = part_rows({"contradiction_raw": 0.1}, {"nearest_review_id": "other", "contradiction_raw": 0.1})
ANOMALIES = score_anomalies(
    part_rows(*({} for _ in range(30))), clean_rows(*({} for _ in range(30))), None, "fixed", ReviewSettings()
)

Check = Callable[[pl.DataFrame], list[CheckOutcome]]


@pytest.mark.parametrize(
    ("validate", "frame", "empty"),
    [
        (validate_clean_reviews, CLEAN, CLEAN_REVIEWS.empty()),
        (validate_review_vectors, VECTORS, REVIEW_VECTORS.empty()),
        (validate_anomaly_parts, PARTS, REVIEW_ANOMALY_PARTS.empty()),
        (validate_anomalies, ANOMALIES, REVIEW_ANOMALIES.empty()),
    ],
)
def test_green_on_good_and_empty_frames_with_the_same_names(
    validate: Check, frame: pl.DataFrame, empty: pl.DataFrame
) -> None:
    assert all(outcome.passed for outcome in validate(frame))
    assert all(outcome.passed for outcome in validate(empty))
    assert [outcome.name for outcome in validate(frame)] == [outcome.name for outcome in validate(empty)]


def first(name: str, value: object, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with one cell of its first row replaced."""
    values = frame[name].to_list()
    return frame.with_columns(pl.Series(name, [value, *values[1:]], dtype=frame[name].dtype))


NAN = float("nan")
BROKEN = [
    ("review_text_has_words", validate_clean_reviews, first("text", "...", CLEAN)),
    ("token_count_matches_text", validate_clean_reviews, first("token_count", 5, CLEAN)),
    ("placeholders_are_removed", validate_clean_reviews, first("negative_text", "No Negative", CLEAN)),
    ("vectors_have_one_width", validate_review_vectors, VECTORS.with_columns(
        pl.Series("vector", [[1.0], *VECTORS["vector"].to_list()[1:]], dtype=pl.List(pl.Float32)))),
    ("vectors_are_unit_and_finite", validate_review_vectors, first("vector", [0.5] * 8, VECTORS)),
    ("vectors_are_unit_and_finite", validate_review_vectors, first("vector", [NAN] * 8, VECTORS)),
    ("parts_are_finite", validate_anomaly_parts, first("timing_raw", float("inf"), PARTS)),
    ("contradiction_is_the_difference", validate_anomaly_parts, first("contradiction_raw", 0.7, PARTS)),
    ("nearest_is_another_review", validate_anomaly_parts, first("nearest_review_id", PARTS["review_id"][0], PARTS)),
    ("anomaly_score_lies_within_parts", validate_anomalies, first("anomaly_score", 0.9, ANOMALIES)),
    ("excluded_reviews_have_a_reason", validate_anomalies, first("is_excluded", True, ANOMALIES)),
    ("most_reviews_are_kept", validate_anomalies, ANOMALIES.with_columns(pl.lit(True).alias("is_excluded"))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "validate", "frame"), BROKEN, ids=[item[0] for item in BROKEN])
def test_red_on_a_broken_frame(name: str, validate: Check, frame: pl.DataFrame) -> None:
    outcome = next(item for item in validate(frame) if item.name == name)
    assert not outcome.passed
    assert outcome.rows >= 1
    assert START in outcome.failed_days
    assert outcome.advice
    assert all("text" not in example for example in outcome.examples)
