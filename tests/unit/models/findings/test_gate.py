"""The gate by value segment: hand-counted means, no segment of few customers, a difference with its interval."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from assets.models.findings.gate import gate_results, gates, withheld_gates
from tests.unit.models.findings.test_accuracy import people, predictions


def texts(has_text: bool = True) -> pl.DataFrame:
    keys = predictions().select("pseudo_customer_id", "as_of").unique(maintain_order=True)
    return keys.with_columns(protocol=pl.lit("prospective"), has_text=pl.lit(value=has_text))


def told(rows: pl.DataFrame, minimum: int = 10, has_text: bool = True) -> dict:
    rng = np.random.default_rng(1)
    return gate_results(rows, people(), texts(has_text), minimum=minimum, rng=rng, draws=200)


def test_every_segment_has_a_mean_with_its_interval() -> None:
    gate = told(predictions())
    assert set(gate) == {"low", "mid", "high", "high_minus_low"}
    segments = [gate[name] for name in ("low", "mid", "high")]
    assert all(0.4 <= item["mean"]["low"] < item["mean"]["value"] < item["mean"]["high"] <= 0.6 for item in segments)
    assert [item["customers"] for item in segments] == [20, 20, 20]
    assert told(predictions(), has_text=False) == {}


def test_a_segment_of_few_customers_is_withheld_with_the_reason() -> None:
    gate = told(predictions(), minimum=21)
    assert gate == {}
    few = people().filter(pl.col("value_segment") == "high").head(11)["pseudo_customer_id"].implode()
    known = people().filter(pl.col("value_segment") != "high")["pseudo_customer_id"].implode()
    rows = predictions().filter(pl.col("pseudo_customer_id").is_in(few) | pl.col("pseudo_customer_id").is_in(known))
    assert set(told(rows, minimum=12)) == {"low", "mid"}
    tested = gates(rows, people(), texts())
    assert withheld_gates(tested, 12) == {"gate.high": "fewer than 12 customers with a text"}
    assert set(withheld_gates(tested, 90)) == {"gate.low", "gate.mid", "gate.high"}
    assert withheld_gates(tested.clear(), 12) == {}, "without any gate the reason is told elsewhere"


def test_one_customer_with_many_rows_is_one_customer() -> None:
    alone = predictions().head(1)
    often = pl.concat([alone.with_columns(as_of=pl.lit(date(2016, 6, day))) for day in range(1, 31)])
    marks = often.select("pseudo_customer_id", "as_of", protocol=pl.lit("prospective"), has_text=pl.lit(value=True))
    rng = np.random.default_rng(1)
    assert gate_results(often, people(), marks, minimum=2, rng=rng, draws=9) == {}


def test_segments_are_apart_by_the_difference_on_the_same_draws() -> None:
    apart = told(predictions())["high_minus_low"]
    assert apart["low"] < 0.0 < apart["high"], "the invented gates know no segment"
    high = people().filter(pl.col("value_segment") == "high")["pseudo_customer_id"].implode()
    raised = predictions().with_columns(
        gate=pl.when(pl.col("pseudo_customer_id").is_in(high)).then(pl.col("gate") + 0.3).otherwise("gate")
    )
    gate = told(raised)
    assert gate["high_minus_low"]["low"] > 0.2
    assert gate["high_minus_low"]["value"] == pytest.approx(
        gate["high"]["mean"]["value"] - gate["low"]["mean"]["value"]
    )
    assert told(raised)["high_minus_low"] == gate["high_minus_low"], "the same draws give the same bounds"
