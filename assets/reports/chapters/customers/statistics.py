"""Descriptive statistics of the published bookings: moments, and the density of the days on which they were made."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy import stats

from assets.customers.concentration import finite

_MOMENTS = ("n", "mean", "std", "variance", "minimum", "median", "maximum", "skewness", "kurtosis")


def describe(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """One row per column: ``n``, mean, spread, range, skewness and excess kurtosis (normal = 0).

    Args:
        frame: any table; nulls and not-a-numbers are left out and not counted in ``n``.
        columns: numeric columns to describe, in the order wanted.

    Source:
        Paper 003, section 2.3 (mean, standard deviation, variance, skewness, kurtosis).
    """
    rows = []
    for column in columns:
        values = finite(frame[column])
        rows.append({"feature": column, **_moments(values)})
    schema = {"feature": pl.String, **dict.fromkeys(_MOMENTS, pl.Float64)}
    return pl.DataFrame(rows, schema=schema)


def _moments(values: np.ndarray) -> dict[str, float | None]:
    if values.size == 0:
        return {"n": 0.0, **dict.fromkeys(_MOMENTS[1:], None)}
    spread = float(values.std(ddof=1)) if values.size > 1 else 0.0
    is_flat = spread <= 1e-12 * max(1.0, abs(float(values.mean())))
    return {
        "n": float(values.size),
        "mean": float(values.mean()),
        "std": spread,
        "variance": spread**2,
        "minimum": float(values.min()),
        "median": float(np.median(values)),
        "maximum": float(values.max()),
        # A constant has no shape; scipy would warn about lost precision instead of saying so.
        "skewness": None if is_flat else float(stats.skew(values)),
        "kurtosis": None if is_flat else float(stats.kurtosis(values)),
    }


def silverman_bandwidth(values: np.ndarray) -> float:
    """Bandwidth ``0.9 min(s, IQR / 1.34) n^(-1/5)``, in the unit of the values.

    Source:
        Silverman (1986), Density Estimation, eq. 3.31; named in paper 003, section 2.3.
    """
    if values.size < 2:
        return 1.0
    spread = float(values.std(ddof=1))
    low, high = np.quantile(values, [0.25, 0.75])
    candidates = [width for width in (spread, float(high - low) / 1.34) if width > 0]
    return 0.9 * min(candidates) * values.size ** (-0.2) if candidates else 1.0


def gaussian_density(values: np.ndarray, grid: np.ndarray, bandwidth: float) -> np.ndarray:
    """Gaussian kernel density at the grid points; integrates to one over the line."""
    points, counts = np.unique(values, return_counts=True)
    if points.size == 0:
        return np.zeros_like(grid, dtype=np.float64)
    scaled = (grid[:, None] - points[None, :]) / bandwidth  # (n_grid, n_points)
    kernel = np.exp(-0.5 * scaled**2) @ counts
    return kernel / (values.size * bandwidth * np.sqrt(2.0 * np.pi))


def booking_density(days: pl.Series, points: int = 300) -> tuple[pl.DataFrame, float]:
    """Density of dates per day over their range, and the bandwidth in days.

    Args:
        days: dates, nulls ignored.
        points: length of the grid.
    """
    numbers = np.sort(days.drop_nulls().cast(pl.Date).to_physical().cast(pl.Float64).to_numpy())
    bandwidth = silverman_bandwidth(numbers)
    if numbers.size == 0:
        return pl.DataFrame(schema={"day": pl.Date, "density": pl.Float64}), bandwidth
    grid = np.linspace(numbers[0], numbers[-1], points)
    epoch = date(1970, 1, 1)
    labels = [epoch + timedelta(days=int(number)) for number in grid]
    return pl.DataFrame({"day": labels, "density": gaussian_density(numbers, grid, bandwidth)}), bandwidth


def weekday_shares(days: pl.Series) -> list[float]:
    """Share of the dates on each weekday, Monday first."""
    known = days.drop_nulls()
    if known.is_empty():
        return [0.0] * 7
    weekdays = known.dt.weekday().to_numpy()
    return [float((weekdays == number).sum() / known.len()) for number in range(1, 8)]


def month_shares(days: pl.Series) -> list[float]:
    """Mean share of a year's dates in each calendar month, corrected for months covered unequally often."""
    known = days.drop_nulls()
    if known.is_empty():
        return [0.0] * 12
    months = known.dt.truncate("1mo")
    per_month = pl.DataFrame({"month": months}).group_by("month").len().sort("month")
    means = [
        float(per_month.filter(pl.col("month").dt.month() == number)["len"].mean() or 0.0)  # type: ignore[arg-type]
        for number in range(1, 13)
    ]
    total = sum(means)
    return [value / total for value in means] if total else means
