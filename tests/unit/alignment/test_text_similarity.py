import numpy as np
import polars as pl
import pytest

from assets.alignment.text_similarity import descriptor_similarity


def reviews(*texts: str | None) -> pl.DataFrame:
    n = len(texts)
    nulls = pl.Series([None] * n, dtype=pl.String)
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    return frame.with_columns(title=nulls, room=nulls, trip_type=nulls, party=nulls)


def test_shared_words_are_alike_and_others_are_not() -> None:
    documents = ["beach golf pool", "city centre museum"]
    similarity = descriptor_similarity(reviews("beach golf pool", "nothing here", None), documents, documents)
    assert similarity[0].tolist() == [pytest.approx(1.0), 0.0]
    assert similarity[1:].sum() == 0.0


def test_a_review_is_scored_the_same_whoever_stands_beside_it() -> None:
    documents = ["beach golf pool", "city centre museum"]
    alone = descriptor_similarity(reviews("golf in the city"), documents, documents)
    many = descriptor_similarity(reviews("pool", "golf in the city", "museum"), documents, documents)
    np.testing.assert_array_equal(alone[0], many[1])


@pytest.mark.parametrize("fixed", [[], [""], ["a b c"], ["!!"]])
def test_descriptors_without_words_are_like_no_review(fixed: list[str]) -> None:
    assert descriptor_similarity(reviews("golf"), ["x"], fixed).tolist() == [[0.0]]


def test_no_review_gives_no_row() -> None:
    assert descriptor_similarity(reviews(), ["golf"], ["golf"]).shape == (0, 1)
