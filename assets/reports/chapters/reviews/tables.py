"""Table 2 of paper 001: how many reviews each filter keeps."""

import polars as pl

from assets.common.findings import Tree
from assets.reports.telling import paper_figures as paper
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import NOT_PRINTED, capital, count, percent, plain


def retention_frame(steps: Tree) -> pl.DataFrame:
    """``mode`` (part_by_part, composite), ``step``, ``reviews``, ``share`` in the paper's order of steps.

    Args:
        steps: the branch ``reviews.anomaly.steps`` of the findings: mode -> step -> reviews and share.
    """
    order = ("all", "contradiction", "duplication", "timing")
    rows = [
        {"mode": mode, "step": "all clean reviews" if step == "all" else step, **branch[step]}
        for mode, branch in sorted(steps.items(), reverse=True)
        for step in order
        if step in branch and branch[step].get("share") is not None
    ]
    schema = {"mode": pl.String, "step": pl.String, "reviews": pl.Int64, "share": pl.Float64}
    return pl.DataFrame(rows, schema=schema)


def retention_table(retention: pl.DataFrame) -> Table:
    """Table 2 of paper 001: reviews kept after each anomaly filter, part by part and by the composite score.

    Args:
        retention: :func:`retention_frame`.
    """
    printed = [*paper.RETENTION]
    rows = []
    for index, row in enumerate(retention.filter(pl.col("mode") == "part_by_part").iter_rows(named=True)):
        shown = percent(printed[index][2]) if index < len(printed) else NOT_PRINTED
        rows.append((capital(plain(row["step"])), count(row["reviews"]), percent(row["share"]), shown))
    for row in retention.filter(pl.col("mode") == "composite").iter_rows(named=True):
        shown = percent(printed[-1][2]) if row["share"] < 1 else percent(1.0)
        rows.append(
            (f"{capital(plain(row['step']))} (one weighted score)", count(row["reviews"]), percent(row["share"]), shown)
        )
    return Table(
        key="retention",
        title="Table 2 of paper 001: reviews kept by the anomaly filter",
        columns=("Step", "Reviews", "Kept", "Paper 001"),
        rows=tuple(rows),
        note="The paper describes one weighted score but prints the filters one after the other; both are shown.",
        paper_columns=(3,),
        disclosure=Disclosure.OPERATIONAL,
    )
