"""The leakage table of the report: labels of the feature sets, the table by group."""

from collections.abc import Mapping, Sequence
from typing import Any

from assets.common.findings import estimate_of
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import Estimate, decimal

Group = tuple[str, str, float, float | None]
LEAKAGE_LABELS = {
    "all": "The paper's seven features",
    "without_m": "without monetary value (M)",
    "without_m_and_f": "without M and frequency (F)",
    "extended": "All our features",
    "extended_without_target": "our features that do not hold the target",
}  # nested sets: the picture
GROUP_LABELS = {
    "group_recency": "Recency, gaps, tenure",
    "group_counts": "Counts of bookings",
    "group_money": "Monetary value and prices",
    "group_stays": "Stays, lead time, requests",
    "group_cancellation": "Cancellation ratio",
    "group_price_sensitivity": "Price sensitivity",
    "group_rolling_windows": "Rolling windows",
    "group_trend_and_season": "Smoothing, trend, season",
    "group_text": "What the reviews say",
    "group_text_counts": "How many reviews are paired",
    "extended_without_target": "All that do not hold the target",
    "extended_without_target_with_text": "The same, and what the reviews say",
}


def leakage_rows(leakage: Mapping[str, Any]) -> tuple[tuple[str, Estimate], ...] | None:
    """(label, R²) of the paper's sets first, most features first; ours after them."""
    names = [name for name in LEAKAGE_LABELS if name in leakage]
    rows = [(LEAKAGE_LABELS[name], estimate_of(leakage[name].get("r2"))) for name in names]
    return tuple((label, item) for label, item in rows if item is not None) or None


def leakage_groups(leakage: Mapping[str, Any]) -> tuple[Group, ...] | None:
    """(label, features that hold the target, R², R² of ln(1 + value)) of every group of features alone."""
    found = [(label, leakage[name]) for name, label in GROUP_LABELS.items() if name in leakage]
    rows = [
        (label, branch.get("contains_target") or "", branch.get("r2"), branch.get("r2_log")) for label, branch in found
    ]
    return tuple(row for row in rows if row[2] is not None) or None


def leakage_group_table(groups: Sequence[Group]) -> Table:
    """What each group of features, alone, explains of the value in the observed window, and why."""
    return Table(
        key="leakage_groups",
        title="What each group of features knows of the target",
        columns=("Features", "That hold the target", "R²", "R² of the logarithm"),
        rows=tuple(
            (label, holds.replace("_", " ") or "none", decimal(r2, 3), decimal(r2_log, 3))
            for label, holds, r2, r2_log in groups
        ),
        text_columns=2,
        note="Observed window, plain boosted trees on five folds of the customers, each group alone. A review can be "
        "paired with a completed stay only, so whether and how many reviews there are counts stays with revenue. "
        "Embeddings as principal components. The few largest customers decide R², not that of ln(1 + value). Below 0 "
        "is worse than the mean.",
        disclosure=Disclosure.MODEL_METRIC,
    )
