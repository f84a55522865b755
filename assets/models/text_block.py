"""The text of a customer at day T: the weighted mean of what their paired reviews say."""

from datetime import date
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.common.versions import latest_versions

Aggregation = Literal["mean", "latest"]
_VERSION = ["review_id", "delivery_day"]
_DECIMALS = 9  # of stored weights and means
TEXT_SCHEMA = pl.Schema(
    {
        "pseudo_customer_id": pl.String(),
        "has_text": pl.Boolean(),
        "text_weight": pl.Float64(),
        "text_polarity": pl.Float64(),
        "text_score": pl.Float64(),
        "text_vector": pl.List(pl.Float32()),
        "reviews": pl.Int32(),
    }
)


def review_table(
    embeddings: pl.DataFrame, anomalies: pl.DataFrame, parts: pl.DataFrame, clean: pl.DataFrame
) -> pl.DataFrame:
    """What is known of each version of a review; an excluded one has no weight.

    Args:
        embeddings: review_embeddings.
        anomalies: review_anomalies; a review without a row here counts as not excluded.
        parts: review_anomaly_parts, for ``polarity_text``.
        clean: clean_reviews, for ``score``.

    Returns:
        review_id, delivery_day, embedding (List(Float32)), polarity, score, is_excluded; one row per review and day on
        which it came (a correction is a row of its own day), sorted by both.

    Source:
        SPEC 3.4: an excluded review has weight zero and is not replaced by the next candidate.
    """
    table = _once(embeddings, "embedding")
    table = table.join(_once(anomalies, "is_excluded"), on=_VERSION, how="left")
    table = table.join(_once(parts, "polarity_text").rename({"polarity_text": "polarity"}), on=_VERSION, how="left")
    table = table.join(_once(clean, "score"), on=_VERSION, how="inner")
    no_verdict = pl.col("is_excluded").fill_null(value=False)
    return table.with_columns(pl.col("polarity").fill_null(0.0), no_verdict).sort(_VERSION)


def _once(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    return frame.select(*_VERSION, column).unique(_VERSION, keep="first", maintain_order=True)


def text_block(
    customers: pl.DataFrame,
    pairs: pl.DataFrame,
    reviews: pl.DataFrame,
    as_of: date,
    aggregation: Aggregation = "mean",
) -> pl.DataFrame:
    """Match-probability-weighted mean of embedding, polarity and score per customer.

    Args:
        customers: booking_id, pseudo_customer_id of the bookings known at T.
        pairs: booking_review_pairs; only assigned pairs decided by T count.
        reviews: :func:`review_table`; only reviews delivered by T count, each as it came last.
        as_of: T.
        aggregation: ``mean`` of all reviews; ``latest``: the one that was delivered last, alone.

    Returns:
        One row per customer with text: pseudo_customer_id, has_text, text_weight (sum of match probabilities),
        text_polarity [-1, 1], text_score [0, 10], text_vector, reviews (distinct); sorted by id.

    Source:
        SPEC 3.7, text of a customer at day T.
    """
    known = known_reviews(reviews, as_of)
    links = text_links(customers, pairs, known, as_of)
    if aggregation == "latest":
        last = pl.col("position").sort_by("came", "position").last().over("pseudo_customer_id")
        links = links.filter(pl.col("position") == last)
    if links.is_empty():
        return pl.DataFrame(schema=TEXT_SCHEMA)
    used = known[links["position"].unique().sort()]
    values = np.column_stack([_vectors(used), used["polarity"].to_numpy(), used["score"].to_numpy()])
    row = np.searchsorted(used["position"].to_numpy(), links["position"].to_numpy())
    return _means(links, values, row)


def known_reviews(reviews: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Reviews that a text at T may read: delivered by T, each as it came last, excluded ones left out.

    Args:
        reviews: :func:`review_table`.
        as_of: T.

    Returns:
        The columns of ``reviews`` and ``position``, the row number; sorted by review_id.
    """
    known = latest_versions(reviews, "review_id", as_of).filter(~pl.col("is_excluded"))
    return known.with_columns(position=pl.int_range(pl.len(), dtype=pl.Int64))


def text_links(customers: pl.DataFrame, pairs: pl.DataFrame, known: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Which reviews stand behind whose text at T, and with what weight.

    Args:
        customers: booking_id, pseudo_customer_id of the bookings known at T.
        pairs: booking_review_pairs; only assigned pairs decided by T count.
        known: :func:`known_reviews` at T.
        as_of: T.

    Returns:
        One row per pair: booking_id, review_id, weight (match probability, above 0), pseudo_customer_id, position (in
        ``known``), came (delivery day); sorted by (pseudo_customer_id, position, booking_id).
    """
    decided = pairs.filter(pl.col("is_assigned") & (pl.col("delivery_day") <= as_of))
    return (
        decided.select("booking_id", "review_id", weight=pl.col("match_probability").fill_null(0.0))
        .join(customers, on="booking_id", how="inner")
        .join(known.select("review_id", "position", came="delivery_day"), on="review_id", how="inner")
        .filter(pl.col("weight") > 0.0)
        .sort("pseudo_customer_id", "position", "booking_id")
    )


def _vectors(reviews: pl.DataFrame) -> NDArray[np.float64]:
    return reviews["embedding"].explode().to_numpy().astype(np.float64).reshape(reviews.height, -1)


def _means(links: pl.DataFrame, values: NDArray[np.float64], row: NDArray[np.int64]) -> pl.DataFrame:
    """Weighted means by customer, summed link by link in sorted order so that the bytes never depend on threads."""
    customer = links["pseudo_customer_id"].rle_id().cast(pl.Int64).to_numpy()
    weight = links["weight"].to_numpy()
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    total = np.add.reduceat(weight, starts)
    sums = np.add.reduceat(weight[:, None] * values[row], starts, axis=0)
    means = np.round(sums / total[:, None], _DECIMALS)
    ends = np.append(starts[1:], len(customer))
    reviews = [len(set(row[start:end].tolist())) for start, end in zip(starts, ends, strict=True)]
    ids = links["pseudo_customer_id"].gather(starts)
    vectors = means[:, :-2].astype(np.float32)
    frame = {
        "pseudo_customer_id": ids,
        "has_text": np.ones(len(starts), dtype=bool),
        "text_weight": np.round(total, _DECIMALS),
        "text_polarity": np.clip(means[:, -2], -1.0, 1.0),
        "text_score": means[:, -1],
        "text_vector": pl.Series(vectors).arr.to_list(),
        "reviews": reviews,
    }
    return pl.DataFrame(frame, schema=TEXT_SCHEMA)
