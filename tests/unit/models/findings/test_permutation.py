"""Texts dealt out anew: the difference is of the same customers, and one p is corrected for the models compared."""

import numpy as np
import polars as pl
import pytest

from assets.models.evaluation.evaluate import PROSPECTIVE_CV
from assets.models.findings.permutation import permutation_results


def told(model: str, noise: float, number: int = 400) -> pl.DataFrame:
    """Forecasts of customers half of whom bring revenue; the less noise, the better they are ranked."""
    rng = np.random.default_rng(3)
    target = (rng.random(number) < 0.5) * 100.0
    return pl.DataFrame(
        {
            "protocol": PROSPECTIVE_CV, "model": model, "repeat": 0, "fold": 0,
            "pseudo_customer_id": [f"c{index:04d}" for index in range(number)], "as_of": 0, "target": target,
            "prediction": target + rng.normal(0.0, noise, number), "chance": None,
        },
        schema_overrides={"chance": pl.Float64},
    )  # fmt: skip


def test_texts_that_help_are_told_and_others_are_not() -> None:
    real = pl.concat([told("gated_fusion", 100.0), told("text_only", 300.0)])
    dealt = pl.concat([told("gated_fusion", 300.0), told("text_only", 300.0)])
    tree = permutation_results(real, dealt, ("gated_fusion", "text_only", "absent"), np.random.default_rng(1), 400)
    assert set(tree) == {"gated_fusion", "text_only"}
    helped, same = tree["gated_fusion"], tree["text_only"]
    assert helped["metric"] == "auc"
    assert helped["difference"]["low"] > 0.0
    assert helped["p_corrected"] < 0.05
    assert helped["real"]["value"] - helped["shuffled"]["value"] == pytest.approx(helped["difference"]["value"])
    assert same["difference"]["value"] == 0.0
    assert same["p_corrected"] == 1.0


def test_nothing_to_compare_gives_nothing() -> None:
    real = told("gated_fusion", 100.0)
    assert permutation_results(real, real.clear(), ("gated_fusion",), np.random.default_rng(1), 10) == {}
