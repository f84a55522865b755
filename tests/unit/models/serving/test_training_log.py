from datetime import date

import polars as pl
import pytest

from assets.models.checks_serving import validate_training_runs
from assets.models.contract import TRAINED_MODELS
from assets.models.contract_serving import TRAINING_RUNS
from assets.models.serving.promotion_rule import verdict
from assets.models.serving.training_log import (
    differences,
    erasure_digest,
    metric_metadata,
    models_of_run,
    outdated_because,
    run_metadata,
    run_record,
    runs_frame,
)
from resources.input_record import InputRecord
from resources.model_store import ModelStore
from tests.unit.models.build import QUICKEST

DAY = date(2024, 6, 30)
METRICS = pl.DataFrame(
    {
        "protocol": ["prospective_cv"] * 3 + ["observed"],
        "model": ["lightgbm", "lightgbm", "same_as_past", "lightgbm"],
        "mae": [10.0, 20.0, 30.0, 1.0], "rmse": [40.0, 60.0, 70.0, 1.0], "r2": [0.5, 0.7, None, 1.0],
        "mape": [0.1] * 4, "spearman": [0.2] * 4, "gini": [0.3] * 4,
    }
)  # fmt: skip
ENTRY = {"model": "lightgbm", "versions": {"lightgbm": "v0"}, "twin": "t0", "run": "r0"}


def record(version="v1", error=100.0, serving=100.0, settings=QUICKEST, digest="d" * 64):
    facts = {"version": version, "path": f"lightgbm/{version}", "parameters": 7, "rmse": 50.0, "r2": 0.6,
             "data_version": "dv"}  # fmt: skip
    return run_record(
        as_of=DAY, models={"lightgbm": facts}, chosen="lightgbm", serving=ENTRY,
        judgement=verdict(DAY, error, serving, "rmse", 0.02), settings=settings, tuned={},
        examples=InputRecord(asset="examples", partition="all", inputs={"published_bookings": digest[:8]}),
        examples_digest=digest, metrics=METRICS, rows=123, horizon_days=90,
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path)


def test_a_run_can_be_found_again(store):
    noted = store.note_run(record())
    table = TRAINING_RUNS.conform(runs_frame(store.runs()))
    row = table.row(0, named=True)
    assert (row["run_id"], row["number"], row["rmse"], row["mae"]) == (noted["run_id"], 1, 50.0, 15.0)
    assert row["input_hash"] == "d" * 16
    assert '"folds": 2' in row["settings"]
    assert row["serving_version"] == "v0"
    assert TRAINED_MODELS.conform(models_of_run(noted))["is_served"].to_list() == [True]


def test_the_same_run_is_one_row_and_another_gets_the_next_number(store):
    store.note_run(record())
    store.note_run(record())
    store.note_run(record("v2"))
    table = runs_frame(store.runs())
    assert table["number"].to_list() == [1, 2]
    assert table["is_latest"].to_list() == [False, True]


def test_two_runs_are_compared(store):
    from dataclasses import replace

    for one in (record(), record("v2", error=90.0, settings=replace(QUICKEST, learning_rate=0.5), digest="e" * 64)):
        store.note_run(one)
    first, second = runs_frame(store.runs()).to_dicts()
    found = {name: (one, two) for name, one, two in differences(first, second)}
    assert found["settings.room.learning_rate"] == ("0.0003", "0.5")
    assert found["inputs.published_bookings"] == ("dddddddd", "eeeeeeee")
    assert found["error"] == ("100.0", "90.0")
    assert "settings.room.folds" not in found
    assert differences(first, first) == []


def test_the_check_shows_both_figures(store):
    store.note_run(record())
    store.note_run(record("v2", error=130.0))
    refused, held = validate_training_runs(runs_frame(store.runs()))
    assert not refused.passed
    assert not refused.is_blocking
    assert (refused.metadata["error"], refused.metadata["serving_error"]) == (130.0, 100.0)
    assert held.passed
    promoted = runs_frame(store.runs()).with_columns(is_promoted=True)
    assert [item.passed for item in validate_training_runs(promoted)] == [True, False]
    assert all(item.passed for item in validate_training_runs(TRAINING_RUNS.empty()))


def test_metadata_are_numbers_that_can_be_plotted(store):
    noted = store.note_run(record())
    shown = run_metadata(noted)
    assert shown["training_run"] == noted["run_id"]
    assert shown["newest_origin_rmse_of_serving"] == 100.0
    assert metric_metadata(METRICS) == {"r2_lightgbm": 0.6, "rmse_lightgbm": 50.0, "rmse_same_as_past": 70.0}


def test_a_serving_model_of_erased_or_changed_rows_is_outdated():
    noted = record()
    later = date(2024, 7, 7)
    assert outdated_because(noted, DAY, "d" * 64, "") == ""
    assert outdated_because(noted, later, "e" * 64, "") == ""
    assert "has changed" in outdated_because(noted, DAY, "e" * 64, "")
    assert "erased" in outdated_because(noted, later, "e" * 64, erasure_digest({"row": {"mark"}}))
    assert erasure_digest({"row": frozenset()}) == ""
