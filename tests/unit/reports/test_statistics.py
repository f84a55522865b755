from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assets.customers.concentration import gini, lorenz, top_share
from assets.reports.chapters.customers.statistics import (
    booking_density,
    describe,
    gaussian_density,
    month_shares,
    silverman_bandwidth,
    weekday_shares,
)

revenues = st.lists(st.integers(0, 10**6), min_size=1, max_size=60).map(lambda rows: np.array(rows, dtype=float))


def test_describe_agrees_with_scipy() -> None:
    values = np.random.default_rng(1).lognormal(1, 1, 500)
    row = describe(pl.DataFrame({"x": values}), ["x"]).row(0, named=True)
    assert row["n"] == 500
    assert row["mean"] == pytest.approx(values.mean())
    assert row["std"] == pytest.approx(values.std(ddof=1))
    assert row["skewness"] == pytest.approx(stats.skew(values))
    assert row["kurtosis"] == pytest.approx(stats.kurtosis(values))


@pytest.mark.parametrize("values", [[], [None, None], [5.0], [2.0, 2.0, 2.0], [float("nan"), 1.0]])
def test_describe_survives_degenerate_columns(values: list[float | None]) -> None:
    row = describe(pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)}), ["x"]).row(0, named=True)
    assert row["skewness"] is None
    assert row["n"] == sum(value is not None and value == value for value in values)


@given(revenues)
def test_lorenz_rises_from_zero_to_one_below_the_diagonal(values: np.ndarray) -> None:
    people, revenue = lorenz(values)
    assert people[0] == revenue[0] == 0
    assert revenue[-1] == pytest.approx(1)
    assert (np.diff(revenue) >= -1e-12).all()
    assert (revenue <= people + 1e-9).all()
    assert -1e-9 <= gini(values) < 1


@given(revenues, st.floats(0.01, 0.99))
def test_the_best_never_bring_less_than_their_share(values: np.ndarray, share: float) -> None:
    if values.sum() > 0:
        best = max(1, round(share * values.size)) / values.size
        assert top_share(values, share) >= best - 1e-9
    assert top_share(values, 1.0) == pytest.approx(1.0 if values.sum() > 0 else 0.0)


def test_no_revenue_is_equal_revenue() -> None:
    assert gini(np.zeros(4)) == pytest.approx(0)
    assert gini(np.array([])) == 0
    assert top_share(np.array([]), 0.1) == 0


def test_density_integrates_to_one() -> None:
    values = np.random.default_rng(2).normal(0, 1, 400)
    grid = np.linspace(-8, 8, 2_000)
    density = gaussian_density(values, grid, silverman_bandwidth(values))
    assert np.trapezoid(density, grid) == pytest.approx(1, abs=1e-6)


def test_bandwidth_follows_silverman_and_survives_constants() -> None:
    values = np.random.default_rng(3).normal(10, 2, 1_000)
    spread = min(values.std(ddof=1), (np.quantile(values, 0.75) - np.quantile(values, 0.25)) / 1.34)
    assert silverman_bandwidth(values) == pytest.approx(0.9 * spread * 1_000**-0.2)
    assert silverman_bandwidth(np.ones(9)) == 1.0
    assert silverman_bandwidth(np.array([1.0])) == 1.0


def test_cycles_find_the_busy_weekday_and_month() -> None:
    first = date(2016, 1, 4)
    days = [first + timedelta(days=7 * number) for number in range(52)] + [first + timedelta(days=1)]
    series = pl.Series(days)
    assert np.argmax(weekday_shares(series)) == 0
    assert sum(weekday_shares(series)) == pytest.approx(1)
    assert sum(month_shares(series)) == pytest.approx(1)
    density, bandwidth = booking_density(series)
    assert density.height == 300
    assert bandwidth > 0


def test_no_days_give_an_empty_density() -> None:
    none = pl.Series([], dtype=pl.Date)
    assert booking_density(none)[0].is_empty()
    assert weekday_shares(none) == [0.0] * 7
    assert month_shares(none) == [0.0] * 12
