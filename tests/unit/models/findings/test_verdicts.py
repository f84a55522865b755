"""Each claim has one verdict by one rule; each model stands beside the past on the same customers."""

from functools import partial

import numpy as np
import polars as pl
import pytest

from assets.models.evaluation.evaluate import HOLDOUT, PROSPECTIVE_CV
from assets.models.findings.verdicts import past_results, shared_draws, verdict_results
from tests.unit.models.findings.test_customer_lists import predictions

fresh = partial(np.random.default_rng, 7)


def many(**factors):
    """Predictions of several models for the same customers; 1 is nearly right."""
    return pl.concat([predictions(model, factor=factor) for model, factor in factors.items()])


def test_every_claim_between_tested_models_has_a_verdict():
    rows = many(same_as_past=3.0, lightgbm=0.95, gated_fusion=0.9, behaviour_mlp=0.2)
    said = verdict_results(shared_draws(rows, PROSPECTIVE_CV, fresh()))
    assert set(said) == {f"gated_fusion_vs_{other}" for other in ("behaviour_mlp", "lightgbm", "same_as_past")}
    assert said["gated_fusion_vs_behaviour_mlp"]["verdict"] == "holds"
    assert said["gated_fusion_vs_same_as_past"]["verdict"] == "holds"
    for own in said.values():
        assert own["claims"] == 3
        assert own["p"] <= own["p_holm"] <= 1.0
        assert own["metric"] == "rmse"
    assert verdict_results({}) == {}


def test_one_deal_is_read_so_that_a_customer_counts_once():
    rows = many(same_as_past=3.0, gated_fusion=0.9)
    first = verdict_results(shared_draws(rows, PROSPECTIVE_CV, fresh(), draws=50))
    alone = verdict_results(shared_draws(rows.filter(pl.col("repeat") == 0), PROSPECTIVE_CV, fresh(), draws=50))
    assert first == alone


def test_models_stand_beside_the_past_where_it_was_tested():
    rows = many(same_as_past=1.0, lightgbm=1.0, gated_fusion=3.0)
    later = rows.with_columns(protocol=pl.lit(HOLDOUT))
    tree = past_results(pl.concat([rows, later]), fresh, 50)
    assert set(tree) == {PROSPECTIVE_CV, HOLDOUT}
    assert set(tree[HOLDOUT]) == {"lightgbm", "gated_fusion"}
    equal, worse = (tree[PROSPECTIVE_CV][name]["rmse_minus_past"] for name in ("lightgbm", "gated_fusion"))
    assert equal == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert worse["low"] > 0.0
    assert past_results(rows.filter(pl.col("model") != "same_as_past"), fresh, 5) == {}


def test_models_of_other_rows_are_not_compared():
    rows = many(same_as_past=1.0, lightgbm=1.0)
    fewer = rows.filter((pl.col("model") != "lightgbm") | (pl.col("fold") > 0))
    with pytest.raises(Exception, match="other rows"):
        shared_draws(fewer, PROSPECTIVE_CV, fresh())
