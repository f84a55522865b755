"""The gate of the fusion by value segment: how far it relies on behaviour, the paper's figures beside ours."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.customers.lifetime_value import SEGMENTS
from assets.models.findings.gate import APART
from assets.reports.chapters.explain.figures import draw_gate
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Picture, Table
from assets.reports.telling.notices import missing
from assets.reports.telling.wording import NOT_PRINTED, Estimate, capital, decimal, estimate

if TYPE_CHECKING:
    from assets.reports.telling.told import Told


@dataclass(frozen=True)
class Gate:
    """Weight of behaviour (1) against text (0) in one value segment.

    Attributes:
        segment: low, mid or high.
        mean: over customers with text, with its interval.
        std: over the same.
    """

    segment: str
    mean: Estimate
    std: float


def gates_of(told: "Told") -> list[Gate]:
    """The gate in every value segment in which it was measured, low value first.

    Args:
        told: to a chapter that reads ``gate``.
    """
    return [
        Gate(segment, mean, told.number(f"gate.{segment}.std") or 0.0)
        for segment in SEGMENTS
        if (mean := told.estimate(f"gate.{segment}.mean")) is not None
    ]


def gate_blocks(told: "Told") -> list[Block]:
    """Picture and table of the gate; a note where it was not measured."""
    gates = gates_of(told)
    if not gates:
        return [missing("gate by value segment", told, Need.TEXTS)]
    picture = Picture(
        key="gate_by_segment",
        title="How far the fusion relies on behaviour (figure 8 of paper 001)",
        sentence=f"The gate {_trend(gates)}{_apart(told)}; the paper reports a rise from 0.41 to 0.68. "
        "A gate is an internal weight: it says nothing about causes, nor about which source would be missed more.",
        alt=f"Dots: mean gate {', '.join(f'{gate.segment} {decimal(gate.mean.value)}' for gate in gates)}.",
        figure=draw_gate(
            [capital(gate.segment) for gate in gates],
            [gate.mean.value for gate in gates],
            [gate.std for gate in gates],
            [paper.GATE[gate.segment] for gate in gates],
        ),
        disclosure=Disclosure.MODEL_METRIC,
    )
    return [picture, gate_table(gates)]


def gate_table(gates: list[Gate]) -> Table:
    """Table 11 of paper 001: mean and spread of the gate by value segment."""
    rows = tuple(
        (
            capital(gate.segment),
            estimate(gate.mean),
            decimal(gate.std),
            decimal(printed) if (printed := paper.GATE[gate.segment]) is not None else NOT_PRINTED,
        )
        for gate in gates
    )
    return Table(
        key="gate",
        title="Table 11 of paper 001: weight of behaviour in the fusion",
        columns=("Segment", "Mean (95 %)", "Std", "Paper 001"),
        rows=rows,
        paper_columns=(3,),
        note="1 = behaviour only, 0 = text only; intervals over customers, whose rows at several origins go together. "
        "The paper prints two means in its text; the table's cells did not survive.",
        disclosure=Disclosure.MODEL_METRIC,
    )


def _trend(gates: list[Gate]) -> str:
    first, last = gates[0], gates[-1]
    difference = last.mean.value - first.mean.value
    if abs(difference) < 0.005:
        trend = "is the same in all segments"
    else:
        way = "rises" if difference > 0 else "falls"
        trend = f"{way} from {first.segment} to {last.segment} value by {decimal(abs(difference))}"
    if abs(difference) < max(gate.std for gate in gates):
        trend += ", less than it spreads inside a segment"
    return trend


def _apart(told: "Told") -> str:
    """Whether the means of the lowest and the highest segment differ beyond chance, on the same draws of customers."""
    apart = told.estimate(f"gate.{APART}")
    if apart is None or apart.low is None or apart.high is None:
        return ""
    is_shown = apart.low > 0.0 or apart.high < 0.0
    words = "apart beyond chance" if is_shown else "not shown to be apart"
    return f" (high minus low {estimate(apart)}: {words})"
