"""Scores of all current customers: expected value, interval, segment, reasons.

Customers are scored in chunks, so that memory does not grow with the text vectors of a million of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.customers.features import feature
from assets.customers.lifetime_value import value_segments
from assets.models.contract import CUSTOMER_SCORES
from assets.models.estimators.boosted_trees import BoostedTrees
from assets.models.estimators.registry import NAIVE
from assets.models.estimators.same_as_past import SameAsPast
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays, text_dimensions, to_arrays
from assets.models.examples.prediction import FittedModel

START_VERSION = "start"  # before any model is known: same as the past
_BORDERS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)  # quantiles of predictions; finer at the top,
# where customers differ most; each bin has its own residuals
_MIN_ROWS_PER_BIN = 30  # ours: fewer residuals say little about a 10 % quantile
_DECIMALS = 2
CHUNK_ROWS = 50_000  # customers scored at a time: about 100 MiB with text vectors of 256 values
_WHOLE_FROM = 1000.0  # values in reasons from here on are shown without decimals


@dataclass(frozen=True, kw_only=True)
class Served:
    """The model that scores a day.

    Attributes:
        name: of the model.
        version: content hash, or ``start``.
        model: the model itself.
        interval: :func:`interval_table`, None before any model was evaluated.
        explainer: trees whose SHAP values give the reasons, None when there are none.
        horizon_days: H of the target.
        text_dimensions: length of the text vectors that it was trained on.
    """

    name: str
    version: str
    model: FittedModel
    interval: Mapping[str, Any] | None
    explainer: BoostedTrees | None
    horizon_days: int
    text_dimensions: int | None = None


def start_model(horizon_days: int) -> Served:
    """The documented start: same as the past, with an interval from nothing to all that was ever spent."""
    return Served(name=NAIVE, version=START_VERSION, model=SameAsPast(), interval=None, explainer=None,
                  horizon_days=horizon_days)  # fmt: skip


def interval_table(
    target: NDArray[np.float64], prediction: NDArray[np.float64], level: float, floor: float
) -> dict[str, Any]:
    """Quantiles of relative out-of-fold residuals by size of the prediction.

    Args:
        target: (n,) realised value of out-of-fold rows.
        prediction: (n,) their predictions.
        level: share of rows that the interval should hold.
        floor: currency units added to the prediction before residuals are divided by it, so that the error of a
            large customer grows with them and that of a customer near zero stays finite.

    Returns:
        JSON-able: ``edges`` (upper borders of all bins but the last), ``floor``, ``low`` and ``high`` per bin
        (shares of prediction + floor to add to the prediction).

    Source:
        Split-conformal prediction with residuals by bin (Vovk, Gammerman, Shafer 2005), without its finite-sample
        correction.
    """
    shares, last = [], 0.0
    for share in _BORDERS:
        if min(share - last, 1.0 - share) * len(target) >= _MIN_ROWS_PER_BIN:
            shares.append(share)
            last = share
    edges = np.unique(np.quantile(prediction, shares)) if shares else np.zeros(0)
    place = np.searchsorted(edges, prediction, side="left")
    low, high = [], []
    for index in range(len(edges) + 1):
        residual = ((target - prediction) / (prediction + floor))[place == index]
        residual = residual if len(residual) else np.zeros(1)
        low.append(float(np.quantile(residual, (1.0 - level) / 2.0)))
        high.append(float(np.quantile(residual, (1.0 + level) / 2.0)))
    return {"edges": [float(edge) for edge in edges], "low": low, "high": high, "level": level, "floor": floor}


def intervals(value: NDArray[np.float64], table: Mapping[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) low and high ends around (n,) predictions, never below zero and always around the prediction."""
    place = np.searchsorted(np.array(table["edges"]), value, side="left")
    size = value + float(table["floor"])
    low = np.maximum(value + size * np.minimum(np.array(table["low"])[place], 0.0), 0.0)
    return low, value + size * np.maximum(np.array(table["high"])[place], 0.0)


def reasons_of(contributions: NDArray[np.float64], data: ExampleArrays, number: int) -> pl.Series:
    """The features that move each prediction most, as words.

    Args:
        contributions: (n, n_features + 1) SHAP values; the last column (base) is left out.
        data: the rows, for the features' values.
        number: features named per row.

    Returns:
        n sentences such as ``revenue_180d = 1200 currency units: +800; ...``; ties go to the feature listed first.
    """
    moved = contributions[:, :-1]
    order = np.argsort(-np.abs(moved), axis=1, kind="stable")[:, :number]
    rows = np.arange(len(data))
    parts = [
        pl.concat_str(
            pl.lit(_facts(chosen, data.behaviour[rows, chosen])), pl.lit(_effects(moved[rows, chosen])), separator=": "
        )
        for chosen in order.T
    ]
    return pl.select(pl.concat_str(parts, separator="; ").alias("reasons")).to_series()


def _facts(features: NDArray[np.int64], values: NDArray[np.float64]) -> pl.Series:
    """``name = value unit`` per row; each distinct pair is put into words once."""
    pairs = pl.DataFrame({"feature": features, "value": values})
    distinct = pairs.unique()
    words = [
        f"{BEHAVIOUR_COLUMNS[index].removeprefix('b_')} = {_shown(value)} {feature(BEHAVIOUR_COLUMNS[index]).unit}"
        for index, value in distinct.iter_rows()
    ]
    named = distinct.with_columns(words=pl.Series(words, dtype=pl.String))
    return pairs.join(named, on=["feature", "value"], how="left", maintain_order="left")["words"]


def _effects(values: NDArray[np.float64]) -> pl.Series:
    """Signed whole currency units per row, such as ``+1,200``."""
    distinct, place = np.unique(np.rint(values).astype(np.int64), return_inverse=True)
    return pl.Series([f"{value:+,}" for value in distinct.tolist()], dtype=pl.String).gather(place.ravel())


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.3g}"


def score_customers(known: pl.DataFrame, served: Served, day: date, *, segment_rule: str, reasons: int) -> pl.DataFrame:
    """Scores of one day.

    Args:
        known: features of every current customer as of the day, in the columns of ``examples``
            (:func:`assets.models.examples.dataset.features_at` and
            :func:`assets.customers.past_figures.past_figures`; targets unused).
        served: the model in force.
        day: as-of day, stored as the delivery day.
        segment_rule: ``thirds`` or ``25_50_25``, over all customers of the day.
        reasons: named per customer.

    Returns:
        The columns of ``customer_scores``, in row order.
    """
    dimensions = served.text_dimensions or text_dimensions(known)
    chunks = [
        _score_chunk(to_arrays(known.slice(start, CHUNK_ROWS), dimensions), served, reasons)
        for start in range(0, max(known.height, 1), CHUNK_ROWS)
    ]
    scores = pl.concat(chunks)
    facts = {
        "target": f"revenue_next_{served.horizon_days}d", "model": served.name, "model_version": served.version,
    }  # fmt: skip
    segments = pl.Series(value_segments(scores["value"].to_numpy(), segment_rule), dtype=pl.String)
    return CUSTOMER_SCORES.conform(
        scores.with_columns(
            **{name: pl.lit(text) for name, text in facts.items()},
            segment=segments,
            delivery_day=pl.lit(day, pl.Date),
        )
    )


def _score_chunk(data: ExampleArrays, served: Served, reasons: int) -> pl.DataFrame:
    """Id, value, interval and reasons of some customers; segments need all of them."""
    value = np.round(served.model.predict(data).value, _DECIMALS)
    spent = np.maximum(data.behaviour[:, BEHAVIOUR_COLUMNS.index("b_monetary")], 0.0)
    low, high = (
        intervals(value, served.interval) if served.interval else (np.zeros(len(value)), np.maximum(spent, value))
    )
    if served.explainer is not None and served.name != NAIVE:
        words = reasons_of(served.explainer.contributions(data), data, reasons)
    else:
        said = f"realised revenue of the last {served.horizon_days} days = "
        words = pl.Series([f"{said}{past:.0f}" for past in data.past.tolist()], dtype=pl.String)
    return pl.DataFrame(
        {
            "pseudo_customer_id": pl.Series(data.customers.tolist(), dtype=pl.String),
            "value": value,
            "low": np.round(np.minimum(low, value), _DECIMALS),
            "high": np.round(np.maximum(high, value), _DECIMALS),
            "reasons": words,
        }
    )
