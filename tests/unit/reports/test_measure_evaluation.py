"""Claims, budgets, ablations and advice: figures against hand-made folds, tables that say what they mean."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.models.contract import MODEL_ABLATIONS, MODEL_METRICS, MODEL_TUNING
from assets.models.evaluation.evaluate import PROSPECTIVE_CV
from assets.reports.gather_evaluation import claim_rows, study_rows, tuning_rows
from assets.reports.measure_evaluation import (
    calibration_tree,
    claim_frame,
    claim_tree,
    recommendation,
    study_frame,
    study_tree,
    tuning_frame,
    tuning_tree,
)
from assets.reports.tables_evaluation import claim_tables, study_table, tuning_table, verdict
from tests.unit.reports.fixtures import empty_inputs

NOISE = (0.0, 0.01, -0.01, 0.02, -0.02)


def metrics(**r2):
    rows = [
        {"protocol": PROSPECTIVE_CV, "model": model, "repeat": 0, "fold": fold, "n": 10, "mae": 100 * (1 - value),
         "rmse": 1000 * (1 - value - noise), "r2": value + noise, "mape": None, "spearman": None, "gini": None,
         "parameters": 1, "train_seconds": 1.0, "predict_seconds": 0.1}
        for model, value in r2.items()
        for fold, noise in enumerate(NOISE if model == "gated_fusion" else (0.0,) * 5)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=MODEL_METRICS.schema)


@pytest.fixture
def claims():
    made = metrics(gated_fusion=0.7, behaviour_mlp=0.5, lightgbm=0.7, same_as_past=0.4)
    return claim_frame(made, 5, np.random.default_rng(1), 100)


def test_a_claim_holds_only_with_its_test(claims):
    text = claims.filter(pl.col("second") == "behaviour_mlp")
    assert verdict(text) == "holds"
    assert verdict(claims.filter(pl.col("second") == "lightgbm")) == "not shown"
    without = claims.filter(pl.col("metric") != "r2")
    assert verdict(without) == "not shown", "R² has no value where a fold brought no revenue"
    assert verdict(text.with_columns(p_corrected=pl.lit(float("nan")))) == "not shown"
    row = text.filter(pl.col("metric") == "r2").row(0, named=True)
    assert row["difference"] == pytest.approx(0.2)
    assert row["low"] < row["bootstrap_low"] < 0.2 < row["bootstrap_high"] < row["high"]
    assert row["p_bonferroni"] == pytest.approx(3 * row["p_corrected"])  # three claims could be tested
    assert claim_frame(metrics().clear(), 5, np.random.default_rng(1), 10).is_empty()


def test_one_table_per_claim(claims):
    inputs = replace(empty_inputs(), claims=claim_rows(claim_tree(claims)))
    tables = claim_tables(inputs)
    assert [table.title.split(".")[0] for table in tables] == [
        "Claim: text helps the fusion",
        "Claim: fusion beats LightGBM",
        "Claim: fusion beats “same as the past”",
    ]
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)
    assert claim_tables(empty_inputs()) == []


@pytest.mark.parametrize(
    ("ours", "baseline", "take"), [(0.8, 0.5, "gated_fusion"), (0.5, 0.5, "lightgbm"), (0.3, 0.6, "lightgbm")]
)
def test_advice_names_ours_only_where_it_is_better_beyond_chance(ours, baseline, take):
    found = recommendation(metrics(gated_fusion=ours, lightgbm=baseline, same_as_past=0.1), 5)
    assert found["take"] == take
    assert found["sentence"]
    assert recommendation(metrics(lightgbm=0.5), 5) == {}


def ablations():
    rows = [
        ("optimisation", variant, "gated_fusion", 0, fold, 9, 0.1, 1.0, 100.0 + gain + fold, 0.5)
        for variant, gain in (("reference", 0.0), ("dropout 0.1", 10.0))
        for fold in range(5)
    ]
    return MODEL_ABLATIONS.conform(pl.DataFrame(rows, schema=MODEL_ABLATIONS.names, orient="row"))


def test_a_variant_stands_beside_its_reference():
    frame = study_frame(ablations(), 5)
    changed = frame.filter(pl.col("variant") == "dropout 0.1").row(0, named=True)
    assert changed["rmse_difference"] == pytest.approx(10.0)
    assert changed["rmse_p"] < 0.01
    tree = study_tree(frame)
    assert set(tree["optimisation"]) == {"reference", "dropout 0,1"}  # a dot would split the path
    table = study_table(replace(empty_inputs(), studies=study_rows(tree)))
    assert table is not None
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert study_table(empty_inputs()) is None
    assert study_tree(study_frame(ablations().clear(), 5)) == {}


def test_budgets_are_reported_with_what_was_chosen():
    values = json.dumps({"boosting_rate": 0.123456, "layers": [8, 4]})
    rows = [("observed", "lightgbm", 0, 9.0, False, 1.0, "{}"), ("observed", "lightgbm", 1, 8.0, True, 2.0, values)]
    tuning = MODEL_TUNING.conform(pl.DataFrame(rows, schema=MODEL_TUNING.names, orient="row"))
    frame = tuning_frame(tuning)
    assert frame.row(0, named=True) == {
        "protocol": "observed", "model": "lightgbm", "trials": 2, "seconds": 3.0, "default_rmse": 9.0,
        "chosen_rmse": 8.0, "values": "boosting_rate 0.123, layers 8–4",
    }  # fmt: skip
    table = tuning_table(replace(empty_inputs(), tuning=tuning_rows(tuning_tree(frame))))
    assert table is not None
    assert table.rows[0][:3] == ("Observed window", "LightGBM", "2")
    assert tuning_table(empty_inputs()) is None
    assert tuning_tree(tuning_frame(tuning.clear())) == {}


def test_calibration_by_tenths():
    n = 40
    frame = pl.DataFrame({"protocol": PROSPECTIVE_CV, "model": "lightgbm", "repeat": [0] * n,
                          "target": np.arange(n, dtype=float), "prediction": np.arange(n) * 2.0})  # fmt: skip
    tree = calibration_tree(frame, ["lightgbm"])
    assert tree[PROSPECTIVE_CV]["lightgbm"]["tenth_10"] == {"n": 4, "predicted": 75.0, "realised": 37.5}
