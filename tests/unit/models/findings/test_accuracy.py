"""The figures of the results against hand-counted ones."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from assets.common.intervals import bootstrap_metrics, fold_interval
from assets.models.evaluation.metrics import all_metrics
from assets.models.findings.accuracy import (
    ablation_results,
    group_results,
    model_results,
    segment_results,
    significance_results,
)
from tests.unit.reports import fixtures

RNG = np.random.default_rng(5)


def metrics(models: dict[str, float], folds: int = 5, protocol: str = "prospective_cv") -> pl.DataFrame:
    rng = np.random.default_rng(1)
    rows = [
        {"protocol": protocol, "model": model, "repeat": 0, "fold": fold, "n": 20, "mae": 10.0, "rmse": 20.0,
         "r2": r2 + 0.01 * rng.normal(), "mape": 0.5, "spearman": 0.6, "gini": 0.7, "parameters": 3,
         "train_seconds": 0.1, "predict_seconds": 0.01}
        for model, r2 in models.items() for fold in range(folds)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def predictions(n: int = 60) -> pl.DataFrame:
    rng = np.random.default_rng(2)
    ids = [f"c{number:05d}" for number in range(n)]
    return pl.concat(
        [
            pl.DataFrame(
                {"protocol": protocol, "model": "gated_fusion", "repeat": 0, "fold": 0, "pseudo_customer_id": ids,
                 "as_of": date(2016, 6, 30), "target": rng.gamma(1, 100, n), "prediction": rng.gamma(1, 100, n),
                 "gate": rng.uniform(0.4, 0.6, n)}
            )
            for protocol in ("prospective_cv", "prospective_holdout", "observed")
        ]
    )  # fmt: skip


def people(n: int = 60) -> pl.DataFrame:
    return fixtures.customers(np.random.default_rng(3), n)


def test_fold_interval_is_wider_than_the_plain_one() -> None:
    values = np.array([0.5, 0.55, 0.6, 0.58, 0.52])
    item, plain = fold_interval(values, 0.25), fold_interval(values, 0.0)
    assert item.value == pytest.approx(values.mean())
    assert item.low < plain.low < item.value < plain.high < item.high
    assert not fold_interval(values[:1], 0.25).has_interval
    assert fold_interval(np.array([]), 0.25).as_json() is None


def test_bootstrap_interval_holds_the_value_and_is_repeatable() -> None:
    target = np.random.default_rng(1).gamma(1, 100, 80)

    def run() -> dict:
        return bootstrap_metrics(
            target, target * 1.1, lambda a, b: all_metrics(a, b, 1.0), np.random.default_rng(0), 50
        )

    found = run()
    assert found == run()
    assert found["mae"].low <= found["mae"].value <= found["mae"].high
    one = bootstrap_metrics(target[:1], target[:1], lambda a, b: all_metrics(a, b, 1.0), np.random.default_rng(0), 50)
    assert "r2" not in one
    assert not one["mae"].has_interval


def test_models_get_intervals_and_costs() -> None:
    found = pl.concat(
        [metrics({"gated_fusion": 0.6}), metrics({"gated_fusion": 0.5}, folds=1, protocol="prospective_holdout")]
    )
    tree = model_results(found, predictions(), folds=5, mape_floor=1.0, draws=20, rng=np.random.default_rng(0))
    assert set(tree["prospective_cv"]["gated_fusion"]["r2"]) == {"value", "low", "high"}
    assert set(tree["prospective_holdout"]["gated_fusion"]["mae"]) == {"value", "low", "high"}
    assert tree["prospective_cv"]["gated_fusion"]["parameters"] == 3
    assert tree["prospective_cv"]["gated_fusion"]["n"] == 100


def test_significance_compares_the_same_folds() -> None:
    real = metrics({"gated_fusion": 0.7, "behaviour_mlp": 0.3})
    tree = significance_results(real, 5)
    assert set(tree) == {"gated_fusion_vs_behaviour_mlp"}
    assert tree["gated_fusion_vs_behaviour_mlp"]["p_corrected"] < 0.01
    assert significance_results(real.clear(), 5) == {}


def test_segments_and_groups() -> None:
    assert set(segment_results(predictions(), people(), 1.0, "gated_fusion", 10)) == {"low", "mid", "high"}
    assert segment_results(predictions(), people(), 1.0, "gated_fusion", 21) == {}
    labels = predictions().select("pseudo_customer_id", "as_of").unique(maintain_order=True).with_columns(
        protocol=pl.lit("prospective"), country_group=pl.lit("S. Europe"), channel=pl.lit("TA/TO")
    )  # fmt: skip
    groups = group_results(predictions(), labels, "gated_fusion", np.random.default_rng(1), 50, minimum=10)
    assert groups["channel"]["TA/TO"]["n"] == 60
    assert "S Europe" in groups["country_group"]


def test_many_rows_of_few_customers_are_no_group() -> None:
    often = pl.concat(
        [predictions().with_columns(as_of=pl.lit(date(2016, 6, day)), pseudo_customer_id=pl.lit("c00001"))
         for day in (1, 2)]
    )  # fmt: skip
    labels = often.select("pseudo_customer_id", "as_of").unique(maintain_order=True).with_columns(
        protocol=pl.lit("prospective"), country_group=pl.lit("PRT"), channel=pl.lit("TA/TO")
    )  # fmt: skip
    groups = group_results(often, labels, "gated_fusion", np.random.default_rng(1), 50, minimum=10)
    assert groups == {"country_group": {}, "channel": {}}
    assert segment_results(often, people(), 1.0, "gated_fusion", 10) == {}


def test_ablations_name_the_models() -> None:
    tree = ablation_results({"observed": {"gated_fusion": {"r2": 0.5}}}, ("observed", "prospective_cv"))
    assert tree == {
        "observed": {"full multimodal model": dict.fromkeys(("mae", "rmse", "mape", "spearman", "gini")) | {"r2": 0.5}}
    }


def test_an_interval_goes_as_far_as_the_folds_say() -> None:
    rows = metrics({"gated_fusion": 0.99})
    rows = rows.with_columns(r2=pl.Series([0.99, 0.99, 0.99, 0.99, 0.2]), mae=pl.Series([1.0, 1.0, 1.0, 1.0, 30.0]))
    tree = model_results(rows, predictions(), folds=5, mape_floor=1.0, draws=20, rng=np.random.default_rng(0))
    branch = tree["prospective_cv"]["gated_fusion"]
    assert branch["r2"]["high"] > 1.0  # cut to 1, it would look surer than five folds are
    assert branch["mae"]["low"] < 0.0
