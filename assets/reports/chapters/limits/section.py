"""The chapter on limits, and on what was left out."""

from assets.reports.telling.blocks import Block, Bullets, Section, Table
from assets.reports.telling.told import Told

_LIMITS = (
    "A pseudo-customer is not a person. Large ones are agencies and companies; their value is that of many guests.",
    "Value is revenue, not profit: no costs, commissions or refunds are known.",
    "Forecast targets of neighbouring cross-validation dates overlap in time; the hold-out is later than all of them.",
    "Reviews come from guests who chose to write, and only English ones are read here.",
    "Pairs are probable, not certain; explanations describe models, not guests.",
    "Noise in released counts was drawn once; averaging published copies does not remove it.",
)


def limits_section(told: Told) -> Section:
    """What must not be read into the report."""
    return Section(
        anchor="limits",
        title="Limits",
        lead="Read these before acting on a single figure.",
        blocks=(Bullets(items=_LIMITS), *_left_out_blocks(told)),
    )


def _left_out_blocks(told: Told) -> list[Block]:
    left_out = told.left_out()
    if not left_out:
        return []
    return [
        Table(
            key="not_run",
            title="What was left out, and why",
            columns=("Result", "Why"),
            rows=tuple(sorted(left_out.items())),
            text_columns=2,
            note="make evaluate computes the full report." if told.run.profile == "quick" else "",
        )
    ]
