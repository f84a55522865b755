"""The room measures itself over a small stored history: findings, influence of features, words of single texts."""

import numpy as np
import polars as pl
import pytest

from assets.common.findings import nest, reasons_of
from assets.common.seeding import generator_of
from assets.common.whole import produce_whole, record_of
from assets.common.workspace import Workspace
from assets.models.assets import (
    anomaly_sensitivity,
    explained_texts,
    feature_influence,
    forecast_curves,
    influence_by_value,
    model_ablations,
    models_findings,
    word_influence,
    words_by_value,
)
from assets.models.findings.accuracy import model_results
from assets.models.findings.branches import STREAM
from assets.models.settings import model_settings
from resources.settings import Settings
from tests.unit.models.build import DIMENSIONS
from tests.unit.models.test_assets import Counted, read, reports, workspace

__all__ = ["reports", "workspace"]  # fixtures: the same small history, made once for this file
TOLD = (forecast_curves, influence_by_value, word_influence, words_by_value)
MEASURED = (anomaly_sensitivity, feature_influence, explained_texts, *TOLD, models_findings)


class Letters:
    """An encoder as wide as the stored vectors."""

    def encode(self, texts):
        raw = np.array([[1 + text.count(letter) for letter in "aeio"] for text in texts], dtype=np.float32)
        return raw.reshape(len(texts), DIMENSIONS)


class Shelf(Counted):
    def encoder(self, tier, *, model, pooling):
        return Letters()


@pytest.fixture(scope="module")
def measured(workspace, reports):
    workspace.services["encoders"] = lambda _: Shelf()
    workspace._built.pop("encoders", None)
    return {item.name: produce_whole(workspace, item) for item in MEASURED}


@pytest.fixture
def findings(workspace, measured):
    return nest(read(workspace, "models_findings"))


def test_every_table_is_promoted(measured):
    assert {name: report.failed for name, report in measured.items()} == dict.fromkeys(measured, [])
    assert all(measured[name].rows > 0 for name in ("feature_influence", "explained_texts", "models_findings"))


def test_every_branch_is_measured(workspace, findings):
    assert set(findings) == {
        "models", "controls", "ablations", "claims", "verdicts", "studies", "tuning", "explanations",
        "customers", "hyperparameters", "forecast",
    }  # fmt: skip
    withheld = reasons_of(read(workspace, "models_findings"))
    assert withheld["gate.high"] == "fewer than 10 customers with a text"
    assert findings["models"]["prospective_cv"]["best"] in {"same_as_past", "lightgbm", "gated_fusion"}
    assert set(findings["explanations"]["shapley"]) == {"gated_fusion", "lightgbm"}
    assert "words" in findings["explanations"]["faithfulness"]
    assert findings["hyperparameters"]["Textual embedding size"] == str(DIMENSIONS)


def test_figures_draw_from_the_stream_that_they_always_drew_from(workspace, findings):
    settings = model_settings(workspace.settings)
    expected = model_results(
        read(workspace, "model_metrics"), read(workspace, "model_predictions"), folds=settings.folds,
        mape_floor=settings.mape_floor, draws=settings.bootstrap_draws,
        rng=generator_of(workspace.settings.core.seed, "evaluation_results"),
    )  # fmt: skip
    assert STREAM == "evaluation_results"
    holdout = findings["models"]["prospective_holdout"]["lightgbm"]["mae"]
    assert holdout == expected["prospective_holdout"]["lightgbm"]["mae"]


def test_every_customer_of_the_latest_origin_is_taken_apart(workspace, measured):
    table = read(workspace, "feature_influence")
    prospective = read(workspace, "examples").filter(pl.col("protocol") == "prospective")
    latest = prospective.filter(pl.col("as_of") == pl.col("as_of").max())
    assert set(table["pseudo_customer_id"]) == set(latest["pseudo_customer_id"])
    assert set(table["model"]) == {"lightgbm"}


def test_what_is_told_of_customers_rests_on_the_minimum_of_them(workspace, measured):
    told = {item.name: read(workspace, item.name) for item in TOLD}
    assert not told["influence_by_value"].is_empty()
    assert all(table.filter(pl.col("n") < 10).is_empty() for table in told.values())
    assert not {"pseudo_customer_id", "review_id", "booking_id"} & {
        name for table in told.values() for name in table.columns
    }


def test_words_of_a_customer_per_segment_stand_in_the_text(workspace, measured):
    table = read(workspace, "explained_texts")
    assert set(table["segment"]) <= {"low", "mid", "high"}
    for row in table.iter_rows(named=True):
        assert all(word in row["text"] for word in row["words"])
        assert len(row["words"]) == len(row["weights"]) <= 10
    known = read(workspace, "customers").select("pseudo_customer_id", "value_segment")
    owners = table.join(known, on="pseudo_customer_id", how="left")
    assert owners["segment"].equals(owners["value_segment"], check_names=False)


@pytest.mark.parametrize(
    ("name", "stale"),
    [("bootstrap_draws", {"models_findings"}), ("lime_words", {"models_findings", "explained_texts"})],
)
def test_a_setting_of_measuring_makes_nothing_else_stale(workspace, measured, name, stale):
    own = workspace.settings
    section = {**own.sections["models"], name: 7}
    changed = Workspace(**{
        field: getattr(workspace, field)
        for field in ("contracts", "room_settings", "history_start", "build_source", "services")
    }, settings=Settings(home=own.home, core=own.core, sections={**own.sections, "models": section}))  # fmt: skip
    made = (*MEASURED, model_ablations)
    now = {
        item.name for item in made if not record_of(changed, item)[0].same_inputs(changed.lake.record(item.name, None))
    }
    assert now == stale
