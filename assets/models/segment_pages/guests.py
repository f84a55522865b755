"""What the pages of the segments are made from: one frame per thing that is known of the customers."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from assets.common.versions import latest_versions
from assets.models.estimators.registry import TREES

WRITTEN = ("review_id", "delivery_day", "positive_text", "negative_text")  # columns read of ``clean_reviews``


@dataclass(frozen=True, kw_only=True)
class Guests:
    """What is known of the customers; each frame may be without rows.

    Attributes:
        customers: rows of ``customers``.
        examples: rows of ``examples``.
        scores: rows of ``customer_scores``.
        influence: ``pseudo_customer_id`` and the SHAP values of the boosted trees, currency units, one column per
            feature.
        texts: :func:`written_texts`.
    """

    customers: pl.DataFrame
    examples: pl.DataFrame
    scores: pl.DataFrame
    influence: pl.DataFrame
    texts: pl.DataFrame


def influence_by_customer(influence: pl.DataFrame) -> pl.DataFrame:
    """pseudo_customer_id and one column per feature, by customer.

    Args:
        influence: ``feature_influence`` rows.
    """
    ordered = influence.filter(pl.col("model") == TREES).sort("pseudo_customer_id", "feature")
    return ordered.pivot("feature", index="pseudo_customer_id", values="influence", maintain_order=True)


def written_texts(whose: pl.DataFrame, reviews: pl.DataFrame, known_by: date) -> pl.DataFrame:
    """Masked reviews behind the customers' text blocks, as they stand on a day.

    Args:
        whose: ``customer_reviews`` rows.
        reviews: ``clean_reviews`` rows, :data:`WRITTEN` at least.
        known_by: last day that counts.

    Returns:
        ``pseudo_customer_id``, ``review_id``, ``share``, ``positive_text``, ``negative_text``; by customer, largest
        share first.
    """
    written = latest_versions(reviews, "review_id", known_by).select("review_id", "positive_text", "negative_text")
    texts = whose.join(written, on="review_id", how="inner")
    return texts.sort("pseudo_customer_id", "share", "review_id", descending=[False, True, False])
