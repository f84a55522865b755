"""What the scores of the last scored day say of all customers: how many each segment holds, what they will bring."""

import polars as pl

from assets.common.findings import Tree
from assets.customers.group_figures import DOMINATED, GIVES_BACK, hidden_with_one_other, revenue_to_show, too_few
from assets.customers.lifetime_value import SEGMENTS
from assets.customers.protocols import PROSPECTIVE


def horizon_results(examples: pl.DataFrame) -> Tree:
    """``forecast.horizon_days``: how far the forecasts look ahead; empty before there are any.

    Args:
        examples: rows of ``examples``.
    """
    ahead = examples.filter(pl.col("protocol") == PROSPECTIVE)["horizon_days"].to_list()
    return {"forecast": {"horizon_days": max(ahead)}} if ahead else {}


def score_results(scores: pl.DataFrame, minimum: int) -> tuple[Tree, dict[str, str]]:
    """``scores.<segment>``: customers, the revenue expected of them, its share and its mean; why something is absent.

    Args:
        scores: ``customer_scores`` rows of one day.
        minimum: customers behind each figure.

    Returns:
        The branch, and path -> reason. A segment of few customers, or of whose sum one customer makes up most, has no
        figure of revenue, and with a single one another has none: the total less the rest would give it back.
    """
    parts = [scores.filter(pl.col("segment") == name) for name in SEGMENTS]
    present = [(name, rows) for name, rows in zip(SEGMENTS, parts, strict=True) if not rows.is_empty()]
    sums = [float(rows["value"].sum()) for _, rows in present]
    shown = [revenue_to_show(rows["value"]) if rows.height >= minimum else None for _, rows in present]
    kept = hidden_with_one_other(shown, sums)
    total = sum(sums)
    tree: Tree = {}
    reasons: dict[str, str] = {}
    for (name, rows), first, amount in zip(present, shown, kept, strict=True):
        if rows.height < minimum:
            reasons[f"scores.{name}"] = too_few(minimum)
            continue
        tree[name] = {"customers": rows.height}
        if amount is None:
            reasons[f"scores.{name}.expected"] = DOMINATED if first is None else GIVES_BACK
        else:
            tree[name] |= {"expected": amount, "mean": amount / rows.height}
            tree[name] |= {"share": amount / total} if total > 0.0 else {}
    return ({"scores": tree} if tree else {}), reasons
