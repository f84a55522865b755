"""The map of the reviews: places by hand, determinism, and who may see it."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from assets.reports.blocks import Disclosure
from assets.reports.editions import may_share, pictures_of
from assets.reports.figure_style import svg_text
from assets.reports.review_map import draw_review_map, map_blocks, principal_plane, review_map
from tests.unit.reports import fixtures
from tests.unit.reports.fixtures import editions_of


def stored(number=300, seed=1, tier="static"):
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


def test_plane_by_hand():
    places, explained = principal_plane(
        np.array([[3.0, 0.0, 1.0], [-3.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, -1.0, 1.0]])
    )
    assert np.allclose(np.abs(places), [[3, 0], [3, 0], [0, 1], [0, 1]])
    assert explained == pytest.approx((0.9, 0.1))


def test_better_reviews_lie_to_the_right_whatever_the_order():
    embeddings, reviews = stored()
    found = review_map(embeddings, reviews)
    assert np.corrcoef(found.places[:, 0], found.score)[0, 1] > 0.3
    again = review_map(embeddings.reverse(), reviews.reverse())
    assert np.array_equal(found.places, again.places)
    assert svg_text(draw_review_map(found), "map") == svg_text(draw_review_map(again), "map")


def test_too_few_reviews_make_no_map():
    embeddings, reviews = stored(19)
    assert review_map(embeddings, reviews) is None
    assert review_map(embeddings.clear(), reviews) is None
    assert map_blocks(None) == []


def test_only_the_newest_tier_is_drawn():
    (old, old_scores), (new, new_scores) = stored(), stored(50, seed=2, tier="minilm")
    new = new.with_columns(review_id="m" + pl.col("review_id"), delivery_day=pl.lit(date(2024, 2, 1)))
    scores = pl.concat([old_scores, new_scores.with_columns(review_id="m" + pl.col("review_id"))])
    assert review_map(pl.concat([old, new]), scores).reviews == 50


@pytest.mark.parametrize("score", [0.0, 10.0])
def test_equal_scores_and_equal_texts_are_drawn(score):
    embeddings, reviews = stored()
    (picture,) = map_blocks(review_map(embeddings, reviews.with_columns(score=pl.lit(score))))
    assert picture.sentence
    same = embeddings.with_columns(
        embedding=pl.Series([[1.0, 0.0, 0.0]] * embeddings.height, dtype=pl.List(pl.Float32))
    )
    assert map_blocks(review_map(same, reviews))


def test_cells_hold_five_reviews_and_never_leave():
    found = review_map(*stored())
    figure = draw_review_map(found)
    cells = figure.axes[0].collections[0]
    assert 0 < len(cells.get_array()) < 60  # 300 reviews in cells of five and more
    (picture,) = map_blocks(found)
    assert picture.disclosure is Disclosure.GUEST_AGGREGATE
    assert not any(may_share(picture.disclosure, facts) for facts in fixtures.FACTS.values())


def test_the_chapter_shows_the_map_and_the_shareable_edition_does_not_on_own_data():
    inputs = replace(fixtures.full_inputs("demo"), review_map=review_map(*stored()))
    editions = editions_of(inputs)
    keys = {name: {picture.key for picture in pictures_of(edition)} for name, edition in editions.items()}
    assert "review_map" in keys["internal"]
    assert "review_map" not in keys["shareable"]
