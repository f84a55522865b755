"""How much of the paper's protocol is the target explaining itself: nested sets of features, and each group alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from assets.common.findings import Estimate, estimate_of
from assets.reports.chapters.observed.figures import draw_leakage
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture, Table
from assets.reports.telling.wording import decimal, percent

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


def leakage_blocks(branch: Mapping[str, Any]) -> list[Block]:
    """Warning, picture and table; nothing where no set of features was tested.

    Args:
        branch: ``customers.leakage``: set of features -> its figures.
    """
    rows = leakage_rows(branch)
    if not rows:
        return []
    groups = leakage_groups(branch)
    return [
        Notice(
            text="Leakage warning. In the paper's protocol, features and target come from the same period. The "
            "monetary feature is then the target itself, and frequency times mean revenue rebuilds it. A high R² there "
            "is arithmetic, not foresight: read the forecasts first.",
            tone="warning",
        ),
        Picture(
            key="leakage",
            title="How much is the target explaining itself",
            sentence=leakage_sentence(rows),
            alt=f"Bars of R²: {', '.join(f'{label} {decimal(item.value, 3)}' for label, item in rows)}.",
            figure=draw_leakage(rows),
            disclosure=Disclosure.MODEL_METRIC,
        ),
        *([leakage_group_table(groups)] if groups else []),
    ]


def leakage_rows(leakage: Mapping[str, Any]) -> tuple[tuple[str, Estimate], ...]:
    """(label, R²) of the paper's sets first, most features first; ours after them."""
    names = [name for name in LEAKAGE_LABELS if name in leakage]
    rows = [(LEAKAGE_LABELS[name], estimate_of(leakage[name].get("r2"))) for name in names]
    return tuple((label, item) for label, item in rows if item is not None)


def leakage_groups(leakage: Mapping[str, Any]) -> tuple[Group, ...]:
    """(label, features that hold the target, R², R² of ln(1 + value)) of every group of features alone."""
    rows = [
        (label, own.get("contains_target") or "", own.get("r2"), own.get("r2_log"))
        for name, label in GROUP_LABELS.items()
        if (own := leakage.get(name)) is not None
    ]
    return tuple(row for row in rows if row[2] is not None)


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


def leakage_sentence(rows: Sequence[tuple[str, Estimate]]) -> str:
    """The drop from all features to those without the target, in words; says so when there is none."""
    (most, first), (fewest, last) = rows[0], rows[min(2, len(rows) - 1)]
    text = f"One learner reaches R² {decimal(first.value, 3)} with {_inside(most)}, "
    text += f"and {decimal(last.value, 3)} {_inside(fewest)}"
    echo = first.value - last.value
    if echo <= 0:
        return f"{text}: here the target's echo does not show, the few very large customers decide the figure."
    return f"{text}: {percent(echo, 0)} of the variance was the target's own echo."


def _inside(label: str) -> str:
    """A label inside a sentence: its first letter small."""
    return label[:1].lower() + label[1:]
