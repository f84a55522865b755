"""The text of a customer at day T: the weighted mean of what their paired reviews say."""

from datetime import date
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.alignment.links import links_at
from assets.common.versions import latest_versions

Aggregation = Literal["mean", "latest"]
_VERSION = ["review_id", "delivery_day"]
_DECIMALS = 9  # of stored weights and means
_LINKS_AT_ONCE = 100_000  # of whole customers, whose vectors are in memory together
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
        specification 6.4: an excluded review has weight zero and is not replaced by the next candidate.
    """
    # Vectors are most of the memory: they are moved once, in the end.
    table = _once(embeddings.with_columns(row=pl.int_range(pl.len())), "row")
    table = table.join(_once(anomalies, "is_excluded"), on=_VERSION, how="left")
    table = table.join(_once(parts, "polarity_text").rename({"polarity_text": "polarity"}), on=_VERSION, how="left")
    table = table.join(_once(clean, "score"), on=_VERSION, how="inner")
    no_verdict = pl.col("is_excluded").fill_null(value=False)
    table = table.with_columns(pl.col("polarity").fill_null(0.0), no_verdict).sort(_VERSION)
    vectors = embeddings["embedding"].gather(table["row"])
    return table.select(*_VERSION, vectors, "polarity", "score", "is_excluded")


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
        pairs: booking_review_pairs, or links of both kinds (``links_of``); only those that hold at T count.
        reviews: :func:`review_table`; only reviews delivered by T count, each as it came last.
        as_of: T.
        aggregation: ``mean`` of all reviews; ``latest``: the one that was delivered last, alone.

    Returns:
        One row per customer with text: pseudo_customer_id, has_text, text_weight (sum of match probabilities),
        text_polarity [-1, 1], text_score [0, 10], text_vector, reviews (distinct); sorted by id.

    Source:
        specification 6.7, text of a customer at day T.
    """
    known = known_reviews(reviews.with_columns(row=pl.int_range(pl.len())).drop("embedding"), as_of)
    links = text_links(customers, pairs, known, as_of)
    if aggregation == "latest":
        last = pl.col("position").sort_by("came", "position").last().over("pseudo_customer_id")
        links = links.filter(pl.col("position") == last)
    if links.is_empty():
        return pl.DataFrame(schema=TEXT_SCHEMA)
    return pl.concat([_means(part, _values(part, known, reviews["embedding"])) for part in _by_customers(links)])


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
        pairs: booking_review_pairs, or links of both kinds (``links_of``); only those that hold at T count.
        known: :func:`known_reviews` at T.
        as_of: T.

    Returns:
        One row per pair: booking_id, review_id, weight (match probability, above 0), pseudo_customer_id, position (in
        ``known``), came (delivery day); sorted by (pseudo_customer_id, position, booking_id).
    """
    return (
        links_at(pairs, as_of)
        .select("booking_id", "review_id", weight=pl.col("match_probability").fill_null(0.0))
        .join(customers, on="booking_id", how="inner")
        .join(known.select("review_id", "position", came="delivery_day"), on="review_id", how="inner")
        .filter(pl.col("weight") > 0.0)
        .sort("pseudo_customer_id", "position", "booking_id")
    )


def _by_customers(links: pl.DataFrame) -> list[pl.DataFrame]:
    """Links in runs of whole customers, so that not all of their vectors are in memory together."""
    customer = links["pseudo_customer_id"].rle_id().to_numpy()
    starts = np.searchsorted(customer, customer[np.arange(0, links.height, _LINKS_AT_ONCE)])
    ends = np.append(starts[1:], links.height)
    return [links[start:end] for start, end in zip(starts, ends, strict=True) if end > start]


def _values(links: pl.DataFrame, known: pl.DataFrame, vectors: pl.Series) -> NDArray[np.float64]:
    """(n_links, d + 2) vector, polarity and score of each link's review."""
    used = known[links["position"]]
    matrix = vectors.gather(used["row"]).explode().to_numpy().astype(np.float64).reshape(links.height, -1)
    return np.column_stack([matrix, used["polarity"].to_numpy(), used["score"].to_numpy()])


def _means(links: pl.DataFrame, values: NDArray[np.float64]) -> pl.DataFrame:
    """Weighted means by customer, summed link by link in sorted order so that the bytes never depend on threads."""
    customer = links["pseudo_customer_id"].rle_id().cast(pl.Int64).to_numpy()
    weight = links["weight"].to_numpy()
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    total = np.add.reduceat(weight, starts)
    sums = np.add.reduceat(weight[:, None] * values, starts, axis=0)
    means = np.round(sums / total[:, None], _DECIMALS)
    vectors = means[:, :-2].astype(np.float32)
    frame = {
        "pseudo_customer_id": links["pseudo_customer_id"].gather(starts),
        "has_text": np.ones(len(starts), dtype=bool),
        "text_weight": np.round(total, _DECIMALS),
        "text_polarity": np.clip(means[:, -2], -1.0, 1.0),
        "text_score": means[:, -1],
        "text_vector": pl.Series(vectors).arr.to_list(),
        "reviews": _distinct(customer, links["position"].to_numpy()),
    }
    return pl.DataFrame(frame, schema=TEXT_SCHEMA)


def _distinct(customer: NDArray[np.int64], position: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many different positions each customer has; links are sorted by both."""
    is_new = (np.diff(customer, prepend=-1) != 0) | (np.diff(position, prepend=-1) != 0)
    return np.bincount(customer, weights=is_new).astype(np.int64)
