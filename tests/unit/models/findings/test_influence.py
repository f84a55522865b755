"""Influence of features as rows: every customer, every feature, ranks from lowest to highest."""

import numpy as np
import polars as pl
import pytest

from assets.models.contract import FEATURE_INFLUENCE
from assets.models.findings.influence import influence_rows

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
