"""The reviews on a plane: the two directions in which their embeddings differ most."""

import numpy as np
import polars as pl

from assets.common.versions import latest_versions
from assets.embeddings.contract import REVIEW_MAP
from assets.embeddings.encode import embedding_matrix

_MOST = 20_000  # reviews; two directions of a few hundred need no more
_FEWEST = 20  # below, a plane through the reviews says nothing


def map_rows(embeddings: pl.DataFrame, reviews: pl.DataFrame) -> pl.DataFrame:
    """Principal components of the newest tier's embeddings; no rows below twenty reviews.

    Args:
        embeddings: ``review_embeddings`` rows.
        reviews: ``clean_reviews`` rows by delivery day, for the score. Of a corrected review the last version counts.

    Returns:
        Rows of ``review_map`` by review, the first axis pointing towards better scores; an even sample where there
        are more than 20,000 reviews.
    """
    if embeddings.is_empty():
        return REVIEW_MAP.empty()
    tier = embeddings.sort("delivery_day", "review_id")["tier"][-1]
    scores = reviews.select("review_id", "score").unique("review_id", keep="last", maintain_order=True)
    current = latest_versions(embeddings.filter(pl.col("tier") == tier), "review_id")  # by review
    rows = current.join(scores, on="review_id", how="inner", maintain_order="left").drop_nulls("score")
    sample = rows.gather_every(max(1, -(-rows.height // _MOST)))  # ids are keyed hashes: even is random
    if sample.height < _FEWEST:
        return REVIEW_MAP.empty()
    places, shares = principal_plane(embedding_matrix(sample["embedding"]).astype(np.float64))
    score = sample["score"].cast(pl.Float64).to_numpy()
    if float((places[:, 0] * (score - score.mean())).sum()) < 0.0:
        places[:, 0] = -places[:, 0]
    return sample.select("review_id", pl.col("score").cast(pl.Float64)).with_columns(
        first_axis=pl.Series(places[:, 0]),
        second_axis=pl.Series(places[:, 1]),
        first_share=pl.lit(shares[0]),
        second_share=pl.lit(shares[1]),
        reviews=pl.lit(rows.height, dtype=pl.Int64),
    )


def principal_plane(vectors: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """(n, 2) coordinates along the two directions of largest variance, and the share of each.

    Args:
        vectors: (n, dimensions), at least two columns.
    """
    centred = vectors - vectors.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred)  # ascending
    chosen = directions[:, [-1, -2]]
    signs = np.sign(chosen[np.abs(chosen).argmax(axis=0), [0, 1]])  # a direction's sign is arbitrary: fix it
    total = max(float(variances.sum()), 1e-12)
    return centred @ (chosen * signs), (float(variances[-1]) / total, float(variances[-2]) / total)
