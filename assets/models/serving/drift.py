"""Drift: how far the newest customers and their scores are from what the models were trained on."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.customers.protocols import PROSPECTIVE
from assets.models.contract_serving import MODEL_DRIFT
from assets.models.evaluation.tuning import PROSPECTIVE_CV
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS
from assets.models.serving.pictures import as_markdown, draw_drift
from assets.models.settings import ModelSettings

DRAWN = 12  # bars of the picture
_HALF = 0.5  # added to each count, so that an empty group has a finite index
_TEXT = ("has_text", "text_polarity", "text_score", "reviews")


def stability_index(reference: NDArray[np.float64], newest: NDArray[np.float64], bins: int) -> float:
    """Population stability index: 0 for equal distributions; 0.1 counts as little, 0.25 as much.

    Args:
        reference: (n,) values, n of 1 or more; groups of equal size are cut at its quantiles.
        newest: (m,) values, m of 1 or more.
        bins: groups; equal quantiles (many zeros) fall together, so there may be fewer.

    Source:
        Siddiqi (2006), Credit Risk Scorecards: ``sum (p - q) ln(p / q)``.
    """
    edges = np.unique(np.quantile(reference, np.arange(1, bins) / bins))
    first, second = (_shares(values, edges) for values in (reference, newest))
    return float(((second - first) * np.log(second / first)).sum())


def _shares(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1) + _HALF
    return counts / counts.sum()


@dataclass(frozen=True)
class _Compared:
    """A quantity on both sides, without missing values."""

    kind: str
    name: str
    reference: NDArray[np.float64]
    newest: NDArray[np.float64]
    customers: int  # of the side that has fewer


def drift_table(
    examples: pl.DataFrame,
    newest: pl.DataFrame,
    predictions: pl.DataFrame,
    scores: pl.DataFrame,
    as_of: date,
    settings: ModelSettings,
    minimum: int,
) -> pl.DataFrame:
    """The columns of ``model_drift``; no row where one side has fewer customers than the minimum.

    Args:
        examples: the examples table; its prospective rows are the reference.
        newest: features of the customers of the day (:func:`assets.models.examples.dataset.features_at`).
        predictions: ``model_predictions``; cross-validated ones of the scoring model are the scores' reference.
        scores: ``customer_scores`` of the day.
        as_of: the day.
        settings: bins and threshold.
        minimum: customers of either side.
    """
    reference = examples.filter(pl.col("protocol") == PROSPECTIVE)
    compared = [
        _compared("input", name.removeprefix("b_"), (reference, name), (newest, name))
        for name in (*BEHAVIOUR_COLUMNS, *_TEXT)
    ]
    model = scores["model"][0] if scores.height else ""
    before = predictions.filter(
        (pl.col("protocol") == PROSPECTIVE_CV) & (pl.col("model") == model) & (pl.col("repeat") == 0)
    )
    compared.append(_compared("score", "value", (before, "prediction"), (scores, "value")))
    rows = [
        {
            "kind": item.kind,
            "name": item.name,
            "psi": (psi := stability_index(item.reference, item.newest, settings.drift_bins)),
            "threshold": settings.drift_threshold,
            "is_drifted": psi > settings.drift_threshold,
            "reference_rows": len(item.reference),
            "newest_rows": len(item.newest),
            "reference_mean": float(item.reference.mean()),
            "newest_mean": float(item.newest.mean()),
            "reference_to": reference["as_of"].max(),
            "as_of": as_of,
        }
        for item in compared
        if item.customers >= minimum
    ]
    return pl.DataFrame(rows, schema=MODEL_DRIFT.schema)


def _compared(kind: str, name: str, reference: tuple[pl.DataFrame, str], newest: tuple[pl.DataFrame, str]) -> _Compared:
    known = [frame.filter(pl.col(column).is_not_null())["pseudo_customer_id"].n_unique()
             for frame, column in (reference, newest)]  # fmt: skip
    return _Compared(kind, name, _numbers(*reference), _numbers(*newest), min(known))


def _numbers(frame: pl.DataFrame, name: str) -> NDArray[np.float64]:
    return frame[name].drop_nulls().cast(pl.Float64).to_numpy()


def drift_metadata(drift: pl.DataFrame) -> dict[str, float | str]:
    """What the UI shows: every index, the largest, how many warn, to plot over time; a picture of the largest."""
    if drift.is_empty():
        return {}
    by_input = {f"psi_{name}": float(psi) for name, psi in zip(drift["name"], drift["psi"], strict=True)}
    ordered = drift.sort("psi", "name", descending=[True, False])
    picture = draw_drift(ordered.head(DRAWN), float(ordered["threshold"][0]))
    return {
        "drifted": float(drift["is_drifted"].sum()),
        "psi_largest": max(by_input.values()),
        **by_input,
        "largest_md": as_markdown(picture, "population stability index by feature, largest on top"),
    }
