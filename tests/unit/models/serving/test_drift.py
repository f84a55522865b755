from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.models.checks_serving import validate_drift
from assets.models.contract_serving import MODEL_DRIFT
from assets.models.serving.drift import drift_metadata, drift_table, stability_index
from tests.unit.customers.build import DAY
from tests.unit.models.build import QUICKEST, examples_of

RNG = np.random.default_rng(4)


def test_two_halves_have_shares_by_hand():
    reference, newest = np.array([0.0] * 10 + [1.0] * 10), np.array([0.0] * 15 + [1.0] * 5)
    p, q = np.array([10.5, 10.5]) / 21, np.array([15.5, 5.5]) / 21
    assert stability_index(reference, newest, 2) == pytest.approx(float(((q - p) * np.log(q / p)).sum()))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_the_index_is_never_negative_and_zero_for_the_same(reference, newest):
    first, second = np.array(reference), np.array(newest)
    assert stability_index(first, second, 10) >= 0
    assert stability_index(first, first, 10) == 0


def test_a_shift_is_seen_and_chance_is_not():
    reference = RNG.normal(size=3000)
    assert stability_index(reference, RNG.normal(size=1000), 10) < 0.1
    assert stability_index(reference, RNG.normal(1.0, 1.0, 1000), 10) > 0.25


def frames():
    examples = examples_of()
    newest = examples.filter(pl.col("protocol") == "prospective")
    predictions = pl.DataFrame({"protocol": ["prospective_cv"] * 4, "model": ["m"] * 4, "repeat": [0] * 4,
                                "pseudo_customer_id": list("abcd"), "prediction": [1.0, 2.0, 3.0, 4.0]})  # fmt: skip
    scores = pl.DataFrame({"pseudo_customer_id": list("abcd"), "model": ["m"] * 4, "value": [1.0, 2.0, 3.0, 4.0]})
    return examples, newest, predictions, scores


def test_the_table_has_every_input_and_the_score():
    table = MODEL_DRIFT.conform(drift_table(*frames(), DAY, QUICKEST, 2))
    assert table.filter(pl.col("kind") == "score")["name"].to_list() == ["value"]
    assert {"monetary", "has_text", "text_score", "reviews"} <= set(table["name"])
    assert table["psi"].max() < 1e-9
    assert all(item.passed for item in validate_drift(table))
    assert drift_metadata(table)["drifted"] == 0


def test_what_drifts_warns():
    examples, newest, predictions, scores = frames()
    moved = newest.with_columns(b_monetary=pl.col("b_monetary") + 1e5)
    table = drift_table(examples, moved, predictions, scores.with_columns(value=pl.lit(99.0)), DAY, QUICKEST, 2)
    found = {item.name: item for item in validate_drift(table)}
    inputs = found["inputs_are_distributed_as_in_training"]
    assert not inputs.passed
    assert not inputs.is_blocking
    assert inputs.examples[0]["name"] == "monetary"
    calm = drift_table(examples, moved, predictions, scores, DAY, replace(QUICKEST, drift_threshold=99.0), 2)
    assert all(item.passed for item in validate_drift(calm))
    one_value = scores.with_columns(value=pl.lit(99.0))
    alarmed = drift_table(examples, newest, predictions, one_value, DAY, replace(QUICKEST, drift_threshold=0.1), 2)
    failed = [item.name for item in validate_drift(alarmed) if not item.passed]
    assert failed == ["scores_are_distributed_as_in_training"]


def test_nobody_gives_no_row():
    examples, newest, predictions, scores = frames()
    table = drift_table(examples, newest.clear(), predictions, scores.clear(), DAY, QUICKEST, 2)
    assert table.is_empty()
    assert drift_metadata(table) == {}
    assert all(item.passed for item in validate_drift(table))


def test_a_mean_of_few_customers_is_not_told():
    examples, newest, predictions, scores = frames()
    table = drift_table(examples, newest, predictions, scores, DAY, QUICKEST, 5)
    assert table.filter(pl.col("kind") == "score").is_empty(), "four customers are scored"
    assert not table.filter(pl.col("name") == "monetary").is_empty()
    few = newest.with_columns(pl.lit(newest["pseudo_customer_id"][0]).alias("pseudo_customer_id"))
    assert drift_table(examples, few, predictions, scores, DAY, QUICKEST, 5).is_empty(), "many rows of one customer"
