"""What the pages of the segments are made from: one frame per thing that is known of the customers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from assets.models.estimators.registry import TREES
from assets.reports.telling.guests import customer_texts

if TYPE_CHECKING:
    from assets.reports.telling.told import Told


@dataclass(frozen=True, kw_only=True)
class Guests:
    """What is known of the customers; each frame may be without rows.

    Attributes:
        customers: rows of ``customers``.
        examples: rows of ``examples``.
        scores: rows of ``customer_scores``.
        influence: ``pseudo_customer_id`` and the SHAP values of the boosted trees, currency units, one column per
            feature.
        texts: masked reviews (``texts_of_customers``).
    """

    customers: pl.DataFrame
    examples: pl.DataFrame
    scores: pl.DataFrame
    influence: pl.DataFrame
    texts: pl.DataFrame


def guests_of(told: "Told") -> Guests:
    """What a run knows of its customers."""
    return Guests(
        customers=told.table("customers"),
        examples=told.table("examples"),
        scores=told.table("customer_scores"),
        influence=influence_by_customer(told.table("feature_influence")),
        texts=customer_texts(told),
    )


def influence_by_customer(influence: pl.DataFrame) -> pl.DataFrame:
    """pseudo_customer_id and one column per feature, by customer.

    Args:
        influence: ``feature_influence`` rows.
    """
    ordered = influence.filter(pl.col("model") == TREES).sort("pseudo_customer_id", "feature")
    return ordered.pivot("feature", index="pseudo_customer_id", values="influence", maintain_order=True)
