"""From results and stored tables to the inputs of the editions."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assets.common.findings import estimate_of
from assets.models.estimators.registry import FUSION, WITHOUT_TEXT
from assets.models.evaluation.metrics import METRIC_NAMES
from assets.reports.inputs import ReportInputs, RunHeader
from assets.reports.telling.absence import delivered_rows, presence_of
from assets.reports.telling.wording import Estimate

Tree = Mapping[str, Any]
_BOUNDS = ("mae_low", "mae_high", "bias_low", "bias_high")
_COSTS = ("parameters", "train_seconds", "predict_seconds")


def inputs_from(
    run: RunHeader,
    results: Tree,
    frames: Mapping[str, pl.DataFrame],
    *,
    hyperparameters: Mapping[str, str] | None = None,
) -> ReportInputs:
    """Everything an edition shows: figures from the results, pictures from the tables.

    Args:
        run: header.
        results: nested, as in ``results.json``.
        frames: stored tables by asset name; absent ones leave notes.
        hyperparameters: of the fusion model.
    """
    return ReportInputs(
        run=run,
        hyperparameters=hyperparameters or {},
        not_run=results.get("not_run", {}),
        presence=presence_of(run.profile, delivered_rows(results.get("dataset", {})), frames),
        **_from_frames(frames),
        **_from_data_branches(results),
        **_from_model_branches(results),
    )


def _from_frames(frames: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    names = {
        "customers": "customers",
        "examples": "examples",
        "scores": "customer_scores",
    }
    found: dict[str, Any] = {field: frames.get(asset) for field, asset in names.items()}
    return found | {"predictions": _mean_predictions(frames.get("model_predictions"))}


def _from_data_branches(results: Tree) -> dict[str, Any]:
    return {
        "privacy": results.get("privacy"),
        "alignment": results.get("alignment"),
        "embeddings": results.get("embeddings"),
    }


def _from_model_branches(results: Tree) -> dict[str, Any]:
    models = results.get("models", {})
    return {
        "models": model_frame(models),
        "costs": cost_frame(models),
        "best": {protocol: branch["best"] for protocol, branch in models.items() if "best" in branch},
        "significance": significance_frame(models.get("significance", {})),
        "groups": group_frame(models.get("groups", {})),
        "segments": segment_frame(models.get("segments", {})),
        "permutation": _permutation(results),
        "ablations": _ablations(results.get("ablations", {}).get("observed", {})),
        "advice": models.get("recommendation", {}).get("sentence", ""),
    }


def _cells(models: Tree) -> list[tuple[str, str, Tree]]:
    return [
        (protocol, model, branch)
        for protocol, found in models.items()
        if protocol not in ("significance", "groups", "segments", "calibration", "recommendation")
        for model, branch in found.items()
        if isinstance(branch, Mapping)
    ]


def model_frame(models: Tree) -> pl.DataFrame | None:
    """``protocol``, ``model``, ``metric``, ``value``, ``low``, ``high``."""
    rows = []
    for protocol, model, branch in _cells(models):
        for metric in METRIC_NAMES:
            item = estimate_of(branch.get(metric))
            if item is not None:
                rows.append(
                    {
                        "protocol": protocol,
                        "model": model,
                        "metric": metric,
                        "value": item.value,
                        "low": item.low,
                        "high": item.high,
                    }
                )
    text, number = (
        dict.fromkeys(("protocol", "model", "metric"), pl.String),
        dict.fromkeys(("value", "low", "high"), pl.Float64),
    )
    return pl.DataFrame(rows, schema={**text, **number}) if rows else None


def cost_frame(models: Tree) -> pl.DataFrame | None:
    """``protocol``, ``model``, ``parameters``, ``train_seconds``, ``predict_seconds``."""
    rows = [
        {"protocol": protocol, "model": model, **{name: float(branch.get(name) or 0.0) for name in _COSTS}}
        for protocol, model, branch in _cells(models)
    ]
    return pl.DataFrame(rows) if rows else None


def significance_frame(branch: Tree) -> pl.DataFrame | None:
    """One row per comparison."""
    rows = []
    for name, found in branch.items():
        first, _, second = name.partition("_vs_")
        item = estimate_of(found.get("difference")) or Estimate(float("nan"))
        figures = {key: float(found[key]) for key in ("p_corrected", "p_t", "p_wilcoxon", "effect")}
        rows.append({"a": first, "b": second, "difference": item.value, "low": item.low, "high": item.high, **figures})
    return pl.DataFrame(rows, schema_overrides={"low": pl.Float64, "high": pl.Float64}) if rows else None


def group_frame(branch: Tree) -> pl.DataFrame | None:
    """``grouping``, ``group``, ``n``, ``mae``, ``bias``."""
    rows = [
        {
            "grouping": grouping,
            "group": group,
            "n": int(found["n"]),
            "mae": float(found["mae"]),
            "bias": float(found["bias"]),
            **{name: float(found[name]) for name in _BOUNDS if found.get(name) is not None},
        }
        for grouping, groups in branch.items()
        for group, found in sorted(groups.items(), key=lambda item: (-item[1]["n"], item[0]))
    ]
    return pl.DataFrame(rows) if rows else None


def segment_frame(branch: Tree) -> pl.DataFrame | None:
    """``segment``, ``metric``, ``value``."""
    rows = [
        {"segment": segment, "metric": metric, "value": float(value)}
        for segment, found in branch.items()
        for metric, value in found.items()
        if value is not None
    ]
    return pl.DataFrame(rows) if rows else None


def _permutation(results: Tree) -> dict[str, Any] | None:
    found = results.get("controls", {}).get("permutation", {}).get(FUSION)
    if not found:
        return None
    without = results.get("models", {}).get("prospective_cv", {}).get(WITHOUT_TEXT, {}).get("r2")
    return {
        "metric": found["metric"],
        "real": estimate_of(found["real"]),
        "shuffled": estimate_of(found["shuffled"]),
        "without_text": estimate_of(without),
        "p": found["p_corrected"],
    }


def _ablations(branch: Tree) -> dict[str, dict[str, Estimate]] | None:
    return {
        variant: {metric: item for metric, value in cells.items() if (item := estimate_of(value)) is not None}
        for variant, cells in branch.items()
    } or None


def _mean_predictions(predictions: pl.DataFrame | None) -> pl.DataFrame | None:
    """One row per example and model: the first repeat, in which each example is tested once."""
    return None if predictions is None else predictions.filter(pl.col("repeat") == 0)
