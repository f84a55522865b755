"""How good each model is and what each part of it brings: errors in currency units, MAPE as a share."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from assets.common.findings import Estimate, Tree
from assets.common.intervals import Metrics, bootstrap_metrics, fold_interval
from assets.customers.lifetime_value import SEGMENTS
from assets.models.estimators.spec import comparisons, components, versus
from assets.models.evaluation.evaluate import HOLDOUT, HOLDOUT_DISJOINT, PROSPECTIVE_CV
from assets.models.evaluation.metrics import METRIC_NAMES, all_metrics
from assets.models.evaluation.statistics import compare

_COSTS = ("parameters", "train_seconds", "predict_seconds")
_MIN_GROUP = 30
_TESTED_ONCE = (HOLDOUT, HOLDOUT_DISJOINT)


def model_results(
    metrics: pl.DataFrame,
    predictions: pl.DataFrame,
    *,
    folds: int,
    mape_floor: float,
    draws: int,
    rng: np.random.Generator,
) -> Tree:
    """Every metric of every model and protocol with its 95 % interval, and what it costs.

    Bounds are as the t interval over folds gives them: one beyond what a metric can be says how little few folds tell.

    Args:
        metrics: ``model_metrics`` rows.
        predictions: ``model_predictions`` rows.
        folds: of the cross-validation.
        mape_floor: targets below are left out of MAPE.
        draws: resamples behind the hold-out's intervals.
        rng: of the resampling.
    """
    tree: Tree = {}
    for (protocol, model), rows in metrics.sort("protocol", "model", "repeat", "fold").group_by(
        "protocol", "model", maintain_order=True
    ):
        if protocol in _TESTED_ONCE:
            own = predictions.filter((pl.col("protocol") == protocol) & (pl.col("model") == model))
            estimates = _over_customers(own, partial(all_metrics, mape_floor=mape_floor), rng, draws)
        else:
            estimates = {name: fold_interval(_known(rows[name]), 1.0 / (folds - 1)) for name in METRIC_NAMES}
        branch: Tree = {name: item.as_json() for name, item in estimates.items()}
        branch |= {name: float(rows[name].mean() or 0.0) for name in _COSTS}  # type: ignore[arg-type]
        branch["n"] = (
            int(rows["n"].sum()) if protocol in _TESTED_ONCE else int(rows.filter(pl.col("repeat") == 0)["n"].sum())
        )
        tree.setdefault(str(protocol), {})[str(model)] = branch
    return tree


def _over_customers(rows: pl.DataFrame, metrics: Metrics, rng: np.random.Generator, draws: int) -> dict[str, Estimate]:
    ordered = rows.sort("pseudo_customer_id", "as_of", "repeat", "fold")
    return bootstrap_metrics(ordered["target"].to_numpy(), ordered["prediction"].to_numpy(), metrics, rng, draws)


def _known(series: pl.Series) -> np.ndarray:
    return series.drop_nulls().cast(pl.Float64).to_numpy()


def significance_results(metrics: pl.DataFrame, folds: int, protocol: str = PROSPECTIVE_CV, metric: str = "r2") -> Tree:
    """Paired comparisons on the same folds: p-values, effect, and the difference with its corrected interval."""
    tree: Tree = {}
    rows = metrics.filter(pl.col("protocol") == protocol).sort("repeat", "fold")
    tested = comparisons()
    for first, second in tested:
        pairs = (
            rows.filter(pl.col("model") == first)
            .join(rows.filter(pl.col("model") == second), on=["repeat", "fold"], suffix="_b", maintain_order="left")
            .drop_nulls([metric, f"{metric}_b"])
        )
        if pairs.height < 2:
            continue
        a, b = pairs[metric].to_numpy(), pairs[f"{metric}_b"].to_numpy()
        result = compare(a, b, 1.0 / (folds - 1))
        tree[versus(first, second)] = {
            "metric": metric,
            "protocol": protocol,
            "n": result.n,
            "difference": fold_interval(a - b, 1.0 / (folds - 1)).as_json(),
            "p_corrected": result.p_corrected,
            "p_t": result.p_t,
            "p_wilcoxon": result.p_wilcoxon,
            "p_corrected_bonferroni": min(1.0, result.p_corrected * len(tested)),
            "effect": result.effect,
        }
    return tree


def with_segments(predictions: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """Predictions of customers whose value segment is known, with ``value_segment``, in their order."""
    segments = customers.select("pseudo_customer_id", "value_segment")
    return predictions.join(segments, on="pseudo_customer_id", how="inner", maintain_order="left")


def segment_results(
    predictions: pl.DataFrame, customers: pl.DataFrame, mape_floor: float, model: str, minimum: int
) -> Tree:
    """Accuracy by value segment in the observed window (table 12 of paper 001); small segments are left out.

    Args:
        predictions: ``model_predictions`` rows.
        customers: ``customers`` rows.
        mape_floor: targets below are left out of MAPE.
        model: whose accuracy.
        minimum: customers behind each figure.
    """
    rows = predictions.filter((pl.col("protocol") == "observed") & (pl.col("model") == model) & (pl.col("repeat") == 0))
    rows = with_segments(rows, customers).sort("pseudo_customer_id", "as_of")
    tree: Tree = {}
    for segment in SEGMENTS:
        own = rows.filter(pl.col("value_segment") == segment)
        if own["pseudo_customer_id"].n_unique() >= max(minimum, 2):
            tree[segment] = all_metrics(own["target"].to_numpy(), own["prediction"].to_numpy(), mape_floor)
    return tree


def group_results(
    predictions: pl.DataFrame,
    examples: pl.DataFrame,
    model: str,
    rng: np.random.Generator,
    draws: int,
    *,
    minimum: int,
    protocol: str = PROSPECTIVE_CV,
) -> Tree:
    """Errors by country group and channel with bootstrap bounds over customers.

    Groups of fewer than 30 rows, which tell nothing, and of fewer customers than the minimum are left out.

    Args:
        predictions: ``model_predictions`` rows.
        examples: ``examples`` rows.
        model: whose errors.
        rng: of the resampling.
        draws: resamples of the customers.
        minimum: customers behind each figure.
        protocol: whose predictions; the first deal is read.
    """
    keys = ["pseudo_customer_id", "as_of"]
    labels = examples.filter(pl.col("protocol") == "prospective").select(*keys, "country_group", "channel")
    rows = predictions.filter((pl.col("protocol") == protocol) & (pl.col("model") == model) & (pl.col("repeat") == 0))
    rows = rows.join(
        labels.unique(keys, keep="first", maintain_order=True), on=keys, how="inner", maintain_order="left"
    )
    rows = rows.with_columns(error=pl.col("prediction") - pl.col("target")).sort(*keys)
    tree: Tree = {}
    for grouping in ("country_group", "channel"):
        by_group = (
            rows.group_by(grouping, maintain_order=True)
            .agg(
                n=pl.len(),
                mae=pl.col("error").abs().mean(),
                bias=pl.col("error").mean(),
                errors=pl.col("error"),
                customers=pl.col("pseudo_customer_id"),
            )
            .filter((pl.col("n") >= _MIN_GROUP) & (pl.col("customers").list.n_unique() >= minimum))
            .sort("n", grouping, descending=[True, False])
            .head(12)
        )
        tree[grouping] = {
            row[grouping].replace(".", ""): {name: row[name] for name in ("n", "mae", "bias")}
            | _bounds(row, rng, draws)
            for row in by_group.iter_rows(named=True)
        }
    return tree


def _bounds(row: dict[str, Any], rng: np.random.Generator, draws: int) -> Tree:
    """95 % bounds of a group's mean absolute and mean error, customers resampled with all their rows."""
    errors = np.asarray(row["errors"], dtype=np.float64)
    _, place = np.unique(np.asarray(row["customers"], dtype=str), return_inverse=True)
    counts = np.bincount(place)
    bounds: Tree = {}
    for name, values in (("mae", np.abs(errors)), ("bias", errors)):
        sums = np.bincount(place, weights=values)
        picked = rng.integers(0, len(counts), size=(draws, len(counts)))
        means = sums[picked].sum(axis=1) / counts[picked].sum(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        bounds |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    return bounds


def ablation_results(models: Tree, protocols: Sequence[str]) -> Tree:
    """What each component brings: the same cells as the model table, under the ablation's names."""
    tree: Tree = {}
    for protocol in protocols:
        by_variant = {
            variant: {name: models[protocol][model].get(name) for name in METRIC_NAMES}
            for variant, model in components()
            if model in models.get(protocol, {})
        }
        if by_variant:
            tree[protocol] = by_variant
    return tree
