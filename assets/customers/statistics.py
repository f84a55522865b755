"""What is said of all customers at once: concentration, spread, value segments, what moves together.

Rows of ``customer_statistics``, each on the minimum of customers or withheld with a reason; no value of one customer,
hence no minimum and no maximum. Not here: segments of guests (by country), forecasts.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from assets.customers.concentration import finite
from assets.customers.features import FEATURE_NAMES
from assets.customers.group_figures import (
    DOMINATED,
    GIVES_BACK,
    Floats,
    hidden_with_one_other,
    is_dominated,
    quantile_of_many,
    revenue_to_show,
    too_few,
)
from assets.customers.lifetime_value import SEGMENTS

CONCENTRATION, HISTOGRAM, SPREAD, VALUE_SEGMENTS, CORRELATION = STATISTICS = (
    "concentration", "histogram", "spread", "value_segment", "correlation",
)  # fmt: skip
DESCRIBED = ("bookings", "completed", "clv", "deposit_aware_clv")
QUANTILES = {"p05": 0.05, "p25": 0.25, "p33": 1 / 3, "p50": 0.5, "p67": 2 / 3, "p75": 0.75, "p95": 0.95, "p99": 0.99}
METHODS = ("pearson", "spearman")
VALUE = "value"  # the realised value among the columns that are correlated
MAX_CORRELATED = 14  # features; more fit no picture
STEPS = 100  # of the curve of concentration: a point per hundredth of the customers
PER_DECADE = 10  # cells of the histogram per tenfold value
_DECIMALS = 4  # of shares and correlations
_SCHEMA = pl.Schema(
    {
        "statistic": pl.String(), "place": pl.Int32(), "name": pl.String(), "measure": pl.String(),
        "low": pl.Float64(), "high": pl.Float64(), "value": pl.Float64(), "customers": pl.Int64(),
        "reason": pl.String(),
    }
)  # fmt: skip
Row = dict[str, Any]


def customer_statistics_rows(customers: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """The rows of ``customer_statistics``; none without customers.

    Args:
        customers: ``customers`` rows.
        minimum: customers behind every figure.
    """
    if customers.is_empty():
        return _SCHEMA.to_frame()
    people = customers.sort("pseudo_customer_id")
    values = finite(people["clv"])
    parts = {
        CONCENTRATION: concentration_rows(values, minimum),
        HISTOGRAM: histogram_rows(values, minimum),
        SPREAD: [row for name in DESCRIBED for row in spread_rows(name, finite(people[name]), minimum)],
        VALUE_SEGMENTS: segment_rows(people, minimum),
        CORRELATION: correlation_rows(people, minimum),
    }
    empty: Row = dict.fromkeys(_SCHEMA)
    rows = [
        {**empty, **row, "statistic": statistic, "place": place}
        for statistic, part in parts.items()
        for place, row in enumerate(part)
    ]
    told = pl.DataFrame(rows, schema=_SCHEMA)
    return told.with_columns(pl.when(pl.col("customers") >= minimum).then("customers"))  # how few is told of nobody


def concentration_rows(values: Floats, minimum: int) -> Iterator[Row]:
    """Share of revenue of the best customers: ``low`` to ``high`` share of them, ``value`` their revenue share so far.

    Hundredths of the customers, joined until each holds the minimum and none is decided by one customer.

    Args:
        values: (n,) revenue per customer, ascending.
        minimum: customers per step.
    """
    best = np.clip(values[::-1], 0.0, None)
    total = float(best.sum())
    if total <= 0.0:
        return
    cuts = _cuts(best, minimum)
    if len(cuts) < 2:
        yield {"name": "revenue", "measure": "share", "customers": best.size, "reason": _why(best, minimum)}
        return
    sums = np.concatenate([[0.0], np.cumsum(best)])
    for start, end in zip(cuts, cuts[1:], strict=False):
        yield {
            "name": "revenue", "measure": "share", "customers": end - start,
            "low": round(start / best.size, _DECIMALS), "high": round(end / best.size, _DECIMALS),
            "value": round(float(sums[end]) / total, _DECIMALS),
        }  # fmt: skip


def _cuts(best: Floats, minimum: int) -> list[int]:
    """Where the curve has points: 0, and after each step that may be shown; [0] where not even all customers may."""
    cuts = [0]
    for step in range(1, STEPS + 1):
        end = round(step * best.size / STEPS)
        if end - cuts[-1] >= minimum and not is_dominated(best[cuts[-1] : end]):
            cuts.append(end)
    if cuts[-1] == best.size:
        return cuts
    while len(cuts) > 1 and cuts.pop():  # what is left over joins the last step
        if not is_dominated(best[cuts[-1] :]):
            return [*cuts, best.size]
    return [0]


def _why(amounts: Floats, minimum: int) -> str:
    return too_few(minimum) if amounts.size < minimum else DOMINATED


def histogram_rows(values: Floats, minimum: int) -> Iterator[Row]:
    """Customers by value on a logarithmic grid: from ``low`` on, below ``high``; the last cell has no ``high``.

    Customers without revenue come first (both borders 0). A cell of fewer than the minimum joins the next one, the last
    one that before it.

    Args:
        values: (n,) revenue per customer.
        minimum: customers per cell.
    """
    if values.size < minimum:
        yield {"name": "clv", "measure": "customers", "reason": too_few(minimum)}
        return
    places = np.where(values < 1.0, -1, np.floor(PER_DECADE * np.log10(np.maximum(values, 1.0)) + 1e-9)).astype(int)
    cells: list[tuple[float, float | None, int]] = []
    open_from, gathered = None, 0
    for place in range(-1, int(places.max()) + 1):
        low = 0.0 if place < 0 else 10 ** (place / PER_DECADE)
        open_from = low if open_from is None else open_from
        gathered += int((places == place).sum())
        if gathered >= minimum:
            high = 0.0 if place < 0 else 10 ** ((place + 1) / PER_DECADE)
            cells.append((open_from, high, gathered))
            open_from, gathered = None, 0
    if gathered:
        low, _, count = cells.pop()
        cells.append((low, None, count + gathered))
    last, (low, high, count) = len(cells) - 1, cells[-1]
    cells[last] = (low, None if high != 0.0 else high, count)
    for low, high, count in cells:
        yield {"name": "clv", "measure": "customers", "low": low, "high": high, "value": count, "customers": count}


def spread_rows(name: str, values: Floats, minimum: int) -> Iterator[Row]:
    """Mean, standard deviation and quantiles of one column.

    Args:
        name: of the column.
        values: (n,) one per customer, ascending.
        minimum: customers behind a figure.
    """
    size = {"name": name, "customers": values.size}
    if values.size < minimum:
        yield size | {"measure": "mean", "reason": too_few(minimum)}
        return
    mean = float(values.mean())
    for measure, amounts, value in (
        ("mean", np.abs(values), mean),
        ("std", (values - mean) ** 2, float(values.std(ddof=1))),
    ):
        told = {"reason": DOMINATED} if is_dominated(amounts) else {"value": value}
        yield size | {"measure": measure} | told
    for measure, share in QUANTILES.items():
        value = quantile_of_many(values, share, minimum)
        told = {"reason": _no_quantile(minimum)} if value is None else {"value": value}
        yield {"name": name, "measure": measure, "customers": minimum} | told


def _no_quantile(minimum: int) -> str:
    return f"fewer than {minimum} customers stand around it, or one of them decides it"


def segment_rows(people: pl.DataFrame, minimum: int) -> list[Row]:
    """Size, revenue, median and completed share of each value segment.

    Args:
        people: ``customers`` rows.
        minimum: customers behind a figure.
    """
    parts = {name: people.filter(pl.col("value_segment") == name) for name in reversed(SEGMENTS)}
    own = {name: part for name, part in parts.items() if not part.is_empty()}
    heights = [float(part.height) for part in own.values()]
    sizes = hidden_with_one_other([size if size >= minimum else None for size in heights], heights)
    sums = [float(part["clv"].sum()) for part in own.values()]
    shown = [
        None if size is None else revenue_to_show(part["clv"]) for size, part in zip(sizes, own.values(), strict=True)
    ]
    revenues = hidden_with_one_other(shown, sums)
    total = max(sum(sums), 1.0)
    rows: list[Row] = []
    for (name, part), size, before, revenue in zip(own.items(), sizes, shown, revenues, strict=True):
        if size is None:
            few = too_few(minimum) if part.height < minimum else GIVES_BACK
            rows.append({"name": name, "measure": "revenue", "reason": few})
            continue
        why = None if revenue is not None else DOMINATED if before is None else GIVES_BACK
        rows += _segment(name, part, revenue, why, total, minimum)
    return rows


def _segment(
    name: str, part: pl.DataFrame, revenue: float | None, why: str | None, total: float, minimum: int
) -> Iterator[Row]:
    size: Row = {"name": name, "customers": part.height}
    yield size | {"measure": "revenue", "value": revenue, "reason": why}
    if revenue is not None:
        yield size | {"measure": "revenue_share", "value": round(revenue / total, _DECIMALS)}
    median = quantile_of_many(finite(part["clv"]), 0.5, minimum)
    yield size | {"measure": "p50", "value": median, "reason": _no_quantile(minimum) if median is None else None}
    completed = float(part["completed"].sum()) / max(float(part["bookings"].sum()), 1.0)
    yield size | {"measure": "completed_share", "value": round(completed, _DECIMALS)}


def correlation_rows(people: pl.DataFrame, minimum: int) -> Iterator[Row]:
    """Linear and rank correlation of behaviour and value, rounded: ``name`` with ``measure``, e.g. ``pearson:value``.

    Args:
        people: ``customers`` rows.
        minimum: customers known in all columns.
    """
    columns = correlated_columns(people)
    known = people.select(*columns, pl.col("clv").alias(VALUE)).cast(pl.Float64).drop_nulls()
    names = [*columns, VALUE]
    if known.height < minimum or not columns:
        return
    for method in METHODS:
        matrix = correlations(known, method)
        for row, column in np.argwhere(np.triu(np.ones_like(matrix), k=1) > 0):
            yield {
                "name": names[row], "measure": f"{method}:{names[column]}", "customers": known.height,
                "value": round(float(matrix[row, column]), 2),
            }  # fmt: skip


def correlated_columns(people: pl.DataFrame) -> list[str]:
    """Behaviour features that vary and are mostly known, in the order of their description, at most so many."""
    kept = [
        name
        for name in FEATURE_NAMES
        if people[name].drop_nulls().n_unique() > 1 and people[name].null_count() < 0.5 * people.height
    ]
    return kept[:MAX_CORRELATED]


def correlations(known: pl.DataFrame, method: str) -> Floats:
    """Correlation matrix (n_columns, n_columns).

    Args:
        known: numbers without nulls.
        method: ``pearson`` or ``spearman`` (average ranks for ties). A constant column correlates with nothing: 0 off
            the diagonal.
    """
    ranked = known.select(pl.all().rank("average")) if method == "spearman" else known
    matrix = ranked.to_numpy()
    centred = matrix - matrix.mean(axis=0)
    scale = np.sqrt((centred**2).sum(axis=0))
    safe = np.where(scale > 1e-12 * known.height, scale, np.inf)
    result = (centred / safe).T @ (centred / safe)
    np.fill_diagonal(result, 1.0)
    return np.clip(result, -1.0, 1.0)


def matrix_of(rows: pl.DataFrame, method: str) -> tuple[list[str], Floats]:
    """Names and the symmetric matrix of one method, from rows of :func:`correlation_rows`.

    Args:
        rows: of ``customer_statistics``.
        method: of :data:`METHODS`.
    """
    own = rows.filter((pl.col("statistic") == CORRELATION) & pl.col("measure").str.starts_with(f"{method}:"))
    own = own.with_columns(other=pl.col("measure").str.strip_prefix(f"{method}:")).sort("place")
    names: list[str] = list(dict.fromkeys([*own["name"], *own["other"]]))
    matrix = np.eye(len(names))
    for name, other, value in own.select("name", "other", "value").iter_rows():
        matrix[names.index(name), names.index(other)] = matrix[names.index(other), names.index(name)] = value
    return names, matrix
