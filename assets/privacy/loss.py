"""What generalisation costs: NCP per column and in all, average class size, discernibility."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from assets.privacy.class_labels import LEVEL_COLUMNS, LEVEL_SEPARATOR, NUMBER_COLUMNS
from assets.privacy.settings import QUASI_IDENTIFIERS
from resources.errors import ContractError


@dataclass(frozen=True, kw_only=True)
class LossReport:
    """Information loss of one published table, on the definitions of Xu et al. and LeFevre et al.

    Attributes:
        rows: rows that came in.
        withheld: rows that are not published.
        classes: number of classes.
        min_class_size: smallest number of distinct guests in a class (0 without classes).
        ncp: mean over rows and quasi-identifiers of the label's share of the whole range, 0 to 1.
        ncp_by_column: the same per quasi-identifier.
        average_class_size: published rows / classes / k; 1 is the best possible.
        discernibility: sum of squared class sizes, plus withheld rows times all rows.
    """

    rows: int
    withheld: int
    classes: int
    min_class_size: int
    ncp: float
    ncp_by_column: Mapping[str, float]
    average_class_size: float
    discernibility: int


def spans_of(bookings: pl.DataFrame) -> dict[str, int]:
    """Whole range of each quasi-identifier in raw bookings: last - first, or levels - 1 (missing is a level).

    Args:
        bookings: raw columns of the quasi-identifiers.
    """
    spans = {name: max(bookings[column].n_unique() - 1, 0) for name, column in LEVEL_COLUMNS.items()}
    for name, column in NUMBER_COLUMNS.items():
        values = bookings[column].cast(pl.Int32).fill_null(0)
        spans[name] = 0 if values.is_empty() else int(values.max()) - int(values.min())  # type: ignore[arg-type]
    return spans


def information_loss(
    labels: pl.DataFrame,
    spans: Mapping[str, int],
    *,
    withheld: int,
    k: int,
    columns: Sequence[str] = QUASI_IDENTIFIERS,
) -> LossReport:
    """Loss of published labels.

    Args:
        labels: ``class_id``, ``class_size`` and the label columns, one row per published booking.
        spans: whole range of each quasi-identifier (:func:`spans_of`).
        withheld: rows not published; each counts 1 in every column.
        k: the k that was asked for.
        columns: quasi-identifiers that are averaged over.

    Raises:
        ContractError: a span is missing.

    Source:
        NCP: Xu et al. (2006), doi:10.1145/1150402.1150504. C_avg, discernibility: LeFevre et al. (2006).
    """
    missing = [name for name in columns if name not in spans]
    if missing:
        message = f"no whole range for {missing}; take spans_of(raw bookings)"
        raise ContractError(message)
    sizes = labels.group_by("class_id").agg(pl.len().cast(pl.Int64).alias("rows"), pl.col("class_size").first())
    total = labels.height + withheld
    by_column = _ncp_by_column(labels, sizes, spans, columns, withheld)
    return LossReport(
        rows=total,
        withheld=withheld,
        classes=sizes.height,
        min_class_size=int(sizes["class_size"].min() or 0),  # type: ignore[arg-type]
        ncp=sum(by_column.values()) / len(by_column),
        ncp_by_column=by_column,
        average_class_size=labels.height / sizes.height / k if sizes.height else 0.0,
        discernibility=int((sizes["rows"] ** 2).sum()) + withheld * total,
    )


def _ncp_by_column(
    labels: pl.DataFrame, sizes: pl.DataFrame, spans: Mapping[str, int], columns: Sequence[str], withheld: int
) -> dict[str, float]:
    """Mean share of the whole range per column; spans are summed by class, as exact integers."""
    per_class = labels.unique("class_id").join(sizes.select("class_id", "rows"), on="class_id")
    total = labels.height + withheld
    by_column = {}
    for name in columns:
        lost = per_class.select((span_of_label(name) * pl.col("rows")).sum()).item() if labels.height else 0
        share = lost / spans[name] if spans[name] else 0.0
        by_column[name] = (share + withheld) / total if total else 0.0
    return by_column


def span_of_label(name: str) -> pl.Expr:
    """Span of a quasi-identifier's label in its own unit: last - first (days for arrival), or levels - 1."""
    if name in LEVEL_COLUMNS:
        return pl.col(f"{name}_levels").str.count_matches(LEVEL_SEPARATOR, literal=True).cast(pl.Int64)
    span = pl.col(f"{name}_to") - pl.col(f"{name}_from")
    return (span.dt.total_days() if name == "arrival" else span).cast(pl.Int64)
