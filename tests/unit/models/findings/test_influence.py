"""Influence of features as rows: every customer, every feature, ranks from lowest to highest."""

import numpy as np
import polars as pl
import pytest

from assets.models.checks_explaining import validate_influence_by_value
from assets.models.contract import FEATURE_INFLUENCE, INFLUENCE_BY_VALUE
from assets.models.findings.influence import influence_by_value, influence_rows

WIDE = pl.DataFrame(
    {"pseudo_customer_id": ["a", "b", "c"], "base": [1.0] * 3, "b_x": [3.0, -1.0, 2.0], "b_flat": [0.0, 0.5, 0.0]}
)
VALUES = pl.DataFrame({"b_x": [10.0, 30.0, 10.0], "b_flat": [7.0, 7.0, 7.0]})


def test_every_customer_has_every_feature_with_its_rank():
    rows = FEATURE_INFLUENCE.conform(influence_rows("lightgbm", WIDE, VALUES)).sort("feature", "pseudo_customer_id")
    assert set(rows["model"]) == {"lightgbm"}
    assert rows.filter(pl.col("feature") == "b_x")["influence"].to_list() == [3.0, -1.0, 2.0]
    assert rows.filter(pl.col("feature") == "b_x")["scaled_value"].to_list() == pytest.approx([0.0, 1.0, 0.0])
    assert rows.filter(pl.col("feature") == "b_flat")["scaled_value"].to_list() == [0.5] * 3
    assert "base" not in rows["feature"].to_list()


def test_nobody_gives_no_rows():
    assert influence_rows("lightgbm", WIDE.clear(), VALUES.clear()).is_empty()


def test_ranks_do_not_depend_on_the_unit():
    values = pl.DataFrame({"b_x": np.exp([1.0, 5.0, 3.0]), "b_flat": [1.0, 2.0, 3.0]})
    rows = influence_rows("lightgbm", WIDE, values)
    assert rows.filter(pl.col("feature") == "b_x")["scaled_value"].to_list() == pytest.approx([0.0, 1.0, 0.5])


def many(n: int = 100, seed: int = 1) -> pl.DataFrame:
    values = np.arange(float(n))
    wide = pl.DataFrame({"pseudo_customer_id": [f"c{number:03d}" for number in range(n)], "b_x": 2.0 * values - n,
                         "b_count": values % 2, "b_flat": np.zeros(n)})  # fmt: skip
    told = pl.DataFrame({"b_x": values, "b_count": np.where(values < 95, 1.0, 2.0 + values), "b_flat": np.ones(n)})
    return influence_rows("lightgbm", wide, told).sample(fraction=1.0, shuffle=True, seed=seed)


def test_tenths_go_from_low_to_high_values_and_hold_everybody():
    told = INFLUENCE_BY_VALUE.conform(influence_by_value(many(), 10))
    rows = told.filter((pl.col("feature") == "b_x") & (pl.col("tenth") > 0))
    assert rows["tenth"].to_list() == list(range(1, 11))
    assert set(rows["n"]) == {10}
    assert rows["influence"].to_list() == [2.0 * (10 * number + 4.5) - 100 for number in range(10)]
    everybody = told.filter((pl.col("feature") == "b_x") & (pl.col("tenth") == 0)).row(0, named=True)
    assert (everybody["n"], everybody["influence"], everybody["direction"]) == (100, -1.0, 1.0)
    assert everybody["absolute_influence"] == 50.0
    assert all(item.passed for item in validate_influence_by_value(told))


def test_equal_values_stand_together_and_no_group_is_too_small():
    told = influence_by_value(many(), 10)
    assert told["n"].min() >= 10  # type: ignore[operator]
    counts = told.filter((pl.col("feature") == "b_count") & (pl.col("tenth") > 0))
    assert counts.select("tenth", "n").rows() == [(1, 100)], (
        "five customers above one booking are too few to stand alone"
    )
    flat = told.filter(pl.col("feature") == "b_flat")
    assert flat.select("tenth", "n", "direction").rows() == [(0, 100, None), (1, 100, None)]
    assert (
        influence_by_value(many(), 20).filter((pl.col("feature") == "b_x") & (pl.col("tenth") > 0))["n"].to_list()
        == [20] * 5
    )


def test_nobody_is_told_of_below_the_minimum():
    assert influence_by_value(many(9), 10).is_empty()
    assert influence_by_value(many(10), 10)["n"].to_list() == [10] * 6
    assert influence_by_value(many().clear(), 10).is_empty()


def test_the_order_of_rows_does_not_matter():
    assert influence_by_value(many(seed=1), 10).equals(influence_by_value(many(seed=2), 10))
