"""Labels of the classes of any table, made from its columns, and what they cost.

A level column becomes the sorted set of its levels, a number the interval of its values; both are tight.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from assets.privacy.loss import LossReport
from assets.privacy.partitioning import IntArray, count_distinct
from assets.privacy.table_columns import SEPARATOR, TableColumn


def class_table(columns: list[TableColumn], class_of: IntArray, units: IntArray) -> pl.DataFrame:
    """One row per class, in class order: its size and its tight labels."""
    rows = pl.DataFrame({"class_id": class_of, "unit": units, **{item.name + "\0": item.values for item in columns}})
    is_row = count_distinct(units) == len(units)
    wanted = [(pl.len() if is_row else pl.col("unit").n_unique()).cast(pl.Int64).alias("class_size")]
    for item in columns:
        if not item.is_level:
            value = pl.col(item.name + "\0")
            wanted += [value.min().alias(f"{item.name}_from"), value.max().alias(f"{item.name}_to")]
            wanted += [value.has_nulls().alias(f"{item.name}_missing")] if item.missing.any() else []
    classes = rows.group_by("class_id").agg(wanted).sort("class_id")
    sets = {f"{item.name}_levels": _level_sets(item, class_of) for item in columns if item.is_level}
    named = [name for item in columns for name in _label_names(item)]
    return classes.with_columns(**sets).select("class_id", "class_size", *named)


def _label_names(column: TableColumn) -> list[str]:
    if column.is_level:
        return [f"{column.name}_levels"]
    flag = [f"{column.name}_missing"] if column.missing.any() else []
    return [f"{column.name}_from", f"{column.name}_to", *flag]


def _level_sets(column: TableColumn, class_of: IntArray) -> pl.Series:
    """Label of each class, in class order."""
    base = len(column.texts)
    keys = np.sort(class_of * base + column.codes.astype(np.int64))
    group, code = np.divmod(keys[np.diff(keys, prepend=-1) != 0], base)  # distinct pairs, ascending
    texts = pl.Series(column.texts, dtype=pl.String)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    labels = texts.gather(code[starts])
    is_many = np.diff(np.append(starts, len(group))) > 1  # few classes hold several levels: only those are joined
    rows = is_many[group]
    joined = (
        pl.DataFrame({"class": group[rows], "level": texts.gather(code[rows])})
        .group_by("class", maintain_order=True)
        .agg(pl.col("level").str.join(SEPARATOR))
    )
    return labels.scatter(np.flatnonzero(is_many), joined["level"])


def label_loss(columns: list[TableColumn], classes: pl.DataFrame, rows: IntArray, k: int) -> LossReport:
    """What the labels cost.

    Args:
        columns: that were labelled.
        classes: :func:`class_table`.
        rows: (n_classes,) rows of each class.
        k: that was asked for.
    """
    total = int(rows.sum())
    by_column: Mapping[str, float] = {
        item.name: float((_shares(item, classes) * rows).sum()) / total for item in columns
    }
    return LossReport(
        rows=total,
        withheld=0,
        classes=len(rows),
        min_class_size=int(classes["class_size"].min() or 0),  # type: ignore[arg-type]
        ncp=sum(by_column.values()) / len(by_column),
        ncp_by_column=by_column,
        average_class_size=total / len(rows) / k,
        discernibility=int((rows.astype(np.int64) ** 2).sum()),
    )


def _shares(column: TableColumn, classes: pl.DataFrame) -> np.ndarray:
    """Share of the whole range that each class's label spans."""
    if column.is_level:
        separators = (
            classes[f"{column.name}_levels"].str.replace_all(r"\\.", "").str.count_matches(SEPARATOR, literal=True)
        )
        return separators.to_numpy() / max(column.span, 1.0)
    low, high = (classes[f"{column.name}_{end}"].to_physical() for end in ("from", "to"))
    share = (high - low).cast(pl.Float64).fill_null(0.0).to_numpy() / (column.span or 1.0)
    if not column.missing.any():
        return share
    is_mixed = classes[f"{column.name}_missing"].to_numpy() & low.is_not_null().to_numpy()
    return np.where(is_mixed, 1.0, share)
