"""What the evaluation claims, and on what evidence: one test per claim and metric, budgets, ablations, calibration."""

import json
from typing import Any

import numpy as np
import polars as pl

from assets.common.intervals import fold_interval
from assets.models.estimators.spec import Side, claims, model_spec
from assets.models.evaluation.ablations import REFERENCE
from assets.models.evaluation.evaluate import HOLDOUT, PROSPECTIVE_CV
from assets.models.evaluation.metrics import decile_calibration
from assets.models.evaluation.statistics import bootstrap_interval, compare
from assets.reports.wording import Estimate, estimate, model_name

Tree = dict[str, Any]
METRICS = ("r2", "rmse", "mae")
_KEYS = ["repeat", "fold"]
_MIN_FOLDS = 2


def paired(metrics: pl.DataFrame, first: str, second: str, metric: str, protocol: str) -> pl.DataFrame:
    """``a`` and ``b``, a metric of two models on the folds that both were tested on, in fold order."""
    own = metrics.filter(pl.col("protocol") == protocol)
    a = own.filter(pl.col("model") == first).select(*_KEYS, a=metric)
    b = own.filter(pl.col("model") == second).select(*_KEYS, b=metric)
    return a.join(b, on=_KEYS).drop_nulls().sort(_KEYS)


def claim_frame(
    metrics: pl.DataFrame, folds: int, rng: np.random.Generator, draws: int, protocol: str = PROSPECTIVE_CV
) -> pl.DataFrame:
    """One row per claim and metric: difference with two intervals, p-values (one corrected for all claims), effect.

    Args:
        metrics: rows of ``model_metrics``.
        folds: of the cross-validation.
        rng: of the bootstrap over folds.
        draws: its resamples.
        protocol: whose folds.
    """
    rows: list[Tree] = []
    share = 1.0 / (folds - 1)
    for claim, first, second in claims():
        for metric in METRICS:
            pairs = paired(metrics, first, second, metric, protocol)
            if pairs.height < _MIN_FOLDS:
                continue
            a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
            result, item = compare(a, b, share), fold_interval(a - b, share)
            low, high = bootstrap_interval(a - b, rng, draws=draws)
            rows.append({
                "claim": claim, "first": first, "second": second, "metric": metric, "n": result.n,
                "difference": item.value, "low": item.low, "high": item.high,
                "bootstrap_low": low, "bootstrap_high": high, "p_corrected": result.p_corrected,
                "p_t": result.p_t, "p_wilcoxon": result.p_wilcoxon, "effect": result.effect,
            })  # fmt: skip
    tested = max(len({row["claim"] for row in rows}), 1)
    return pl.DataFrame(rows).with_columns(p_bonferroni=(pl.col("p_corrected") * tested).clip(upper_bound=1.0)) if (
        rows) else pl.DataFrame()  # fmt: skip


def claim_tree(tested: pl.DataFrame) -> Tree:
    """The rows of :func:`claim_frame` as a branch of the results: ``<a>_vs_<b>.<metric>``."""
    tree: Tree = {}
    for row in tested.iter_rows(named=True):
        figures = {
            name: value for name, value in row.items() if name not in ("claim", "first", "second", "metric")
        }  # fmt: skip
        tree.setdefault(f"{row['first']}_vs_{row['second']}", {})[row["metric"]] = figures
    return tree


def study_frame(ablations: pl.DataFrame, folds: int) -> pl.DataFrame:
    """One row per study and variant: means, and the differences from the study's reference with intervals and p.

    Args:
        ablations: rows of ``model_ablations``.
        folds: of the cross-validation.
    """
    rows: list[Tree] = []
    share = 1.0 / (folds - 1)
    for (study, variant), own in ablations.group_by("study", "variant", maintain_order=True):
        reference = ablations.filter((pl.col("study") == study) & (pl.col("variant") == REFERENCE))
        row: Tree = {"study": study, "variant": variant, "text_share": float(own["text_share"][0])}
        for metric in METRICS:
            both = own.select(*_KEYS, a=metric).join(reference.select(*_KEYS, b=metric), on=_KEYS)
            both = both.drop_nulls().sort(_KEYS)
            difference = (both["a"] - both["b"]).to_numpy()
            item = fold_interval(difference, share)
            row |= {metric: own[metric].mean(), f"{metric}_difference": item.value, f"{metric}_low": item.low,
                    f"{metric}_high": item.high}  # fmt: skip
            is_tested = variant != REFERENCE and both.height >= _MIN_FOLDS
            row[f"{metric}_p"] = compare(both["a"].to_numpy(), both["b"].to_numpy(), share).p_corrected if (
                is_tested) else None  # fmt: skip
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame()


def study_tree(studies: pl.DataFrame) -> Tree:
    """The rows of :func:`study_frame` as a branch of the results: ``<study>.<variant>``."""
    tree: Tree = {}
    for row in studies.iter_rows(named=True):
        figures = {name: value for name, value in row.items() if name not in ("study", "variant")}
        tree.setdefault(row["study"], {})[row["variant"].replace(".", ",")] = figures
    return tree


def tuning_frame(tuning: pl.DataFrame) -> pl.DataFrame:
    """One row per protocol and tuned model: trials, seconds, error of the default and of the chosen values, values."""
    rows: list[Tree] = []
    for (protocol, model), own in tuning.sort("protocol", "model", "trial").group_by(
        "protocol", "model", maintain_order=True
    ):
        chosen = own.filter(pl.col("is_chosen")).row(0, named=True)
        values = json.loads(chosen["chosen"])
        words = ", ".join(f"{name} {_shown(value)}" for name, value in values.items()) or "documented defaults"
        rows.append({
            "protocol": protocol, "model": model, "trials": own.height, "seconds": float(own["seconds"].sum()),
            "default_rmse": float(own["rmse"][0]), "chosen_rmse": chosen["rmse"], "values": words,
        })  # fmt: skip
    return pl.DataFrame(rows) if rows else pl.DataFrame()


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    return "–".join(map(str, value)) if isinstance(value, list) else str(value)


def tuning_tree(frame: pl.DataFrame) -> Tree:
    """The rows of :func:`tuning_frame` as a branch of the results."""
    tree: Tree = {}
    for row in frame.iter_rows(named=True):
        figures = {name: value for name, value in row.items() if name not in ("protocol", "model")}
        tree.setdefault(row["protocol"], {})[row["model"]] = figures
    return tree


def calibration_tree(predictions: pl.DataFrame, models: list[str]) -> Tree:
    """Mean predicted and realised value by tenth of customers: ``<protocol>.<model>.<tenth>``."""
    tree: Tree = {}
    for protocol in (PROSPECTIVE_CV, HOLDOUT):
        for model in models:
            own = predictions.filter(
                (pl.col("protocol") == protocol) & (pl.col("model") == model) & (pl.col("repeat") == 0)
            )
            rows = decile_calibration(own["target"].to_numpy(), own["prediction"].to_numpy())
            for row in rows:
                figures = {name: row[name] for name in ("n", "predicted", "realised")}
                tree.setdefault(protocol, {}).setdefault(model, {})[f"tenth_{row['decile']}"] = figures
    return tree


def recommendation(metrics: pl.DataFrame, folds: int, protocol: str = PROSPECTIVE_CV) -> Tree:
    """Which model a user should take, by RMSE on the folds that all models share, and why.

    Args:
        metrics: rows of ``model_metrics``.
        folds: of the cross-validation.
        protocol: whose folds.

    Returns:
        ours (networks and models on top of the past), baseline (the best of each), difference (RMSE of ours minus
        the baseline's), take, served, sentence;
        empty where one of the two sides was not run.
    """
    own = metrics.filter((pl.col("protocol") == protocol) & (pl.col("repeat") == 0))
    means = own.group_by("model").agg(pl.col("rmse").mean()).drop_nulls().sort("rmse", "model")["model"].to_list()
    ours = next((name for name in means if model_spec(name).side is Side.OURS), None)
    baseline = next((name for name in means if model_spec(name).side is Side.BASELINE), None)
    if ours is None or baseline is None:
        return {}
    pairs = paired(metrics, ours, baseline, "rmse", protocol)
    item = fold_interval((pairs["a"] - pairs["b"]).to_numpy(), 1.0 / (folds - 1))
    is_worse = item.low is not None and item.low > 0.0
    is_better = item.high is not None and item.high < 0.0
    take = ours if is_better else baseline
    served = next(name for name in means if model_spec(name).is_servable)
    sentence = _advice(ours, baseline, item, is_worse=is_worse, is_better=is_better) + _serving(take, served)
    return {"ours": ours, "baseline": baseline, "difference": item.as_json(), "take": take, "served": served,
            "sentence": sentence}  # fmt: skip


def _advice(ours: str, baseline: str, item: Estimate, *, is_worse: bool, is_better: bool) -> str:
    shown = f"RMSE differs by {estimate(item, 0)} currency units"
    names = f"“{model_name(ours)}”, the best of ours, and “{model_name(baseline)}”, the best baseline"
    if is_better:
        return f"Take “{model_name(ours)}”: {names}, are apart beyond chance ({shown})."
    if is_worse:
        return f"Take “{model_name(baseline)}”: it is better than the best of ours beyond chance ({names}; {shown})."
    return (
        f"{names}, can't be told apart: {shown}, and the interval includes zero. Take “{model_name(baseline)}”: with "
        "equal accuracy the simpler model, quicker to train, is the better choice."
    )


def _serving(take: str, served: str) -> str:
    if take == served:
        return " Scoring serves it."
    words = "in cross-validation the best of those that can be kept without pickle"
    return f" Scoring serves “{model_name(served)}”, {words}."
