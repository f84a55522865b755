"""High-value customers at risk from negative reviews (specification 6.9)."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class AtRisk:
    """How many high-value customers are paired mostly with negative reviews, and what they are worth."""

    count: int
    of: int
    revenue_share: float


def at_risk_customers(examples: pl.DataFrame, customers: pl.DataFrame, polarity: float) -> AtRisk:
    """High-value customers whose mean review polarity is below ``polarity`` at the last day they were looked at.

    Args:
        examples: ``pseudo_customer_id``, ``as_of``, ``text_polarity`` (null without text).
        customers: ``pseudo_customer_id``, ``value_segment``, ``clv``.
        polarity: border in [-1, 1].
    """
    latest = (
        examples.filter(pl.col("text_polarity").is_not_null())
        .sort("pseudo_customer_id", "as_of", "text_polarity")
        .group_by("pseudo_customer_id", maintain_order=True)
        .agg(pl.col("text_polarity").last())
    )
    high = customers.filter(pl.col("value_segment") == "high").join(latest, on="pseudo_customer_id", how="inner")
    low = high.filter(pl.col("text_polarity") < polarity)
    total = max(float(customers["clv"].sum()), 1.0)
    return AtRisk(count=low.height, of=high.height, revenue_share=float(low["clv"].sum()) / total)
