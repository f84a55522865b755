import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.embeddings.checks import validate_embeddings
from assets.embeddings.contract import REVIEW_EMBEDDINGS
from assets.embeddings.encode import embed_reviews, embedding_matrix
from assets.embeddings.settings import EmbeddingSettings
from resources.errors import ContractError, SettingsError
from tests.unit.reviews.builders import clean_rows, day


class CountingEmbed:
    """Unit vectors out of a hash of the text; remembers what it was asked."""

    def __init__(self, width: int = 6) -> None:
        self.width = width
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        rows = [np.frombuffer(hashlib.sha256(text.encode()).digest()[: self.width], dtype=np.uint8) for text in texts]
        raw = np.array(rows, dtype=np.float32).reshape(len(texts), self.width) + 1
        return raw / np.linalg.norm(raw, axis=1, keepdims=True)


def test_rows_keep_order_and_each_text_is_embedded_once() -> None:
    embed = CountingEmbed()
    reviews = clean_rows({"text": "b"}, {"text": "a", "delivery_day": day(1)}, {"text": "b", "delivery_day": day(1)})
    frame = embed_reviews(reviews, "static", embed)
    assert frame.schema == REVIEW_EMBEDDINGS.empty().schema
    assert frame["review_id"].to_list() == reviews["review_id"].to_list()
    assert embed.asked == ["b", "a"]
    assert frame["embedding"][0].to_list() == frame["embedding"][2].to_list()
    assert frame["content_hash"][0] == hashlib.sha256(b"b").hexdigest()


def test_empty() -> None:
    frame = embed_reviews(clean_rows(), "static", CountingEmbed())
    assert frame.schema == REVIEW_EMBEDDINGS.empty().schema
    assert embedding_matrix(frame["embedding"]).shape == (0, 0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=5), max_size=10))
def test_range_equals_days_one_by_one(texts: list[str]) -> None:
    reviews = clean_rows(*({"text": text, "delivery_day": day(n % 3)} for n, text in enumerate(texts)))
    together = embed_reviews(reviews, "static", CountingEmbed())
    for offset in range(3):
        alone = embed_reviews(reviews.filter(pl.col("delivery_day") == day(offset)), "static", CountingEmbed())
        assert together.filter(pl.col("delivery_day") == day(offset)).equals(alone)
    assert all(outcome.passed for outcome in validate_embeddings(together))


def test_wrong_number_of_vectors_is_refused() -> None:
    with pytest.raises(ContractError, match="one vector per text"):
        embed_reviews(clean_rows({}, {"text": "x"}), "static", lambda texts: np.ones((len(texts) + 1, 3)))


def test_matrix_needs_one_width() -> None:
    series = pl.Series([[1.0], [1.0, 0.0]], dtype=pl.List(pl.Float32))
    with pytest.raises(ContractError, match="one width"):
        embedding_matrix(series)
    assert embedding_matrix(series.head(1)).shape == (1, 1)


@pytest.mark.parametrize("wrong", [{"tier": "word2vec"}, {"pooling": "max"}, {"tier": "roberta"}])
def test_settings_refuse_nonsense(wrong: dict) -> None:
    with pytest.raises(SettingsError, match="embeddings"):
        EmbeddingSettings(**wrong)


GOOD = embed_reviews(clean_rows({"text": "a"}, {"text": "b"}, {"text": "a"}), "static", CountingEmbed())


def replaced(vectors: list[list[float]]) -> pl.DataFrame:
    return GOOD.with_columns(pl.Series("embedding", vectors, dtype=pl.List(pl.Float32)))


def good_vectors() -> list[list[float]]:
    return GOOD["embedding"].to_list()


BROKEN = [
    ("embeddings_are_finite", [[float("nan")] * 6, *good_vectors()[1:]]),
    ("embeddings_have_one_width", [[1.0], *good_vectors()[1:]]),
    ("embeddings_have_unit_length", [[2.0, 0, 0, 0, 0, 0], *good_vectors()[1:]]),
    ("equal_texts_have_equal_vectors", [[1.0, 0, 0, 0, 0, 0], *good_vectors()[1:]]),
]


@pytest.mark.parametrize(("name", "vectors"), BROKEN, ids=[item[0] for item in BROKEN])
def test_checks_are_red_on_broken_rows(name: str, vectors: list[list[float]]) -> None:
    outcome = next(item for item in validate_embeddings(replaced(vectors)) if item.name == name)
    assert not outcome.passed
    assert outcome.failed_days == {day(0)}


def test_checks_are_green_on_good_and_empty_rows() -> None:
    for frame in (GOOD, REVIEW_EMBEDDINGS.empty()):
        outcomes = validate_embeddings(frame)
        assert [outcome.name for outcome in outcomes] == [name for name, _ in BROKEN]
        assert all(outcome.passed for outcome in outcomes)
