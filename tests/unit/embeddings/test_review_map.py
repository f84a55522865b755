"""The map of the reviews: places by hand, determinism, what its checks refuse."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from assets.embeddings.checks import validate_map
from assets.embeddings.contract import REVIEW_MAP
from assets.embeddings.review_map import map_rows, principal_plane


def stored(number=300, seed=1, tier="static") -> tuple[pl.DataFrame, pl.DataFrame]:
    """Embeddings whose first direction is the score, in ids of random order."""
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 11, number).astype(float)
    vectors = np.column_stack([-score, rng.normal(0, 1, number), rng.normal(0, 0.1, number)])
    ids = [f"{value:08x}" for value in rng.permutation(number)]
    embeddings = pl.DataFrame(
        {
            "review_id": ids,
            "tier": tier,
            "embedding": vectors.astype(np.float32).tolist(),
            "delivery_day": date(2024, 1, 1),
        }
    ).with_columns(pl.col("embedding").cast(pl.List(pl.Float32)))
    return embeddings, pl.DataFrame({"review_id": ids, "score": score})


def test_plane_by_hand() -> None:
    places, explained = principal_plane(
        np.array([[3.0, 0.0, 1.0], [-3.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, -1.0, 1.0]])
    )
    assert np.allclose(np.abs(places), [[3, 0], [3, 0], [0, 1], [0, 1]])
    assert explained == pytest.approx((0.9, 0.1))


def test_better_reviews_lie_to_the_right_whatever_the_order() -> None:
    embeddings, reviews = stored()
    places = map_rows(embeddings, reviews)
    assert np.corrcoef(places["first_axis"], places["score"])[0, 1] > 0.3
    assert map_rows(embeddings.reverse(), reviews.reverse()).equals(places)
    assert REVIEW_MAP.conform(places).height == 300


def test_too_few_reviews_make_no_map() -> None:
    embeddings, reviews = stored(19)
    assert map_rows(embeddings, reviews).is_empty()
    assert map_rows(embeddings.clear(), reviews).schema == REVIEW_MAP.empty().schema


def test_only_the_newest_tier_is_laid_out() -> None:
    (old, old_scores), (new, new_scores) = stored(), stored(50, seed=2, tier="minilm")
    new = new.with_columns(review_id="m" + pl.col("review_id"), delivery_day=pl.lit(date(2024, 2, 1)))
    scores = pl.concat([old_scores, new_scores.with_columns(review_id="m" + pl.col("review_id"))])
    places = map_rows(pl.concat([old, new]), scores)
    assert places["reviews"].unique().to_list() == [50]
    assert places["review_id"].str.starts_with("m").all()


def test_a_large_history_is_sampled_evenly_and_says_how_much_it_stands_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.embeddings.review_map._MOST", 100)
    places = map_rows(*stored())
    assert places.height == 100
    assert places["reviews"][0] == 300


def test_a_corrected_review_lies_where_its_last_version_does() -> None:
    embeddings, reviews = stored()
    later = embeddings.head(1).with_columns(
        embedding=pl.Series([[-1.0, 0.0, 0.0]], dtype=pl.List(pl.Float32)), delivery_day=pl.lit(date(2024, 2, 1))
    )
    corrected = pl.concat([embeddings, later]), pl.concat([reviews, reviews.head(1).with_columns(score=pl.lit(1.0))])
    alone = embeddings[1:], reviews[1:]
    expected = map_rows(pl.concat([alone[0], later]), pl.concat([alone[1], corrected[1].tail(1)]))
    assert map_rows(*corrected).equals(expected)
    assert expected["reviews"][0] == 300


def failed(places: pl.DataFrame) -> list[str]:
    return [outcome.name for outcome in validate_map(places) if not outcome.passed]


def test_a_map_that_is_no_plane_or_lies_backwards_is_refused() -> None:
    places = map_rows(*stored())
    assert failed(places) == []
    assert failed(REVIEW_MAP.empty()) == []
    assert failed(places.with_columns(first_axis=-pl.col("first_axis"))) == ["better_reviews_lie_to_the_right"]
    assert failed(places.with_columns(second_axis=pl.lit(float("nan")))) == ["map_places_are_finite"]
