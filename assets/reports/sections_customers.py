"""Blocks on what leaks into the target of the paper's protocol."""

from collections.abc import Sequence

from assets.reports import figures_customers
from assets.reports.inputs import ReportInputs
from assets.reports.leakage import leakage_group_table
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Notice, Picture
from assets.reports.telling.notices import missing
from assets.reports.telling.wording import Estimate, decimal, percent


def leakage_blocks(inputs: ReportInputs) -> list[Block]:
    """How much of the paper's protocol is the target explaining itself."""
    if not inputs.leakage:
        return [missing("leakage table", inputs, Need.CUSTOMERS)]
    rows = list(inputs.leakage)
    return [
        Notice(
            text="Leakage warning. In the paper's protocol, features and target come from the same period. The "
            "monetary "
            "feature is then the target itself, and frequency times mean revenue rebuilds it. A high R² there is "
            "arithmetic, not foresight: read the forecasts first.",
            tone="warning",
        ),
        Picture(
            key="leakage",
            title="How much is the target explaining itself",
            sentence=leakage_sentence(rows),
            alt=f"Bars of R²: {', '.join(f'{label} {decimal(item.value, 3)}' for label, item in rows)}.",
            figure=figures_customers.draw_leakage(rows),
            disclosure=Disclosure.MODEL_METRIC,
        ),
        *([leakage_group_table(inputs.leakage_groups)] if inputs.leakage_groups else []),
    ]


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
