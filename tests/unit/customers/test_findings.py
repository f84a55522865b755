"""What the customers room measures of itself."""

import numpy as np
import polars as pl
import pytest

from assets.common.findings import nest, reasons_of
from assets.customers.concentration import gini, lorenz, top_share
from assets.customers.contract import CUSTOMERS
from assets.customers.findings import customer_finding_rows
from assets.customers.group_figures import DOMINATED
from tests.unit.customers.test_leakage import customers_of


def tree_of(people: pl.DataFrame, minimum: int = 10) -> dict:
    return nest(customer_finding_rows(people, minimum))["customers"]


def test_customers_and_their_concentration() -> None:
    people = customers_of(4, 2_000).with_columns(bookings="completed")
    tree = tree_of(people)
    assert (tree["count"], tree["minimum"]) == (2_000, 10)
    assert tree["revenue"] == pytest.approx(people["clv"].sum())
    assert 0 < tree["concentration"]["top_1_percent"] <= tree["concentration"]["top_10_percent"] <= 1
    assert tree["bookings_p99"] <= people["bookings"].max()


def test_no_customers_leave_minimum_and_count_alone() -> None:
    assert tree_of(CUSTOMERS.empty()) == {"minimum": 10, "count": 0}


def test_what_fewer_customers_than_the_minimum_would_tell_is_withheld_with_a_reason() -> None:
    people = customers_of(4, 60).with_columns(bookings="completed")
    rows = customer_finding_rows(people, 10)
    assert set(reasons_of(rows)) >= {"customers.concentration.top_1_percent", "customers.bookings_p99"}
    assert set(nest(customer_finding_rows(people, 61))["customers"]) == {
        "count",
        "minimum",
        "unit",
        "without_revenue_share",
    } - ({"without_revenue_share"} if 0 < (people["clv"] <= 0).sum() < 60 else set())


def test_one_customer_with_most_of_the_revenue_is_not_told_of() -> None:
    people = customers_of(4, 2_000).with_columns(bookings="completed")
    rich = people.with_columns(clv=pl.when(pl.int_range(pl.len()) == 0).then(10**9).otherwise("clv"))
    rows = customer_finding_rows(rich, 10)
    assert {path for path, why in reasons_of(rows).items() if why == DOMINATED} == {
        "customers.revenue", "customers.concentration.gini", "customers.concentration.top_1_percent",
        "customers.concentration.top_10_percent",
    }  # fmt: skip


def test_equal_values_are_not_concentrated_and_one_rich_customer_is() -> None:
    assert gini(np.full(10, 5.0)) == pytest.approx(0.0)
    assert gini(np.array([0.0] * 9 + [1.0])) == pytest.approx(0.9)
    assert top_share(np.array([1.0, 1.0, 2.0]), 0.1) == 0.5
    people, revenue = lorenz(np.zeros(3))
    assert (people == revenue).all()
