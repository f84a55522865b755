"""What the scores say of all customers by segment, and what is withheld."""

import polars as pl
import pytest

from assets.models.findings.scores import horizon_results, score_results


def scores(**segments: list[float]) -> pl.DataFrame:
    rows = [(name, value) for name, values in segments.items() for value in values]
    frame = pl.DataFrame(rows, schema={"segment": pl.String, "value": pl.Float64}, orient="row")
    return frame.with_row_index().select("segment", "value", pseudo_customer_id=pl.col("index").cast(pl.String))


def test_segments_have_customers_and_what_is_expected_of_them():
    tree, reasons = score_results(scores(high=[100.0] * 12, low=[1.0] * 20), 10)
    assert reasons == {}
    assert tree["scores"]["high"] == {
        "customers": 12,
        "expected": 1_200.0,
        "mean": 100.0,
        "share": pytest.approx(1_200 / 1_220),
    }
    assert set(tree["scores"]) == {"high", "low"}
    assert score_results(scores(), 10) == ({}, {})


def test_few_customers_are_withheld_and_the_rest_does_not_give_them_back():
    tree, reasons = score_results(scores(high=[100.0] * 9, mid=[10.0] * 11, low=[1.0] * 20), 10)
    assert reasons["scores.high"] == "fewer than 10 customers are behind it"
    assert reasons["scores.low.expected"].startswith("with it")
    assert tree["scores"] == {
        "mid": {"customers": 11, "expected": 110.0, "mean": 10.0, "share": pytest.approx(110 / 1_030)},
        "low": {"customers": 20},
    }


def test_a_sum_that_one_customer_decides_is_withheld():
    tree, reasons = score_results(scores(high=[1.0] * 11 + [900.0], low=[1.0] * 20), 10)
    assert "one customer brings more" in reasons["scores.high.expected"]
    assert tree["scores"] == {"high": {"customers": 12}, "low": {"customers": 20}}
    assert score_results(scores(low=[0.0] * 20), 10)[0]["scores"]["low"] == {
        "customers": 20,
        "expected": 0.0,
        "mean": 0.0,
    }


def test_the_horizon_is_that_of_the_forecasts():
    frame = pl.DataFrame({"protocol": ["observed", "prospective"], "horizon_days": [700, 90]})
    assert horizon_results(frame) == {"forecast": {"horizon_days": 90}}
    assert horizon_results(frame.head(1)) == {}
