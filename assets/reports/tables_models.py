"""The table of the gate, the paper's figures beside ours."""

from assets.reports.inputs import SEGMENTS, ReportInputs
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import (
    NOT_PRINTED,
    Estimate,
    capital,
    decimal,
    estimate,
)


def gate_table(inputs: ReportInputs) -> Table | None:
    """Table 11 of paper 001: mean and spread of the gate by value segment."""
    if not inputs.gate:
        return None
    rows = tuple(
        (
            capital(segment),
            estimate(inputs.gate_means.get(segment) or Estimate(inputs.gate[segment][0])),
            decimal(inputs.gate[segment][1]),
            decimal(printed) if (printed := paper.GATE[segment]) is not None else NOT_PRINTED,
        )
        for segment in SEGMENTS
        if segment in inputs.gate
    )
    return Table(
        key="gate",
        title="Table 11 of paper 001: weight of behaviour in the fusion",
        columns=("Segment", "Mean (95 %)", "Std", "Paper 001"),
        rows=rows,
        paper_columns=(3,),
        note="1 = behaviour only, 0 = text only; intervals over customers, whose rows at several origins go together. "
        "The paper prints two means in its text; the table's cells did not "
        "survive.",
        disclosure=Disclosure.MODEL_METRIC,
    )
