"""The masked reviews behind the customers' text blocks, with the share that each has in them."""

from datetime import date

import polars as pl

from assets.alignment.links import links_at
from assets.common.versions import latest_versions

BOOKING = ("booking_id", "pseudo_customer_id", "delivery_day")
REVIEW = ("review_id", "delivery_day", "score", "text", "positive_text", "negative_text")
JUDGED = ("review_id", "delivery_day", "is_excluded")  # columns read of the three tables
_SCHEMA = {
    "pseudo_customer_id": pl.String,
    "review_id": pl.String,
    "share": pl.Float64,
    "score": pl.Float64,
    "text": pl.String,
    "positive_text": pl.String,
    "negative_text": pl.String,
}


def texts_of_customers(
    pairs: pl.DataFrame, bookings: pl.DataFrame, reviews: pl.DataFrame, anomalies: pl.DataFrame, known_by: date
) -> pl.DataFrame:
    """The masked reviews behind each customer's text block, with the share that each has in it.

    Args:
        pairs: ``booking_review_pairs`` rows, or links of both kinds (``links_of``).
        bookings: ``booking_id``, ``pseudo_customer_id``, ``delivery_day``.
        reviews: ``clean_reviews`` rows; a corrected review counts as it came last.
        anomalies: ``review_id``, ``delivery_day``, ``is_excluded``; excluded reviews are passed over.
        known_by: T; what was delivered or decided later is not looked at.

    Returns:
        ``pseudo_customer_id``, ``review_id``, ``share`` (0 to 1, summing to 1 per customer), ``score``, ``text``,
        ``positive_text``, ``negative_text``; by customer, largest share first.

    Source:
        ``assets.models.examples.text_block``, the text of a customer at day T: weights are match probabilities.
    """
    owners = latest_versions(bookings, "booking_id", known_by).select("booking_id", "pseudo_customer_id")
    verdicts = anomalies.select("review_id", "delivery_day", "is_excluded").unique(
        ["review_id", "delivery_day"], keep="first", maintain_order=True
    )
    judged = reviews.join(verdicts, on=["review_id", "delivery_day"], how="left", maintain_order="left")
    texts = latest_versions(judged, "review_id", known_by).filter(~pl.col("is_excluded").fill_null(value=False))
    weights = (
        links_at(pairs, known_by)
        .filter(pl.col("match_probability") > 0.0)
        .join(owners, on="booking_id", how="inner")
        .sort("pseudo_customer_id", "review_id", "booking_id")
        .group_by("pseudo_customer_id", "review_id", maintain_order=True)
        .agg(weight=pl.col("match_probability").sum())
    )
    behind = weights.join(texts, on="review_id", how="inner")
    share = pl.col("weight") / pl.col("weight").sum().over("pseudo_customer_id")
    return (
        behind.with_columns(share=share)
        .sort("pseudo_customer_id", "share", "review_id", descending=[False, True, False])
        .select(list(_SCHEMA))
        .cast(_SCHEMA)  # type: ignore[arg-type]
    )


def main_texts(texts: pl.DataFrame) -> pl.DataFrame:
    """The text with the largest share of each customer: ``pseudo_customer_id``, ``review_id``, ``share``, ``text``."""
    first = texts.unique("pseudo_customer_id", keep="first", maintain_order=True)
    return first.select("pseudo_customer_id", "review_id", "share", "text")
