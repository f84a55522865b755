"""What counts as evidence for a pair, as rows and as a table."""

import polars as pl

from assets.common.findings import Tree
from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import capital, decimal, plain


def match_weight_frame(weights: Tree) -> pl.DataFrame:
    """``field``, ``level``, ``weight``, ``is_learned``, in the order of the fields.

    Args:
        weights: the branch ``alignment.weights`` of the findings: field -> level -> bits, order, is_learned.
    """
    rows = [
        {
            "field": field,
            "level": level,
            "weight": float(item["bits"]),
            "is_learned": item["is_learned"],
            "at": item["order"],
        }
        for field, levels in weights.items()
        for level, item in levels.items()
    ]
    schema = {"field": pl.String, "level": pl.String, "weight": pl.Float64, "is_learned": pl.Boolean, "at": pl.Int64}
    return pl.DataFrame(rows, schema=schema).sort("at").drop("at")


def match_weight_table(weights: pl.DataFrame) -> Table:
    """The evidence that each level of agreement brings, and where the figure comes from."""
    rows = tuple(
        (
            capital(plain(row["field"])),
            plain(row["level"]),
            decimal(row["weight"]),
            decimal(2 ** row["weight"], 2),
            "learned" if row["is_learned"] else "assumed",
        )
        for row in weights.iter_rows(named=True)
    )
    return Table(
        key="match_weights",
        title="What counts as evidence that a review belongs to a stay",
        columns=("Field", "Level", "Bits", "Odds times", "From"),
        rows=rows,
        note="Bits: +1 doubles the odds. Agreement never counts against a match.",
        text_columns=2,
        disclosure=Disclosure.MODEL_METRIC,
    )
