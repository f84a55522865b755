"""Which model goes on serving: the new one unless it is worse at the newest rolling origin.

Both sides are judged on the same customers, by models that have seen no target of that origin: beside the model that
scores, each training keeps its twin, trained on the earlier origins only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.customers.protocols import PROSPECTIVE
from assets.models.estimators.registry import all_models
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays, to_arrays
from assets.models.serving.artefacts import from_artefact
from assets.models.settings import ModelSettings
from resources.model_store import Artefact


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A comparison and its outcome.

    Attributes:
        origin: newest rolling origin, None when the history has none.
        error: of the new model's twin there, None when there is nothing to predict.
        serving_error: of the serving model's twin on the same rows, None when they can't be compared.
        is_promoted: whether the new model serves from now on.
        decision: why, in words.
    """

    origin: date | None
    error: float | None
    serving_error: float | None
    is_promoted: bool
    decision: str


def earlier_origins(examples: pl.DataFrame) -> pl.DataFrame:
    """Prospective examples whose targets end by the newest origin: what a twin is trained on."""
    return examples.filter((pl.col("protocol") == PROSPECTIVE) & (pl.col("split") == "cv"))


def newest_origin(examples: pl.DataFrame) -> pl.DataFrame:
    """Prospective examples of the newest origin; no row when the history is too short for one."""
    return examples.filter((pl.col("protocol") == PROSPECTIVE) & (pl.col("split") == "holdout"))


def judge(
    twin: Artefact | None,
    serving: Artefact | None,
    examples: pl.DataFrame,
    settings: ModelSettings,
    *,
    first: bool,
    outdated: str = "",
) -> Judgement:
    """Compare the twins of the new and of the serving model.

    Args:
        twin: of the new model; None when there is no newest origin, or nothing before it.
        serving: of the serving model; None when it was kept without one.
        examples: the examples table.
        settings: metric and tolerance.
        first: whether nothing is served yet.
        outdated: why the serving model may not go on whatever its error (its training rows were erased or corrected).
    """
    rows = newest_origin(examples)
    origin = None if rows.is_empty() else rows["as_of"][0]
    error = None if twin is None or rows.is_empty() else _error(twin, rows, settings.promotion_metric)
    if first:
        return Judgement(origin=origin, error=error, serving_error=None, is_promoted=True, decision="the first model")
    obstacle = outdated or _obstacle(twin, serving, error)
    if obstacle or serving is None or error is None:
        text = f"promoted without a comparison: {obstacle}"
        return Judgement(origin=origin, error=error, serving_error=None, is_promoted=True, decision=text)
    other = _error(serving, rows, settings.promotion_metric)
    return verdict(origin, error, other, settings.promotion_metric, settings.promotion_tolerance)


def verdict(origin: date | None, error: float, serving_error: float, metric: str, tolerance: float) -> Judgement:
    """The rule itself: promoted unless the error is above the serving model's by more than the tolerance."""
    is_promoted = error <= serving_error * (1.0 + tolerance)
    told = f"{metric} {error:,.2f} against {serving_error:,.2f} of the serving model, tolerance {tolerance:.1%}"
    text = f"promoted: {told}" if is_promoted else f"refused, the serving model goes on: {told}"
    return Judgement(
        origin=origin, error=error, serving_error=serving_error, is_promoted=is_promoted, decision=text
    )  # fmt: skip


def error_of(target: NDArray[np.float64], prediction: NDArray[np.float64], metric: str) -> float:
    """RMSE or MAE, currency units."""
    residual = prediction - target
    return float(np.abs(residual).mean()) if metric == "mae" else float(np.sqrt((residual**2).mean()))


def _error(artefact: Artefact, rows: pl.DataFrame, metric: str) -> float:
    data: ExampleArrays = to_arrays(rows, int(artefact.payload["text_dimensions"]))
    return error_of(data.target, from_artefact(artefact).predict(data).value, metric)


def _obstacle(twin: Artefact | None, serving: Artefact | None, error: float | None) -> str:
    """Why the two can't be compared; empty when they can."""
    if twin is None or error is None:
        return "the history has no newest origin with training rows before it"
    if serving is None:
        return "the serving model was kept without a twin"
    if serving.model not in all_models():
        return f"nothing installed knows the serving model {serving.model} any more"
    if serving.features != BEHAVIOUR_COLUMNS:
        return "the serving model reads other features"
    for name in ("horizon_days", "text_dimensions"):
        if _payload(serving)[name] != _payload(twin)[name]:
            return f"the serving model has another {name.replace('_', ' ')}"
    return ""


def _payload(artefact: Artefact) -> Mapping[str, Any]:
    return artefact.payload
