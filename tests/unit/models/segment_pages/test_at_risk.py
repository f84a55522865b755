"""Customers at risk: who is on the list, how sure the links are, and what is told of them all."""

from datetime import date

import polars as pl
import pytest

from assets.customers.group_figures import DOMINATED
from assets.models.segment_pages.at_risk import LIST_SCHEMA, at_risk_customers, at_risk_tree, expected_precision

CUSTOMERS = pl.DataFrame({"pseudo_customer_id": ["a", "b"], "value_segment": ["high", "low"], "clv": [90, 10]})
EXAMPLES = pl.DataFrame(
    {"pseudo_customer_id": ["a", "b", "a"], "as_of": [date(2016, 1, 2)] * 2 + [date(2016, 1, 1)],
     "text_polarity": [-0.6, -0.9, 0.8], "text_weight": [1.5, 0.9, 0.9], "reviews": [2, 1, 1]}
)  # fmt: skip


def many(n: int, clv: list[int] | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = [f"c{index:03d}" for index in range(n)]
    people = pl.DataFrame({"pseudo_customer_id": names, "value_segment": "high", "clv": clv or [100] * n})
    rows = pl.DataFrame({"pseudo_customer_id": names, "as_of": date(2016, 1, 1), "text_polarity": -0.5,
                         "text_weight": [0.5 if index % 2 else 0.9 for index in range(n)], "reviews": 1})  # fmt: skip
    return rows, people


def test_at_risk_are_high_value_customers_with_negative_reviews_as_they_were_seen_last() -> None:
    (row,) = at_risk_customers(EXAMPLES, CUSTOMERS, -0.2).iter_rows(named=True)
    assert (row["pseudo_customer_id"], row["clv"], row["polarity"], row["reviews"]) == ("a", 90, -0.6, 2)
    assert row["expected_precision"] == 0.75
    assert at_risk_customers(EXAMPLES, CUSTOMERS, -0.7).is_empty()
    nobody = at_risk_customers(EXAMPLES.clear(), CUSTOMERS.clear(), -0.2)
    assert (nobody.height, nobody.schema) == (0, LIST_SCHEMA)


def test_links_less_sure_than_asked_for_are_left_out() -> None:
    rows, people = many(20)
    assert at_risk_customers(rows, people, -0.2, 0.6).height == 10
    assert at_risk_customers(rows, people, -0.2, 0.95).is_empty()


def test_the_precision_of_a_list_weighs_customers_by_their_reviews() -> None:
    assert expected_precision(at_risk_customers(EXAMPLES, CUSTOMERS, -0.2)) == 0.75
    rows, people = many(20)
    assert expected_precision(at_risk_customers(rows, people, -0.2)) == pytest.approx(0.7)
    assert expected_precision(pl.DataFrame(schema=LIST_SCHEMA)) is None


def test_the_count_is_told_from_the_minimum_on() -> None:
    rows, people = many(12)
    exposed = at_risk_customers(rows, people, -0.2)
    tree, reasons = at_risk_tree(exposed, people, 10)
    assert tree["customers"]["at_risk"] == {"count": 12, "expected_precision": pytest.approx(0.7), "revenue_share": 1.0}
    assert reasons == {}
    assert at_risk_tree(exposed, people, 13) == ({}, {"customers.at_risk": "fewer than 13 customers are behind it"})
    assert at_risk_tree(exposed.clear(), people.clear(), 13) == ({}, {})


def test_a_share_that_one_customer_decides_is_withheld() -> None:
    rows, people = many(12, [10**6] + [1] * 11)
    tree, reasons = at_risk_tree(at_risk_customers(rows, people, -0.2), people, 10)
    assert "revenue_share" not in tree["customers"]["at_risk"]
    assert reasons == {"customers.at_risk.revenue_share": DOMINATED}
