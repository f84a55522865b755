"""What the customers room measures of itself."""

import numpy as np
import pytest

from assets.common.findings import nest
from assets.customers.concentration import gini, lorenz, top_share
from assets.customers.contract import CUSTOMERS
from assets.customers.findings import customer_finding_rows
from tests.unit.customers.test_leakage import customers_of


def test_customers_and_their_concentration() -> None:
    people = customers_of(4, 60).with_columns(bookings="completed")
    tree = nest(customer_finding_rows(people))["customers"]
    assert tree["count"] == 60
    assert tree["revenue"] == pytest.approx(people["clv"].sum())
    assert tree["concentration"]["top_1_percent"] <= tree["concentration"]["top_10_percent"] <= 1


def test_no_customers_no_findings() -> None:
    assert customer_finding_rows(CUSTOMERS.empty()).is_empty()


def test_equal_values_are_not_concentrated_and_one_rich_customer_is() -> None:
    assert gini(np.full(10, 5.0)) == pytest.approx(0.0)
    assert gini(np.array([0.0] * 9 + [1.0])) == pytest.approx(0.9)
    assert top_share(np.array([1.0, 1.0, 2.0]), 0.1) == 0.5
    people, revenue = lorenz(np.zeros(3))
    assert (people == revenue).all()
