"""The chapter on the paper's own protocol."""

from collections.abc import Mapping
from typing import Any

from assets.customers.lifetime_value import SEGMENTS
from assets.reports.chapters.observed.leakage import leakage_blocks
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Section, Table
from assets.reports.telling.comparison import comparison_blocks
from assets.reports.telling.notices import missing
from assets.reports.telling.told import Told
from assets.reports.telling.wording import capital, decimal, metric_digits

_METRICS = ("mae", "rmse", "r2")


def observed_section(told: Told) -> Section:
    """The paper's protocol, with its leakage shown."""
    blocks: list[Block] = leakage_blocks(told.branch("customers.leakage"))
    blocks = blocks or [missing("leakage table", told, Need.CUSTOMERS)]
    blocks += comparison_blocks(told, "observed", Need.CUSTOMERS)
    segments = segment_table(told.branch("models.segments"))
    blocks += [segments] if segments is not None else []
    return Section(
        anchor="observed",
        title="The paper's own protocol, and what it hides",
        lead="Features and value from the same period, as in paper 001. Shown for comparison; no decision should rest "
        "on it.",
        blocks=tuple(blocks),
    )


def segment_table(branch: Mapping[str, Any]) -> Table | None:
    """Table 12 of paper 001: accuracy of the fusion model by value segment; None where it was not measured.

    Args:
        branch: ``models.segments``: value segment -> metric -> number.
    """
    if not branch:
        return None
    rows = []
    for segment in SEGMENTS:
        printed, own = paper.SEGMENTS[segment], branch.get(segment, {})
        rows.append(
            (
                capital(segment),
                *(decimal(own.get(metric), metric_digits(metric)) for metric in _METRICS),
                decimal(printed.mae, 1),
                decimal(printed.rmse, 1),
                decimal(printed.r2),
            )
        )
    return Table(
        key="segments",
        title="Table 12 of paper 001: accuracy by value segment",
        columns=("Segment", "MAE", "RMSE", "R²", "MAE, paper", "RMSE, paper", "R², paper"),
        rows=tuple(rows),
        paper_columns=(4, 5, 6),
        note="R² inside a segment compares with the segment's own mean: where customers are alike it can be negative "
        "although the errors are small.",
        disclosure=Disclosure.MODEL_METRIC,
    )
