"""From tables and kept models to branches of the results: nothing there, texts dealt anew, settings in words."""

from functools import partial

import numpy as np
import polars as pl
import pytest

from assets.common.findings import finding_rows
from assets.common.seeding import generator_of
from assets.customers.contract import CUSTOMERS
from assets.models.contract import (
    ANOMALY_SENSITIVITY,
    EXAMPLES,
    MODEL_ABLATIONS,
    MODEL_METRICS,
    MODEL_PREDICTIONS,
    MODEL_TUNING,
)
from assets.models.evaluation.evaluate import PROSPECTIVE_CV, evaluate, metrics_of
from assets.models.findings.branches import (
    DISCLOSURES,
    STREAM,
    ModelTables,
    explanation_tree,
    fusion_settings,
    model_tree,
    shuffled_predictions,
)
from assets.models.settings import ModelSettings
from tests.unit.models.build import QUICKEST, examples_of

fresh = partial(generator_of, 42, STREAM)
NOTHING = ModelTables(
    customers=CUSTOMERS.empty(), examples=EXAMPLES.empty(), metrics=MODEL_METRICS.empty(),
    predictions=MODEL_PREDICTIONS.empty(), tuning=MODEL_TUNING.empty(), ablations=MODEL_ABLATIONS.empty(),
    sensitivity=ANOMALY_SENSITIVITY.empty(),
)  # fmt: skip


def test_nothing_gives_no_figure_and_no_error():
    nothing = {"models": {"examples": {"ahead": 0, "with_text": 0}}}
    assert model_tree(NOTHING, ModelSettings(), "quick", fresh, 10) == nothing
    assert explanation_tree([], None, ModelSettings(), 42, fresh) == {}


def test_settings_are_told_without_a_model_too():
    told = fusion_settings(ModelSettings(), None)
    assert told["hyperparameters"]["Textual embedding size"] == "none"
    assert told["hyperparameters"]["Learning rate"] == "0.0003"
    assert set(finding_rows(told, DISCLOSURES)["disclosure"]) == {"neutral"}
    assert fusion_settings(ModelSettings(), 256)["hyperparameters"]["Textual embedding size"] == "256"


@pytest.fixture(scope="module")
def shuffled():
    examples = examples_of(customers=60)
    return examples, shuffled_predictions(examples, MODEL_TUNING.empty(), QUICKEST, ["gated_fusion"], fresh())


def test_dealt_texts_are_tested_on_the_folds_of_the_real_ones(shuffled):
    examples, dealt = shuffled
    real = metrics_of(evaluate(examples, QUICKEST, tuned={}), QUICKEST)
    dealt = metrics_of(dealt, QUICKEST)
    keys = ["model", "repeat", "fold", "n"]
    chosen = pl.col("model").is_in(["same_as_past", "gated_fusion"]) & (pl.col("protocol") == PROSPECTIVE_CV)
    assert dealt.select(keys).sort(keys).equals(real.filter(chosen).select(keys).sort(keys))
    naive = pl.col("model") == "same_as_past"
    folds = real.filter(naive & chosen).sort("fold")["rmse"].to_list()
    assert dealt.filter(naive).sort("fold")["rmse"].to_list() == folds, "it reads no text"
    fusion = pl.col("model") == "gated_fusion"
    assert not np.allclose(
        dealt.filter(fusion).sort("fold")["rmse"].to_numpy(),
        real.filter(fusion & chosen).sort("fold")["rmse"].to_numpy(),
    )


def test_the_deal_of_texts_is_repeatable(shuffled):
    examples, dealt = shuffled
    again = shuffled_predictions(examples, MODEL_TUNING.empty(), QUICKEST, ["gated_fusion"], fresh())
    steady = dealt.drop(MODEL_PREDICTIONS.timings)
    assert again.drop(MODEL_PREDICTIONS.timings).equals(steady)
