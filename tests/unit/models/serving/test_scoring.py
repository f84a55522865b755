from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assets.models.checks import validate_scores
from assets.models.contract import CUSTOMER_SCORES
from assets.models.estimators.boosted_trees import fit_boosted_trees
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, to_arrays
from assets.models.serving.scoring import (
    START_VERSION,
    Served,
    interval_table,
    intervals,
    reasons_of,
    score_customers,
    start_model,
)
from tests.unit.customers.build import DAY
from tests.unit.models.build import DIMENSIONS, QUICKEST, arrays_of, examples_of

RNG = np.random.default_rng(1)
PREDICTED = RNG.gamma(1.0, 200.0, 2000)
REALISED = np.maximum(PREDICTED * RNG.lognormal(0.0, 0.5, 2000), 0.0)


def test_intervals_hold_their_share():
    low, high = intervals(PREDICTED, interval_table(REALISED, PREDICTED, 0.8, 100.0))
    assert ((low <= REALISED) & (high >= REALISED)).mean() == pytest.approx(0.8, abs=0.02)


@given(arrays(np.float64, 5, elements=st.floats(0, 1e7)))
def test_intervals_hold_the_prediction_and_no_negative_value(value):
    low, high = intervals(value, interval_table(REALISED, PREDICTED, 0.8, 100.0))
    assert ((low >= 0) & (low <= value) & (value <= high)).all()


@pytest.mark.parametrize("number", [0, 1, 40])
def test_few_residuals_share_one_bin(number):
    table = interval_table(REALISED[:number], PREDICTED[:number], 0.8, 100.0)
    assert len(table["low"]) == len(table["edges"]) + 1
    low, high = intervals(np.array([10.0]), table)
    assert low[0] <= 10.0 <= high[0]


def test_reasons_name_the_largest_contributions_first():
    data = arrays_of().take(np.array([0]))
    parts = np.zeros((1, len(BEHAVIOUR_COLUMNS) + 1))
    parts[0, 1], parts[0, 4], parts[0, -1] = -50.0, 20.0, 999.0
    text = reasons_of(parts, data, 2)[0]
    assert text.startswith("frequency = ")
    assert "-50" in text.split(";")[0]
    assert text.split("; ")[1].startswith("cancellation_ratio")
    assert "999" not in text


def newest():
    """The prospective examples of the latest day, as frame and as arrays."""
    rows = examples_of().filter(pl.col("protocol") == "prospective")
    rows = rows.filter(pl.col("as_of") == pl.col("as_of").max())
    return rows, to_arrays(rows, DIMENSIONS)


def served(data, name="lightgbm"):
    trees = fit_boosted_trees(data, QUICKEST, 1)
    table = interval_table(data.target, trees.predict(data).value, 0.8, 100.0)
    return Served(name=name, version="v1", model=trees, interval=table, explainer=trees, horizon_days=90)


def test_scores_keep_their_contract():
    data = arrays_of()
    one, _ = newest()
    scores = score_customers(one, served(data), DAY, segment_rule="thirds", reasons=2)
    assert CUSTOMER_SCORES.conform(scores).equals(scores)
    assert all(item.passed for item in validate_scores(scores))
    assert set(scores["target"]) == {"revenue_next_90d"}
    assert set(scores["delivery_day"]) == {DAY}


def test_the_start_serves_the_past_with_a_wide_interval():
    one, data = newest()
    scores = score_customers(one, start_model(180), DAY, segment_rule="thirds", reasons=2)
    assert scores["value"].to_list() == pytest.approx(np.maximum(data.past, 0).round(2).tolist())
    assert set(scores["model_version"]) == {START_VERSION}
    assert scores["low"].max() == 0.0
    assert all(item.passed for item in validate_scores(scores))


def test_no_customer_gives_no_score():
    data = arrays_of()
    none = newest()[0].clear()
    for model in (served(data), start_model(90)):
        assert score_customers(none, model, DAY, segment_rule="thirds", reasons=2).is_empty()


def test_each_check_goes_red():
    data = arrays_of()
    one, _ = newest()
    scores = score_customers(one, served(data), DAY, segment_rule="thirds", reasons=2)

    def failed(frame):
        return [item.name for item in validate_scores(frame) if not item.passed]

    assert failed(scores.with_columns(low=pl.col("high") + 1)) == ["value_lies_in_its_interval"]
    assert failed(scores.with_columns(reasons=pl.lit(" "))) == ["every_score_has_a_reason"]
    mixed = scores.with_row_index().with_columns(model_version=pl.col("index").cast(pl.String)).drop("index")
    assert failed(mixed) == ["one_model_per_day"]
    two_days = pl.concat([scores, scores.with_columns(
        delivery_day=pl.lit(DAY + timedelta(days=1)), model_version=pl.lit("v2"))])  # fmt: skip
    assert failed(two_days) == []


def test_chunks_change_nothing(monkeypatch):
    data, (rows, _) = arrays_of(), newest()
    whole = score_customers(rows, served(data), DAY, segment_rule="thirds", reasons=2)
    monkeypatch.setattr("assets.models.serving.scoring.CHUNK_ROWS", 7)
    assert score_customers(rows, served(data), DAY, segment_rule="thirds", reasons=2).equals(whole)


def test_a_million_is_written_with_separators():
    data = arrays_of().take(np.array([0, 1]))
    parts = np.zeros((2, len(BEHAVIOUR_COLUMNS) + 1))
    parts[:, 0] = [1_234_567.4, -0.2]
    first, second = reasons_of(parts, data, 1)
    assert first.endswith(": +1,234,567")
    assert second.endswith(": +0")
