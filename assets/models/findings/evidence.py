"""On what evidence models are compared: one test per claim and metric, ablations, budgets of tuning, calibration."""

import json
from typing import Any

import numpy as np
import polars as pl

from assets.common.findings import Tree
from assets.common.intervals import fold_interval
from assets.models.estimators.spec import claims, versus
from assets.models.evaluation.ablations import REFERENCE
from assets.models.evaluation.evaluate import HOLDOUT, PROSPECTIVE_CV
from assets.models.evaluation.statistics import bootstrap_interval, compare
from assets.models.findings.curves import calibration_steps

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
        tree.setdefault(versus(row["first"], row["second"]), {})[row["metric"]] = figures
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


def calibration_tree(predictions: pl.DataFrame, models: list[str], minimum: int) -> Tree:
    """Mean predicted and realised value by tenth of customers: ``<protocol>.<model>.<tenth>``.

    Args:
        predictions: ``model_predictions`` rows; each protocol's first deal is read.
        models: names.
        minimum: customers behind each tenth; smaller ones are told with their neighbours, under the lowest of them.
    """
    tree: Tree = {}
    for protocol in (PROSPECTIVE_CV, HOLDOUT):
        for model in models:
            own = predictions.filter(
                (pl.col("protocol") == protocol) & (pl.col("model") == model) & (pl.col("repeat") == 0)
            )
            target, prediction = own["target"].to_numpy(), own["prediction"].to_numpy()
            for row in calibration_steps(own["pseudo_customer_id"], target, prediction, minimum):
                figures = {"n": row["rows"], "customers": row["n"]}
                figures |= {name: row[name] for name in ("predicted", "realised")}
                tree.setdefault(protocol, {}).setdefault(model, {})[f"tenth_{row['step']}"] = figures
    return tree
