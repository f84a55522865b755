"""Rows of ``review_vectors``: the vector of a review's text and what duplication needs beside it."""

import numpy as np
import polars as pl

from assets.reviews.contract import REVIEW_VECTORS
from assets.reviews.similarity import phrase_hashes
from assets.reviews.words import distinct_words
from resources.errors import ContractError


def review_vector_rows(reviews: pl.DataFrame, vectors: np.ndarray) -> pl.DataFrame:
    """Frame of ``REVIEW_VECTORS`` in the row order of the reviews.

    Args:
        reviews: ``clean_reviews`` rows.
        vectors: (n, dimensions) float32, one per review.

    Raises:
        ContractError: the numbers of reviews and vectors differ.
    """
    if len(vectors) != reviews.height:
        message = f"vectors must have {reviews.height} rows, got shape {vectors.shape}; embed every review once"
        raise ContractError(message)
    texts = reviews["text"].to_list()
    words = [distinct_words(text) for text in texts]
    return REVIEW_VECTORS.conform(
        reviews.select("review_id").with_columns(
            vector_series("vector", vectors),
            pl.Series("distinct_words", words, dtype=pl.Int32),
            pl.Series("phrases", [phrase_hashes(text) for text in texts], dtype=pl.List(pl.UInt32)),
            reviews["posted_day"],
            reviews["delivery_day"],
        )
    )


def vector_series(name: str, vectors: np.ndarray) -> pl.Series:
    """A List(Float32) series of (n, dimensions) vectors."""
    if not len(vectors):
        return pl.Series(name, [], dtype=pl.List(pl.Float32))
    return pl.Series(name, np.ascontiguousarray(vectors, dtype=np.float32)).cast(pl.List(pl.Float32))
