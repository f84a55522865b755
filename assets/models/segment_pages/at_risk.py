"""High-value customers at risk from negative reviews (specification 6.9), and how sure the links to these are."""

import numpy as np
import polars as pl

from assets.common.findings import Tree
from assets.customers.group_figures import DOMINATED, is_dominated, too_few

LIST_SCHEMA = pl.Schema(
    {
        "pseudo_customer_id": pl.String(), "clv": pl.Int64(), "as_of": pl.Date(), "polarity": pl.Float64(),
        "reviews": pl.Int32(), "expected_precision": pl.Float64(),
    }
)  # fmt: skip
_BRANCH = "customers.at_risk"


def at_risk_customers(
    examples: pl.DataFrame, customers: pl.DataFrame, polarity: float, least_precision: float = 0.0
) -> pl.DataFrame:
    """High-value customers whose mean review polarity is below ``polarity`` at the last day they were looked at.

    Args:
        examples: ``pseudo_customer_id``, ``as_of``, ``text_polarity`` (null without text), ``text_weight`` (sum of
            match probabilities), ``reviews``.
        customers: ``pseudo_customer_id``, ``value_segment``, ``clv``.
        polarity: border in [-1, 1].
        least_precision: customers whose links are right with a smaller mean probability are left out.

    Returns:
        Columns of :data:`LIST_SCHEMA`, the most valuable first. ``expected_precision`` is the mean match probability
        of the reviews behind the polarity: the share of them that is expected to be the customer's.
    """
    latest = (
        examples.filter(pl.col("text_polarity").is_not_null() & (pl.col("reviews") > 0))
        .sort("pseudo_customer_id", "as_of", "text_polarity")
        .group_by("pseudo_customer_id", maintain_order=True)
        .agg(pl.col("as_of", "reviews", "text_weight").last(), polarity=pl.col("text_polarity").last())
    )
    sure = pl.min_horizontal(pl.col("text_weight") / pl.col("reviews"), 1.0)
    high = customers.filter(pl.col("value_segment") == "high").join(latest, on="pseudo_customer_id", how="inner")
    return (
        high.with_columns(expected_precision=sure)
        .filter((pl.col("polarity") < polarity) & (pl.col("expected_precision") >= least_precision))
        .sort("clv", "pseudo_customer_id", descending=[True, False])
        .select(list(LIST_SCHEMA))
        .cast(LIST_SCHEMA)  # type: ignore[arg-type]
    )


def expected_precision(at_risk: pl.DataFrame) -> float | None:
    """The share of the reviews behind a list that is expected to be its customers' own; None for an empty list.

    Args:
        at_risk: rows of :func:`at_risk_customers`.
    """
    if at_risk.is_empty():
        return None
    return float(np.average(at_risk["expected_precision"].to_numpy(), weights=at_risk["reviews"].to_numpy()))


def at_risk_tree(at_risk: pl.DataFrame, customers: pl.DataFrame, minimum: int) -> tuple[Tree, dict[str, str]]:
    """The branch ``customers.at_risk`` with what is withheld: count, share of revenue, expected precision of the links.

    Args:
        at_risk: rows of :func:`at_risk_customers`.
        customers: ``customers`` rows.
        minimum: customers behind a figure.
    """
    if customers.is_empty():
        return {}, {}
    if at_risk.height < minimum:
        return {}, {_BRANCH: too_few(minimum)}
    told: Tree = {"count": at_risk.height, "expected_precision": expected_precision(at_risk)}
    total, reasons = float(customers["clv"].sum()), {}
    if is_dominated(at_risk["clv"].cast(pl.Float64).to_numpy()):
        reasons[f"{_BRANCH}.revenue_share"] = DOMINATED
    else:
        told["revenue_share"] = float(at_risk["clv"].sum()) / max(total, 1.0)
    return {"customers": {"at_risk": told}}, reasons
