"""How forecasts lie beside what came, over groups of customers that may be told: calibration, gain, errors, sizes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.models.contract_told import FORECAST_CURVES
from assets.models.evaluation.evaluate import HOLDOUT, PROSPECTIVE_CV
from assets.models.evaluation.metrics import tenth_of
from assets.models.evaluation.told_groups import told_groups

CALIBRATION, GAIN, ERROR, FORECAST = "calibration", "gain", "error", "forecast"
SCORES = "scores"  # in the place of a protocol
_HUNDRED = 100  # steps of the gain
# Borders are the same for all data: the largest error of a customer is no border.
_SIZES = (10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 25_000.0)
_ERRORS = (*(-size for size in reversed(_SIZES)), *_SIZES)
Floats = NDArray[np.float64]
Rows = list[dict[str, Any]]


def forecast_curves(predictions: pl.DataFrame, scores: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Rows of ``forecast_curves``: of every model of both forecasts, and of the scores of a day.

    Args:
        predictions: ``model_predictions`` rows; each protocol's first deal is read, in which a row is tested once.
        scores: ``customer_scores`` rows of one day.
        minimum: customers behind each row.
    """
    rows: Rows = []
    tested = predictions.filter((pl.col("repeat") == 0) & pl.col("protocol").is_in([PROSPECTIVE_CV, HOLDOUT]))
    ordered = tested.sort("protocol", "model", "prediction", "pseudo_customer_id", "target")
    for (protocol, model), own in ordered.group_by("protocol", "model", maintain_order=True):
        named = {"protocol": str(protocol), "model": str(model)}
        for curve, part in _curves_of(own, minimum).items():
            rows += [{**named, "curve": curve, **row} for row in part]
    for (model,), own in scores.sort("model", "pseudo_customer_id").group_by("model", maintain_order=True):
        steps = spread_steps(own["pseudo_customer_id"], own["value"].to_numpy(), _SIZES, minimum)
        rows += [{"protocol": SCORES, "model": str(model), "curve": FORECAST, **row} for row in steps]
    return pl.DataFrame(rows, schema=FORECAST_CURVES.schema)


def _curves_of(tested: pl.DataFrame, minimum: int) -> Mapping[str, Rows]:
    customers = tested["pseudo_customer_id"]
    target, prediction = tested["target"].to_numpy(), tested["prediction"].to_numpy()
    return {
        CALIBRATION: calibration_steps(customers, target, prediction, minimum),
        GAIN: gain_steps(customers, target, prediction, minimum),
        ERROR: spread_steps(customers, prediction - target, _ERRORS, minimum),
        FORECAST: spread_steps(customers, prediction, _SIZES, minimum),
    }


def calibration_steps(customers: pl.Series, target: Floats, prediction: Floats, minimum: int) -> Rows:
    """Mean forecast and mean of what came by tenth of the forecasts, lowest first.

    Args:
        customers: (n,) ids.
        target: (n,) what came.
        prediction: (n,) forecasts.
        minimum: customers behind each tenth; others, and those that one customer decides, go with their neighbours.
    """
    return [
        {**_counts(customers, own), "step": step, "predicted": float(prediction[own].mean()),
         "realised": float(target[own].mean())}
        for step, own in told_groups(customers, target, tenth_of(prediction), minimum)
    ]  # fmt: skip


def gain_steps(customers: pl.Series, target: Floats, prediction: Floats, minimum: int) -> Rows:
    """Share of the revenue that the best forecasts hold, hundredth by hundredth of the forecasts.

    Args:
        customers: (n,) ids.
        target: (n,) what came.
        prediction: (n,) forecasts; equal ones are in one step.
        minimum: customers behind each step; see :func:`calibration_steps`.
    """
    total = float(target.sum())
    if total <= 0.0:
        return []
    _, group, number = np.unique(-prediction, return_inverse=True, return_counts=True)
    above = (np.cumsum(number) - number)[group]  # forecasts that are better
    told = list(told_groups(customers, target, above * _HUNDRED // len(target), minimum))
    steps, held, brought = [], 0, 0.0
    for step, (_, own) in enumerate(told, start=1):
        held, brought = held + int(own.sum()), brought + float(target[own].sum())
        steps.append({**_counts(customers, own), "step": step, "share": min(held / len(target), 1.0),
                      "captured": min(brought / total, 1.0)})  # fmt: skip
    return steps


def spread_steps(customers: pl.Series, values: Floats, borders: Sequence[float], minimum: int) -> Rows:
    """How many values lie between fixed borders; the first and the last step are open.

    Args:
        customers: (n,) ids.
        values: (n,) what is counted.
        borders: ascending.
        minimum: customers behind each step; smaller ones go with their neighbours.
    """
    place = np.searchsorted(np.asarray(borders), values, side="right")
    told = list(told_groups(customers, np.zeros(len(values)), place, minimum))
    if not told:
        return []
    ends = [*(step for step, _ in told[1:]), len(borders) + 1]
    return [
        {**_counts(customers, own), "step": int(step), "low": None if number == 0 else borders[step - 1],
         "high": None if number == len(told) - 1 else borders[end - 1], "share": float(own.mean())}
        for number, ((step, own), end) in enumerate(zip(told, ends, strict=True))
    ]  # fmt: skip


def _counts(customers: pl.Series, own: NDArray[np.bool_]) -> dict[str, int]:
    return {"n": customers.filter(pl.Series(own)).n_unique(), "rows": int(own.sum())}
