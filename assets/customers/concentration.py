"""How revenue is spread over customers: Lorenz curve, Gini coefficient, share of the best."""

import numpy as np
import polars as pl


def finite(series: pl.Series) -> np.ndarray:
    """Known finite values of a numeric or Boolean series as float64, sorted (sums then have one order)."""
    values = series.cast(pl.Float64).drop_nulls().to_numpy()
    return np.sort(values[np.isfinite(values)])


def lorenz(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative shares of customers (poorest first) and of their revenue, both from 0 to 1.

    Args:
        values: (n,) revenue per customer, not negative.

    Returns:
        Two arrays of n + 1 points; the diagonal when there is no revenue at all.
    """
    ordered = np.sort(np.clip(values, 0.0, None))
    people = np.linspace(0.0, 1.0, ordered.size + 1)
    total = float(ordered.sum())
    if total <= 0:
        return people, people.copy()
    return people, np.concatenate([[0.0], np.cumsum(ordered) / total])


def gini(values: np.ndarray) -> float:
    """Gini coefficient of concentration in [0, 1]: 0 when all are worth the same."""
    people, revenue = lorenz(values)
    return float(1.0 - np.trapezoid(revenue + 0.0, people) * 2.0) if values.size else 0.0


def top_share(values: np.ndarray, share: float) -> float:
    """Share of all revenue that the best ``share`` of customers bring (at least one customer)."""
    if values.size == 0 or values.sum() <= 0:
        return 0.0
    ordered = np.sort(np.clip(values, 0.0, None))[::-1]
    best = max(1, round(share * ordered.size))
    return float(ordered[:best].sum() / ordered.sum())
