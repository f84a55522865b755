"""From the tables that take forecasts apart to what is drawn of them."""

import polars as pl

from assets.customers.lifetime_value import SEGMENTS
from assets.models.explaining.words import TextExplanation


def drawn_influence(influence: pl.DataFrame, limit: int) -> pl.DataFrame | None:
    """``feature``, ``shap``, ``scaled_value`` of at most ``limit`` customers, evenly chosen; None without rows.

    Args:
        influence: ``feature_influence`` rows of one model.
        limit: customers kept.
    """
    if influence.is_empty():
        return None
    customers = influence["pseudo_customer_id"].unique().sort()
    shown = customers.gather_every(max(1, -(-len(customers) // limit)))
    kept = influence.filter(pl.col("pseudo_customer_id").is_in(shown.implode()))
    return kept.sort("feature", "pseudo_customer_id").select("feature", "scaled_value", shap=pl.col("influence"))


def influence_by_customer(influence: pl.DataFrame) -> pl.DataFrame | None:
    """pseudo_customer_id and one column per feature, by customer; None without rows.

    Args:
        influence: ``feature_influence`` rows of one model.
    """
    if influence.is_empty():
        return None
    ordered = influence.sort("pseudo_customer_id", "feature")
    return ordered.pivot("feature", index="pseudo_customer_id", values="influence", maintain_order=True)


def explanations_of(explained: pl.DataFrame) -> tuple[TextExplanation, ...]:
    """The explained texts, value segments from low to high.

    Args:
        explained: ``explained_texts`` rows of one model.
    """
    by_segment = {row["segment"]: row for row in explained.iter_rows(named=True)}
    return tuple(
        TextExplanation(
            segment=segment,
            prediction=row["prediction"],
            words=tuple(row["words"]),
            weights=tuple(row["weights"]),
            text=row["text"],
            fit=row["fit"],
            share=row["share"],
        )
        for segment in SEGMENTS
        if (row := by_segment.get(segment)) is not None
    )
