import numpy as np
import polars as pl
import pytest

from assets.reviews.contract import REVIEW_ANOMALY_PARTS
from assets.reviews.parts import anomaly_parts
from assets.reviews.settings import ReviewSettings
from assets.reviews.vectors import review_vector_rows
from resources.errors import ContractError
from tests.unit.reviews.builders import clean_rows, day, unit_vectors

SETTINGS = ReviewSettings()


def corpus() -> tuple[pl.DataFrame, pl.DataFrame]:
    rng = np.random.default_rng(11)
    rows = clean_rows(*(
        {"delivery_day": day(n // 3), "text": f"word{n % 9} " * 3 + "a b c d e f g h i j k l", "score": float(n % 11)}
        for n in range(60)
    ))  # fmt: skip
    return rows, review_vector_rows(rows, unit_vectors(rng, 9)[np.arange(60) % 9])


def test_range_equals_days_one_by_one() -> None:
    reviews, vectors = corpus()
    days = [day(n) for n in range(20)]
    together = anomaly_parts(reviews, vectors, [(None, days)], SETTINGS)
    assert together.height == 60
    assert tuple(together.columns) == REVIEW_ANOMALY_PARTS.names
    alone = [
        anomaly_parts(
            reviews.filter(pl.col("delivery_day") <= one),
            vectors.filter(pl.col("delivery_day") <= one),
            [(None, [one])],
            SETTINGS,
        )
        for one in days
    ]
    assert together.equals(pl.concat(alone))
    assert together["duplication_cosine"].to_list()[9:] == [1.0] * 51


def test_days_without_reviews() -> None:
    reviews, vectors = corpus()
    assert anomaly_parts(reviews, vectors, [(None, [day(99)])], SETTINGS).is_empty()


def test_every_review_needs_a_vector() -> None:
    with pytest.raises(ContractError, match="3 rows"):
        review_vector_rows(corpus()[0].head(3), np.zeros((2, 4), dtype=np.float32))
