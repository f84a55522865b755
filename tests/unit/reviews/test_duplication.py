from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.reviews.duplication import duplication
from assets.reviews.settings import ReviewSettings
from tests.unit.reviews.builders import day, unit_vectors, vector_rows

SETTINGS = ReviewSettings()
LONG = [list(range(30))]  # phrases of one text
BRIEF = [list(range(10))]


def by_hand(vectors: np.ndarray) -> list[float]:
    """Largest cosine to an earlier row, in row order; 0 for the first."""
    wide = vectors.astype(np.float64)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    return [0.0, *(float((wide[:row] @ wide[row]).max()) for row in range(1, len(wide)))]


def random_corpus(seed: int, number: int, n_days: int) -> tuple[np.ndarray, list[date]]:
    rng = np.random.default_rng(seed)
    vectors = unit_vectors(rng, number)
    for row in range(3, number, 4):  # copies and near-copies
        vectors[row] = vectors[rng.integers(row)] + (rng.random() < 0.5) * rng.normal(0, 0.02, vectors.shape[1])
        vectors[row] /= np.linalg.norm(vectors[row])
    return vectors, [day(int(offset)) for offset in np.sort(rng.integers(n_days, size=number))]


def test_agrees_with_a_plain_search() -> None:
    vectors, days = random_corpus(1, 60, 5)
    frame = duplication(vector_rows(vectors, days), sorted(set(days)), SETTINGS)
    assert frame["duplication_cosine"].to_list() == pytest.approx(by_hand(vectors), abs=1e-5)
    likeness = [0.4 + cosine / 2 if cosine else 0.0 for cosine in by_hand(vectors)]  # no two share a phrase
    assert frame["duplication_raw"].to_list() == pytest.approx(likeness, abs=1e-5)


def test_shared_phrases_decide_among_near_neighbours() -> None:
    base = unit_vectors(np.random.default_rng(2), 1)[0]
    nudge = np.eye(8, dtype=np.float32)[0]
    vectors = np.stack([base + 0.3 * nudge, base + 0.1 * nudge, base])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    original, other = list(range(30)), list(range(100, 130))
    frame = duplication(vector_rows(vectors, [day(0)] * 3, phrases=[original, other, original[3:]]), [day(0)], SETTINGS)
    assert frame["nearest_review_id"][2] == f"{0:032x}"
    assert frame["duplication_raw"][2] == pytest.approx(1 - (1 - vectors[0] @ vectors[2]) / 2, abs=1e-5)
    assert frame["duplication_cosine"][2] == pytest.approx(vectors[1] @ vectors[2], abs=1e-5)


def test_first_of_a_pair_is_not_the_copy_and_ties_go_to_the_earliest() -> None:
    same = np.tile(unit_vectors(np.random.default_rng(0), 1), (3, 1))
    frame = duplication(vector_rows(same, [day(0), day(0), day(3)], phrases=LONG * 3), [day(0), day(3)], SETTINGS)
    first = f"{0:032x}"
    assert frame["duplication_raw"].to_list() == [0.0, 1.0, 1.0]
    assert frame["nearest_review_id"].to_list() == [None, first, first]
    assert frame["nearest_gap_days"].to_list() == [None, 0, 3]


def test_stock_phrases_are_no_evidence() -> None:
    vectors = np.tile(unit_vectors(np.random.default_rng(0), 1), (6, 1))
    shortest = duplication(vector_rows(vectors, [day(0)] * 6, [3] * 6, BRIEF * 6), [day(0)], SETTINGS)
    assert shortest["duplication_raw"].to_list() == [0.0] * 6
    middling = duplication(vector_rows(vectors, [day(0)] * 6, [8] * 6, BRIEF * 6), [day(0)], SETTINGS)
    assert middling["duplication_raw"].to_list() == [0.0, 0.95, 0.95, 0.0, 0.0, 0.0]
    assert middling["nearest_review_id"].is_not_null().to_list() == [False, True, True, False, False, False]
    long = duplication(vector_rows(vectors, [day(0)] * 6, [20] * 6, LONG * 6), [day(0)], SETTINGS)
    assert long["duplication_raw"].to_list() == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0]


def test_near_equal_phrases_count_as_formulaic_too() -> None:
    rng = np.random.default_rng(5)
    base = unit_vectors(rng, 1)
    vectors = base + rng.normal(0, 0.01, (5, base.shape[1]))
    frame = duplication(vector_rows(vectors, [day(0)] * 5, [8] * 5, BRIEF * 5), [day(0)], SETTINGS)
    assert frame["duplication_raw"][2] > 0.9
    assert frame["duplication_raw"].to_list()[3:] == [0.0, 0.0]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 6), st.integers(1, 60))
def test_range_equals_days_one_by_one_in_any_order(seed: int, number: int, n_days: int, exact: int) -> None:
    vectors, days = random_corpus(seed, number, n_days)
    rng = np.random.default_rng(seed)
    phrases = [sorted(set(rng.integers(30, size=12).tolist())) for _ in range(number)]
    frame = vector_rows(vectors, days, rng.integers(4, 20, number).tolist(), phrases)
    asked, some = sorted(set(days)), ReviewSettings(duplication_exact_texts=exact)
    together = duplication(frame.sample(fraction=1, shuffle=True, seed=seed), asked, some)
    alone = pl.concat([duplication(frame.filter(pl.col("delivery_day") <= one), [one], some) for one in asked])
    assert together.equals(alone)


def test_a_device_and_the_exact_setting_find_the_same() -> None:
    vectors, days = random_corpus(4, 300, 5)
    frame, asked = vector_rows(vectors, days), sorted(set(days))
    exact = duplication(frame, asked, ReviewSettings(duplication_search="exact", duplication_exact_texts=10))
    assert duplication(frame, asked, SETTINGS, device="cpu").equals(exact)
    assert duplication(frame, asked, SETTINGS).equals(exact)


def test_days_without_reviews_and_empty_corpus() -> None:
    vectors, days = random_corpus(3, 10, 2)
    assert duplication(vector_rows(vectors, days), [day(99)], SETTINGS).height == 0
    assert duplication(vector_rows(vectors, days).clear(), [day(0)], SETTINGS).height == 0
    only_stock = duplication(vector_rows(vectors, days, [2] * 10), sorted(set(days)), SETTINGS)
    assert only_stock["duplication_raw"].to_list() == [0.0] * 10
