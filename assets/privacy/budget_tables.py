"""What the ledger shows with an asset: spent and left per year, and every release."""

from typing import Any

import polars as pl

from resources.privacy_budget import BudgetLedger

_SHOWN_RELEASES = 60


def budget_metadata(ledger: BudgetLedger) -> dict[str, Any]:
    """Spent per period as numbers, ``budget_md`` (spent and left) and ``releases_md`` (one row per release).

    Args:
        ledger: under the settings' accounting.
    """
    report, unit = ledger.report(), ledger.accounting.unit
    spent: dict[str, Any] = {f"{unit}_spent_{row['budget_period']}": row[f"{unit}_spent"] for row in report.to_dicts()}
    spent |= {"releases_taken_over": taken} if (taken := ledger.taken_over()) else {}
    return spent | {"budget_md": as_markdown(report), "releases_md": as_markdown(releases_table(ledger, unit))}


def releases_table(ledger: BudgetLedger, unit: str) -> pl.DataFrame:
    """One row per release, the monthly ones of a year together: year, query, unit, releases, loss of each, cost.

    Args:
        ledger: any.
        unit: name of the unit of loss, for the column.
    """
    rows = ledger.releases()
    keys = ["budget_period", "query", "unit", "is_private", "loss", "disjoint_group"]
    grouped = rows.group_by(keys, maintain_order=True).agg(
        pl.col("period").first().alias("first"), pl.col("period").last().alias("last"), pl.len().alias("releases"),
        (~pl.col("is_drawn")).sum().alias("not_drawn"),
    )  # fmt: skip
    times = pl.when(pl.col("disjoint_group").is_null()).then(pl.col("releases")).otherwise(1)
    return grouped.with_columns((pl.col("loss") * times).alias(f"{unit}_cost")).rename({"loss": f"{unit}_each"}).select(
        "budget_period", "query", "first", "last", "unit", "releases", f"{unit}_each", f"{unit}_cost", "not_drawn",
        "is_private",
    )  # fmt: skip


def taken_over_note(ledger: BudgetLedger) -> str:
    """What to say of releases that this home did not make itself; nothing where there are none."""
    taken = ledger.taken_over()
    told = f"{taken} of the releases were made over the same data by another home, or by this one before its ledger was"
    return f" ({told} restored; they count)" if taken else ""


def as_markdown(table: pl.DataFrame) -> str:
    """The table as Markdown, numbers short."""
    if table.is_empty():
        return "nothing was released yet"
    lines = [f"| {' | '.join(table.columns)} |", f"|{' --- |' * table.width}"]
    for row in table.head(_SHOWN_RELEASES).iter_rows():
        cells = [f"{value:.6g}" if isinstance(value, float) else str(value) for value in row]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
