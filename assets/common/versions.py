"""Corrections: a key that comes again on a later day supersedes what it said before, for readers as of that day.

The one place that says which row of a booking or review counts (specification 4.1): no stored row is
removed, readers choose.
"""

from datetime import date

import polars as pl

_NEXT = "superseded_on"


def latest_versions(rows: pl.DataFrame, key: str, as_of: date | None = None) -> pl.DataFrame:
    """Each key once, as it came last by the day; sorted by key.

    Args:
        rows: with ``key`` and ``delivery_day``.
        key: column that names a row through its corrections.
        as_of: last delivery day read; None: all of them.

    Example:
        >>> days = [date(2024, 1, 1), date(2024, 1, 3), date(2024, 1, 2)]
        >>> rows = pl.DataFrame({"id": ["a", "a", "b"], "delivery_day": days})
        >>> latest_versions(rows, "id")["delivery_day"].dt.day().to_list()
        [3, 2]
        >>> latest_versions(rows, "id", as_of=date(2024, 1, 1)).height
        1
    """
    known = rows if as_of is None else rows.filter(pl.col("delivery_day") <= as_of)
    ordered = known.sort(key, "delivery_day", maintain_order=True)
    return ordered.filter((pl.col(key) != pl.col(key).shift(-1)).fill_null(value=True))


def latest_in_place(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """Each key once, as it came last, in the order of the rows given; these themselves where nothing came twice."""
    if rows[key].n_unique() == rows.height:
        return rows
    last = latest_versions(rows.select(key, "delivery_day"), key)
    return rows.join(last, on=[key, "delivery_day"], how="semi", maintain_order="left")


def with_superseded_on(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """Rows sorted by key and day, with ``superseded_on``: the day of the key's next row, null for the last one."""
    ordered = rows.sort(key, "delivery_day", maintain_order=True)
    return ordered.with_columns(pl.col("delivery_day").shift(-1).over(key).alias(_NEXT))


def corrections(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """``key`` and ``delivery_day`` of rows whose key came on an earlier day."""
    ordered = rows.select(key, "delivery_day").sort(key, "delivery_day")
    return ordered.filter((pl.col(key) == pl.col(key).shift(1)).fill_null(value=False))
