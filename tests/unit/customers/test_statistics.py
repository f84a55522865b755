"""What is said of all customers at once, and what is not."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assets.customers.checks import statistics_stand_on_enough
from assets.customers.concentration import lorenz, top_share
from assets.customers.contract import CUSTOMER_STATISTICS, CUSTOMERS
from assets.customers.group_figures import DOMINATED, GIVES_BACK
from assets.customers.statistics import (
    MAX_CORRELATED,
    STATISTICS,
    VALUE,
    concentration_rows,
    correlated_columns,
    correlations,
    customer_statistics_rows,
    histogram_rows,
    matrix_of,
    segment_rows,
    spread_rows,
)
from resources.expectations import evaluate_contract
from tests.unit.reports.fixtures import behaving, customers

MINIMUM = 10


def people(n: int = 900, seed: int = 7) -> pl.DataFrame:
    return behaving(customers(np.random.default_rng(seed), n))


def ascending(*parts: tuple[float, int]) -> np.ndarray:
    return np.sort(np.concatenate([np.full(number, value) for value, number in parts]))


def test_every_statistic_is_told_on_enough_customers_and_fits_the_contract() -> None:
    rows = customer_statistics_rows(people(), MINIMUM)
    assert set(rows["statistic"]) == set(STATISTICS)
    assert CUSTOMER_STATISTICS.conform(rows).equals(rows)
    assert not rows.select("statistic", "place").is_duplicated().any()
    assert statistics_stand_on_enough(rows, MINIMUM).passed
    red = statistics_stand_on_enough(rows.with_columns(customers=MINIMUM - 1), MINIMUM)
    assert (red.name, red.passed) == ("statistics_stand_on_enough", False)
    silent = rows.with_columns(value=pl.lit(None, pl.Float64), reason=pl.lit(None, pl.String))
    assert not statistics_stand_on_enough(silent, MINIMUM).passed
    assert customer_statistics_rows(CUSTOMERS.empty(), MINIMUM).is_empty()


@pytest.mark.parametrize("number", [1, 2, MINIMUM - 1])
def test_of_few_customers_nothing_is_told_and_not_how_few(number: int) -> None:
    rows = customer_statistics_rows(people(number), MINIMUM)
    assert rows.height
    assert rows["value"].null_count() == rows["customers"].null_count() == rows.height
    assert statistics_stand_on_enough(rows, MINIMUM).passed
    assert evaluate_contract(CUSTOMER_STATISTICS.conform(rows), CUSTOMER_STATISTICS).passed


def test_no_value_of_one_customer_is_told() -> None:
    """Each customer has a value of his own; none of them appears, and neither do the least and the most."""
    own = people().with_columns(clv=pl.int_range(900) * 7 + 1_003, completed=3, bookings=4)
    rows = customer_statistics_rows(own, MINIMUM).filter(pl.col("statistic").is_in(["spread", "value_segment"]))
    told = rows.filter((pl.col("name") != "deposit_aware_clv") & pl.col("measure").is_in(["p05", "p50", "p95", "p99"]))
    assert told.height >= 6
    assert not set(told.filter(pl.col("value") > 100)["value"]) & set(own["clv"].cast(pl.Float64))


def test_the_curve_of_concentration_lies_on_the_exact_one() -> None:
    values = np.sort(np.random.default_rng(3).lognormal(5, 1, 2_000))
    points = list(concentration_rows(values, MINIMUM))
    assert len(points) == 100
    assert points[0]["value"] == pytest.approx(top_share(values, 0.01), abs=1e-4)
    shares, revenue = lorenz(values)
    for point in points:
        assert point["value"] == pytest.approx(1 - np.interp(1 - point["high"], shares, revenue), abs=1e-4)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=120), st.integers(2, 12))
@settings(max_examples=150, deadline=None)
def test_steps_and_cells_hold_enough_customers_whatever_the_values(values: list[int], minimum: int) -> None:
    ordered = np.sort(np.array(values, dtype=np.float64))
    steps = [row for row in concentration_rows(ordered, minimum) if row.get("value") is not None]
    assert all(row["customers"] >= minimum for row in steps)
    assert sum(row["customers"] for row in steps) in (0, len(values))
    cells = [row for row in histogram_rows(ordered, minimum) if row.get("value") is not None]
    assert all(row["customers"] >= minimum for row in cells)
    assert sum(row["customers"] for row in cells) == (len(values) if len(values) >= minimum else 0)
    assert all(low["high"] <= high["low"] or low["high"] == 0.0 for low, high in zip(cells, cells[1:], strict=False))


def test_a_step_that_one_customer_decides_is_joined_with_the_next() -> None:
    values = ascending((1.0, 900), (50.0, 99), (10_000.0, 1))
    first, *_ = concentration_rows(values, MINIMUM)
    assert first["customers"] > 10
    assert [row["reason"] for row in concentration_rows(ascending((0.0, 500), (9.0, 1)), MINIMUM)] == [DOMINATED]


def test_the_last_cell_has_no_upper_border() -> None:
    cells = list(histogram_rows(ascending((0.0, 12), (5.0, 30), (200.0, 15), (90_000.0, 1)), MINIMUM))
    assert [(cell["low"] == 0.0, cell["high"], cell["customers"]) for cell in cells][0] == (True, 0.0, 12)
    assert (cells[-1]["high"], cells[-1]["customers"]) == (None, 16)
    (only,) = histogram_rows(ascending((0.0, 12)), MINIMUM)
    assert (only["low"], only["high"]) == (0.0, 0.0)


def test_a_spread_that_one_customer_decides_is_withheld() -> None:
    values = ascending((100.0, 600), (2_000.0, 1))
    told = {row["measure"]: row for row in spread_rows("clv", values, MINIMUM)}
    assert told["mean"]["value"] == pytest.approx(values.mean())
    assert told["std"]["reason"] == DOMINATED
    assert (told["p50"]["value"], told["p99"]["value"]) == (100.0, 100.0)
    assert [row["reason"] for row in spread_rows("clv", values[:9], MINIMUM)] == [
        "fewer than 10 customers are behind it"
    ]


def test_a_segment_that_one_customer_decides_hides_another_with_it() -> None:
    rows = people(300)
    high = rows.filter(pl.col("value_segment") == "high")["pseudo_customer_id"][0]
    clv = pl.when(pl.col("pseudo_customer_id") == high).then(10**8).otherwise("clv")
    told = {(row["name"], row["measure"]): row for row in segment_rows(rows.with_columns(clv=clv), MINIMUM)}
    assert told["high", "revenue"]["reason"] == DOMINATED
    assert {told[name, "revenue"]["reason"] for name in ("low", "mid")} == {None, GIVES_BACK}
    assert ("high", "revenue_share") not in told


def test_a_segment_of_few_customers_is_withheld_with_the_next_smallest() -> None:
    names = ["high"] * 4 + ["mid"] * 50 + ["low"] * 60
    rows = people(114).with_columns(value_segment=pl.Series(names))
    told = {row["name"]: row for row in segment_rows(rows, MINIMUM) if row["measure"] == "revenue"}
    assert told["high"]["reason"] == "fewer than 10 customers are behind it"
    assert told["mid"]["reason"] == GIVES_BACK
    assert told["low"]["customers"] == 60


def test_correlations_are_rounded_and_read_back() -> None:
    rows = customer_statistics_rows(people(), MINIMUM)
    names, matrix = matrix_of(rows, "pearson")
    assert names[-1] == VALUE
    assert len(names) <= MAX_CORRELATED + 1
    assert matrix[names.index("monetary"), -1] == 1.0
    assert (matrix == matrix.T).all()
    assert (np.round(matrix, 2) == matrix).all()
    assert matrix_of(customer_statistics_rows(people(9), MINIMUM), "pearson")[0] == []


def test_features_that_vary_and_are_mostly_known_are_correlated() -> None:
    rows = people(30).with_columns(recency_days=1.0, stay_nights=pl.lit(None, pl.Float64))
    assert not {"recency_days", "stay_nights"} & set(correlated_columns(rows))
    assert len(correlated_columns(rows)) == MAX_CORRELATED


@pytest.mark.parametrize(("method", "value"), [("pearson", 0.87), ("spearman", 1.0)])
def test_ranks_see_what_bends_and_a_constant_goes_with_nothing(method: str, value: float) -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [1.0, 2.0, 4.0, 20.0], "c": [5.0] * 4})
    matrix = correlations(frame, method)
    assert matrix[0, 1] == pytest.approx(value, abs=0.02)
    assert matrix[0, 2] == 0.0
    assert matrix[2, 2] == 1.0


def test_correlations_agree_with_scipy() -> None:
    rng = np.random.default_rng(4)
    frame = pl.DataFrame({"a": rng.normal(size=80), "b": rng.integers(0, 5, 80).astype(float)})
    spearman = correlations(frame.with_columns(c=pl.col("a") ** 3), "spearman")
    assert spearman[0, 2] == pytest.approx(1)
    assert spearman[0, 1] == pytest.approx(stats.spearmanr(frame["a"], frame["b"])[0])
    assert correlations(frame, "pearson")[0, 1] == pytest.approx(np.corrcoef(frame["a"], frame["b"])[0, 1])
