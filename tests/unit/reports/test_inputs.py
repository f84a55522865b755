"""What the report is made from: customers at risk, and inputs of which nothing is there."""

from datetime import date

import polars as pl

from assets.reports.gather import inputs_from
from assets.reports.risk import at_risk_customers
from assets.reports.telling.run import RunHeader
from tests.unit.reports.fixtures import FACTS


def test_at_risk_are_high_value_customers_with_negative_reviews() -> None:
    customers = pl.DataFrame({"pseudo_customer_id": ["a", "b"], "value_segment": ["high", "low"], "clv": [90, 10]})
    examples = pl.DataFrame(
        {"pseudo_customer_id": ["a", "b"], "as_of": [date(2016, 1, 1)] * 2, "text_polarity": [-0.6, -0.9]}
    )
    found = at_risk_customers(examples, customers, -0.2)
    assert found is not None
    assert (found.count, found.revenue_share) == (1, 0.9)
    assert at_risk_customers(None, customers, -0.2) is None


def test_nothing_gives_inputs_without_parts() -> None:
    run = RunHeader(source="demo", facts=FACTS["demo"], first_day=date(2016, 1, 1), last_day=date(2016, 1, 2))
    made = inputs_from(run, {}, {})
    assert made.models is None
    assert run.days == 2
