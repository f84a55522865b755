"""Claims, budgets, ablations and advice: figures against hand-made folds."""

import json

import numpy as np
import polars as pl
import pytest

from assets.models.contract import MODEL_ABLATIONS, MODEL_METRICS, MODEL_TUNING
from assets.models.evaluation.evaluate import PROSPECTIVE_CV
from assets.models.findings.advice import recommendation
from assets.models.findings.evidence import (
    calibration_tree,
    claim_frame,
    claim_tree,
    study_frame,
    study_tree,
    tuning_frame,
    tuning_tree,
)

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


def test_a_claim_has_two_intervals_and_a_corrected_p_value(claims):
    row = claims.filter((pl.col("second") == "behaviour_mlp") & (pl.col("metric") == "r2")).row(0, named=True)
    assert row["difference"] == pytest.approx(0.2)
    assert row["low"] < row["bootstrap_low"] < 0.2 < row["bootstrap_high"] < row["high"]
    assert row["p_bonferroni"] == pytest.approx(3 * row["p_corrected"])  # three claims could be tested
    assert claim_frame(metrics().clear(), 5, np.random.default_rng(1), 10).is_empty()
    assert set(claim_tree(claims)) == {f"gated_fusion_vs_{other}" for other in ("behaviour_mlp", "lightgbm",
                                                                                "same_as_past")}  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "baseline", "take"), [(0.8, 0.5, "gated_fusion"), (0.5, 0.5, "lightgbm"), (0.3, 0.6, "lightgbm")]
)
def test_advice_names_ours_only_where_it_is_better_beyond_chance(ours, baseline, take):
    made = metrics(gated_fusion=ours, lightgbm=baseline, same_as_past=0.1)
    noise = np.random.default_rng(1).normal(0, 20, 400)
    drawn = {name: 1000 * (1 - r2) + noise for name, r2 in (("lightgbm", baseline), ("same_as_past", 0.1))}
    drawn["gated_fusion"] = 1000 * (1 - ours) + np.random.default_rng(2).normal(0, 20, 400)
    found = recommendation(made, drawn)
    assert found["take"] == take
    assert found["sentence"]
    assert recommendation(metrics(lightgbm=0.5), drawn) == {}
    assert recommendation(made, {}) == {}


def test_advice_for_guests_ranks_by_who_comes_and_serves_by_rmse():
    """The model with the better AUC is advised though its RMSE is worse; scores, which are amounts, keep to RMSE."""
    made = metrics(gated_fusion=0.2, lightgbm=0.5, same_as_past=0.1)
    noise = np.random.default_rng(1).normal(0, 0.005, 400)
    drawn = {"lightgbm": 0.60 + noise, "same_as_past": 0.55 + noise, "gated_fusion": 0.66 - noise}
    told = recommendation(made, drawn, metric="auc")
    assert (told["ours"], told["baseline"], told["take"]) == ("gated_fusion", "lightgbm", "gated_fusion")
    assert "the AUC of any revenue differs by" in told["sentence"]
    assert told["served"] == "lightgbm"
    worse = recommendation(made, drawn | {"gated_fusion": 0.52 - noise}, metric="auc")
    assert worse["take"] == "lightgbm"


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
    assert study_tree(study_frame(ablations().clear(), 5)) == {}


def trials():
    values = json.dumps({"boosting_rate": 0.123456, "layers": [8, 4]})
    rows = [("observed", "lightgbm", 0, 9.0, False, 1.0, "{}"), ("observed", "lightgbm", 1, 8.0, True, 2.0, values)]
    return MODEL_TUNING.conform(pl.DataFrame(rows, schema=MODEL_TUNING.names, orient="row"))


def test_budgets_are_reported_with_what_was_chosen():
    tuning = trials()
    frame = tuning_frame(tuning)
    assert frame.row(0, named=True) == {
        "protocol": "observed", "model": "lightgbm", "trials": 2, "seconds": 3.0, "default_rmse": 9.0,
        "chosen_rmse": 8.0, "values": "boosting_rate 0.123, layers 8–4",
    }  # fmt: skip
    assert set(tuning_tree(frame)["observed"]) == {"lightgbm"}
    assert tuning_tree(tuning_frame(tuning.clear())) == {}


def test_calibration_by_tenths():
    n = 40
    frame = pl.DataFrame({"protocol": PROSPECTIVE_CV, "model": "lightgbm", "repeat": [0] * n,
                          "pseudo_customer_id": [f"c{number:02d}" for number in range(n)],
                          "target": np.arange(n, dtype=float), "prediction": np.arange(n) * 2.0})  # fmt: skip
    tree = calibration_tree(frame, ["lightgbm"], 4)
    last = {"n": 4, "customers": 4, "predicted": 75.0, "realised": 37.5}
    assert tree[PROSPECTIVE_CV]["lightgbm"]["tenth_10"] == last
    merged = calibration_tree(frame, ["lightgbm"], 10)[PROSPECTIVE_CV]["lightgbm"]
    assert {name: leaf["customers"] for name, leaf in merged.items()} == {"tenth_1": 12, "tenth_4": 12, "tenth_7": 16}
    assert calibration_tree(frame, ["lightgbm"], 41) == {}
    one = frame.with_columns(pseudo_customer_id=pl.lit("c"))
    assert calibration_tree(one, ["lightgbm"], 2) == {}, "forty rows of one customer are one customer's"
