"""The map of the reviews in the report: what is drawn, and who may see it."""

import numpy as np
import polars as pl
import pytest

from assets.embeddings.contract import REVIEW_MAP
from assets.reports.chapters.reviews.review_map import draw_review_map, map_blocks
from assets.reports.telling.blocks import Disclosure, Picture
from assets.reports.telling.editions import may_share, pictures_of
from assets.reports.telling.figure_style import svg_text
from tests.unit.reports import fixtures
from tests.unit.reports.fixtures import editions_of


def places(number: int = 300, reviews: int | None = None) -> pl.DataFrame:
    """Reviews whose first axis is the score."""
    rng = np.random.default_rng(1)
    score = rng.integers(0, 11, number).astype(float)
    rows = {
        "review_id": [f"{place:08x}" for place in range(number)],
        "first_axis": score - score.mean(),
        "second_axis": rng.normal(0, 1, number),
        "score": score,
        "first_share": [0.8] * number,
        "second_share": [0.1] * number,
        "reviews": [reviews or number] * number,
    }
    return REVIEW_MAP.conform(pl.DataFrame(rows))


def picture_of(rows: pl.DataFrame) -> Picture:
    (picture,) = map_blocks(rows)
    assert isinstance(picture, Picture)
    return picture


def test_the_sentence_says_how_much_is_drawn_and_how_much_of_it_is_praise() -> None:
    sentence = picture_of(places()).sentence
    assert sentence.startswith("300 reviews, by the two directions")
    assert "90\u00a0% of the variance" in sentence
    assert "correlate by 1.00" in sentence
    assert picture_of(places(reviews=900)).sentence.startswith("900 reviews, 300 of them drawn, by")


def test_equal_maps_are_equal_bytes() -> None:
    first, again = (svg_text(draw_review_map(places()), "map") for _ in range(2))
    assert first == again


def test_no_map_no_picture() -> None:
    assert map_blocks(REVIEW_MAP.empty()) == []


@pytest.mark.parametrize("column", ["score", "first_axis"])
def test_equal_scores_and_equal_texts_are_drawn(column: str) -> None:
    assert "correlate by 0.00" in picture_of(places().with_columns(pl.lit(0.0).alias(column))).sentence


def test_cells_hold_five_reviews_and_never_leave() -> None:
    cells = draw_review_map(places()).axes[0].collections[0].get_array()
    assert cells is not None
    assert 0 < len(cells) < 60  # 300 reviews in cells of five and more
    picture = picture_of(places())
    assert picture.disclosure is Disclosure.GUEST_AGGREGATE
    assert not any(may_share(picture.disclosure, facts) for facts in fixtures.FACTS.values())


def test_the_chapter_shows_the_map_and_the_shareable_edition_does_not_on_own_data() -> None:
    world = fixtures.full_world("demo").with_tables(review_map=places())
    editions = editions_of(world)
    keys = {name: {picture.key for picture in pictures_of(edition)} for name, edition in editions.items()}
    assert "review_map" in keys["internal"]
    assert "review_map" not in keys["shareable"]
