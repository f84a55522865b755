"""What may be said of a group of customers: enough of them, none that decides, none's own value."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.customers.group_figures import (
    hidden_with_one_other,
    is_dominated,
    minimum_customers,
    quantile_of_many,
    revenue_to_show,
)
from resources.settings import Settings


def test_one_large_customer_hides_the_sum() -> None:
    assert revenue_to_show(pl.Series([900, 50, 50])) is None
    assert revenue_to_show(pl.Series([400, 300, 300])) == 1000.0
    assert revenue_to_show(pl.Series([0, 0])) == 0.0
    assert not is_dominated(np.array([75.0, 25.0]))


def test_the_minimum_is_never_below_k() -> None:
    def minimum(**sections: dict[str, int]) -> int:
        return minimum_customers(Settings(home=Path("x"), sections=sections))

    assert minimum() == 10
    assert minimum(customers={"min_customers": 30}) == 30
    assert minimum(privacy={"k": 25}) == 25


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        ([10.0, 20.0, 30.0], [10.0, 20.0, 30.0]),
        ([None, 20.0, 30.0], [None, None, 30.0]),
        ([None, None, 30.0], [None, None, 30.0]),
        ([None], [None]),
        ([], []),
    ],
)
def test_a_single_withheld_part_takes_another_with_it(shown: list, left: list) -> None:
    assert hidden_with_one_other(shown, [10.0, 20.0, 30.0][: len(shown)]) == left


@pytest.mark.parametrize(
    ("size", "share", "value"),
    [
        (10, 0.5, 4.5),
        (9, 0.5, None),
        (11, 0.5, 4.5),
        (500, 0.99, 494.5),
        (400, 0.99, None),
        (100, 0.05, 4.5),
        (99, 0.05, None),
    ],
)
def test_a_quantile_stands_on_the_customers_around_it(size: int, share: float, value: float | None) -> None:
    assert quantile_of_many(np.arange(float(size)), share, 10) == value


def test_a_quantile_that_one_customer_decides_is_withheld() -> None:
    assert quantile_of_many(np.array([1.0] * 9 + [1_000.0]), 0.5, 10) is None
