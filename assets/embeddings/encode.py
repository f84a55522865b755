"""Rows of ``review_embeddings`` from texts and an encoder."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from assets.embeddings.contract import REVIEW_EMBEDDINGS
from resources.embedding_cache import content_hash
from resources.errors import ContractError

Embed = Callable[[Sequence[str]], np.ndarray]


def embed_reviews(reviews: pl.DataFrame, tier: str, embed: Embed) -> pl.DataFrame:
    """Frame of ``REVIEW_EMBEDDINGS`` in the row order of the reviews.

    Args:
        reviews: ``clean_reviews`` rows.
        tier: name stored beside the vectors.
        embed: (n,) texts -> (n, dimensions) float32 unit vectors; each distinct text reaches it once.

    Raises:
        ContractError: the encoder gave back another number of vectors.
    """
    distinct = reviews.select("text").unique(maintain_order=True)
    vectors = embed(distinct["text"].to_list())
    if vectors.ndim != 2 or len(vectors) != distinct.height:
        message = (
            f"encoder of tier {tier!r} must give ({distinct.height}, dimensions), got {vectors.shape}; "
            "one vector per text, in order"
        )
        raise ContractError(message)
    embedded = distinct.with_columns(
        _vectors("embedding", vectors),
        pl.Series("content_hash", [content_hash(text) for text in distinct["text"].to_list()], dtype=pl.String),
    )
    rows = reviews.select("review_id", "text", "delivery_day").join(
        embedded, on="text", how="left", maintain_order="left"
    )
    return REVIEW_EMBEDDINGS.conform(rows.with_columns(pl.lit(tier).alias("tier")).select(REVIEW_EMBEDDINGS.names))


def embedding_matrix(embeddings: pl.Series) -> np.ndarray:
    """(n, dimensions) float32 of a List(Float32) series without nulls.

    Raises:
        ContractError: the vectors differ in width.
    """
    if embeddings.is_empty():
        return np.zeros((0, 0), dtype=np.float32)
    widths = embeddings.list.len().unique().sort().to_list()
    if len(widths) > 1:
        message = f"vectors must have one width, got {widths}; embed all days with one tier"
        raise ContractError(message)
    return np.ascontiguousarray(embeddings.list.to_array(widths[0]).to_numpy(), dtype=np.float32)


def _vectors(name: str, vectors: np.ndarray) -> pl.Series:
    if not len(vectors):
        return pl.Series(name, [], dtype=pl.List(pl.Float32))
    return pl.Series(name, np.ascontiguousarray(vectors, dtype=np.float32)).cast(pl.List(pl.Float32))
