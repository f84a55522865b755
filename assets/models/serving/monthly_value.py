"""Scores as people outside the restricted zone may see them: by month, two digits, the name of the main reason. Pure.

A score to the cent names its customer to whoever holds the model and knows the customer's features (attack
``score_fingerprint``), and a reason with its value prints a feature.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from assets.customers.monthly_views import ANY, VIEW_VALUE, Folded, month_of, month_view
from resources.secret_keys import SecretKey

CELL = ("main_reason", "rounded", "segment", "target")  # in the order in which small cells give them up
SHOWN_CELL = ("main_reason", "value", "segment", "target")  # the same as stored
_DIGITS = 2


def first_scored_days(scored: Sequence[date]) -> list[date]:
    """The first scored day of each month, ascending: later scores of the month would tell of bookings day by day.

    Args:
        scored: days with scores.
    """
    first: dict[str, date] = {}
    for day in sorted(scored):
        first.setdefault(month_of(day), day)
    return list(first.values())


def significant(values: pl.Series, digits: int) -> pl.Series:
    """Values rounded to so many significant digits; 0 stays 0.

    Example:
        >>> significant(pl.Series([0.0, 4.26, 1_249.0]), 2).to_list()
        [0.0, 4.3, 1200.0]
    """
    given = values.to_numpy().astype(np.float64)
    size = np.abs(given)
    power = np.floor(np.log10(size, out=np.zeros_like(given), where=size > 0.0)) - (digits - 1)
    step = 10.0**power
    return pl.Series(values.name, np.round(np.rint(given / step) * step, 6), dtype=pl.Float64)


def main_reason(reasons: pl.Expr) -> pl.Expr:
    """Name of the first reason and the sign of its effect: ``frequency +``.

    Args:
        reasons: ``name = value unit: +800; ...``, or ``name = value`` where no model was in force.
    """
    first = reasons.str.split("; ").list.first().fill_null("")
    name = first.str.extract(r"^(.*?) = ", 1).fill_null(ANY)
    sign = first.str.extract(r": ([+-])[\d,]+$", 1)
    return pl.when(sign.is_null()).then(name).otherwise(pl.concat_str(name, pl.lit(" "), sign))


def value_view(scores: pl.DataFrame, day: date, key: SecretKey, minimum: int) -> Folded:
    """The view of one month.

    Args:
        scores: ``customer_scores`` rows of the month's first scored day.
        day: that day.
        key: of the keyed hashes.
        minimum: customers per cell.

    Returns:
        Columns of ``customer_value``; every combination of value, segment and reason is shared by ``minimum`` rows.
    """
    two, one = (significant(scores["value"], digits).cast(pl.String) for digits in (_DIGITS, 1))
    rows = scores.select("pseudo_customer_id", "target", "segment", main_reason=main_reason(pl.col("reasons")))
    rows = rows.with_columns(two=two, one=one)
    is_small = pl.len().over("target", "segment", "two") < minimum
    rows = rows.with_columns(rounded=pl.when(is_small).then("one").otherwise("two")).drop("one", "two")
    view = month_view(rows, CELL, VIEW_VALUE, day, key, minimum)
    value = pl.col("rounded").cast(pl.Float64, strict=False).alias("value")
    return Folded(view.rows.with_columns(value).drop("rounded"), view.withheld)
