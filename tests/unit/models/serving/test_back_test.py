import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.models.checks_serving import validate_back_test
from assets.models.contract_serving import BACK_TEST
from assets.models.serving.back_test import back_test_metadata, figures_of, horizon_of, replayed_test, stored_test
from tests.unit.customers.build import DAY
from tests.unit.models.build import QUICKEST

FACTS = {"kind": "stored", "as_of": DAY, "horizon_days": 90, "model": "m", "model_version": "v"}


def scores(number):
    return pl.DataFrame(
        {
            "pseudo_customer_id": [f"c{index:03d}" for index in range(number)],
            "target": ["revenue_next_90d"] * number, "model": ["m"] * number, "model_version": ["v"] * number,
            "value": [float(index) for index in range(number)], "low": [0.0] * number, "high": [50.0] * number,
        }
    )  # fmt: skip


def ids(number):
    return pl.Series([f"c{index:03d}" for index in range(number)], dtype=pl.String)


def test_figures_by_hand():
    realised = pl.DataFrame({"pseudo_customer_id": ["c000", "c001", "x"], "revenue": [20, 55, 999]})
    table = BACK_TEST.conform(stored_test(scores(4), DAY, realised, 1))
    whole = table.filter(pl.col("decile") == 0).row(0, named=True)
    assert (whole["n"], whole["predicted"], whole["realised"]) == (4, 1.5, 18.75)
    assert whole["mae"] == pytest.approx((20 + 54 + 2 + 3) / 4)
    assert whole["coverage"] == 0.75
    assert table.filter(pl.col("decile") > 0)["realised"].to_list() == [37.5, 0.0, 0.0], (
        "a tenth of one customer who brought something goes with the next"
    )
    assert horizon_of(scores(1)["target"][0]) == whole["horizon_days"] == 90


@given(st.integers(0, 60), st.integers(0, 5))
def test_deciles_hold_everybody_once(number, seed):
    rng = np.random.default_rng(seed)
    target, value = rng.gamma(1, 100, number), rng.gamma(1, 100, number).round(-2)
    table = figures_of(FACTS, ids(number), target, np.stack([value, value * 0, value * 2]), 1)
    assert all(item.passed for item in validate_back_test(table))
    deciles = table.filter(pl.col("decile") > 0)
    assert deciles["n"].sum() == table.filter(pl.col("decile") == 0)["n"].sum()
    assert deciles["predicted"].is_sorted()


def test_lost_customers_go_red():
    table = stored_test(scores(30), DAY, pl.DataFrame(schema={"pseudo_customer_id": pl.String, "revenue": pl.Int64}), 3)
    broken = table.filter(pl.col("decile") != 3)
    assert [(item.name, item.passed) for item in validate_back_test(broken)] == [("deciles_add_up", False)]
    assert [item.passed for item in validate_back_test(BACK_TEST.empty())] == [True]


def test_the_newest_origin_is_replayed_with_the_interval_of_the_folds():
    rng = np.random.default_rng(1)
    value = rng.gamma(1, 200, 600)
    predictions = pl.DataFrame(
        {
            "protocol": ["prospective_cv"] * 400 + ["prospective_holdout"] * 200,
            "model": ["m"] * 600, "repeat": [0] * 600,
            "pseudo_customer_id": [f"c{index:03d}" for index in range(600)],
            "as_of": [DAY] * 600, "prediction": value, "target": value * rng.lognormal(0, 0.5, 600),
        }
    )  # fmt: skip
    table = replayed_test(predictions, "m", "v", 90, QUICKEST, 10)
    whole = table.filter(pl.col("decile") == 0).row(0, named=True)
    assert (whole["kind"], whole["n"]) == ("replayed", 200)
    assert whole["coverage"] == pytest.approx(0.8, abs=0.1)
    assert replayed_test(predictions, "other", "v", 90, QUICKEST, 10).is_empty()
    assert back_test_metadata(table, "EUR")["replayed_coverage"] == whole["coverage"]
    assert back_test_metadata(table, "EUR")["calibration_md"].startswith("![mean predicted")
    assert back_test_metadata(BACK_TEST.empty(), "EUR") == {}


def test_equal_predictions_are_not_ordered_by_what_came_of_them():
    target = np.array([5.0, 0.0] * 20)
    deciles = figures_of(FACTS, ids(40), target, np.zeros((3, 40)), 1).filter(pl.col("decile") > 0)
    assert set(deciles["realised"]) == {2.5}


def test_no_row_rests_on_few_customers_or_on_one_who_decides():
    value = np.arange(60.0)
    table = figures_of(FACTS, ids(60), value + 1.0, np.stack([value, value, value]), 10)
    assert table["n"].to_list() == [60, 12, 12, 12, 12, 12]
    assert table.filter(pl.col("decile") > 0)["decile"].to_list() == [1, 3, 5, 7, 9]
    assert figures_of(FACTS, ids(9), value[:9], np.stack([value[:9]] * 3), 10).is_empty()
    one = np.zeros(60)
    one[30] = 5_000.0
    assert figures_of(FACTS, ids(60), one, np.stack([value] * 3), 10).is_empty(), "the mean would tell what one brought"
