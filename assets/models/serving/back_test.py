"""Back-test: what was predicted against the revenue realised since, by scored day and decile."""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.models.contract_serving import BACK_TEST
from assets.models.evaluation.evaluate import HOLDOUT
from assets.models.evaluation.metrics import normalised_gini, tenth_of
from assets.models.evaluation.told_groups import told_groups
from assets.models.serving.kept_models import interval_of
from assets.models.serving.pictures import as_markdown, draw_back_test, newest_deciles
from assets.models.serving.scoring import intervals
from assets.models.settings import ModelSettings

Floats = NDArray[np.float64]
SCORE_COLUMNS = ("pseudo_customer_id", "target", "model", "model_version", "value", "low", "high")


def horizon_of(target: str) -> int:
    """H of a score's target, ``revenue_next_180d``."""
    return int(target.removeprefix("revenue_next_").removesuffix("d"))


def stored_test(scores: pl.DataFrame, as_of: date, realised: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Rows of ``back_test`` for the stored scores of one day.

    Args:
        scores: :data:`SCORE_COLUMNS` of the day.
        as_of: the day.
        realised: pseudo_customer_id, revenue in the horizon after it; a customer without a row spent nothing.
        minimum: customers behind each row.
    """
    joined = scores.join(realised, on="pseudo_customer_id", how="left", maintain_order="left")
    facts = {"kind": "stored", "as_of": as_of, "horizon_days": horizon_of(scores["target"][0]),
             "model": scores["model"][0], "model_version": scores["model_version"][0]}  # fmt: skip
    target = joined["revenue"].fill_null(0).cast(pl.Float64).to_numpy()
    value, low, high = (joined[name].to_numpy() for name in ("value", "low", "high"))
    return figures_of(facts, joined["pseudo_customer_id"], target, np.stack([value, low, high]), minimum)


def replayed_test(
    predictions: pl.DataFrame, model: str, version: str, horizon_days: int, settings: ModelSettings, minimum: int
) -> pl.DataFrame:
    """Rows of ``back_test`` for the newest rolling origin, predicted from what was known on its day.

    Args:
        predictions: ``model_predictions``.
        model: best of cross-validation.
        version: of its artefact.
        horizon_days: H.
        settings: level and floor of the interval.
        minimum: customers behind each row.
    """
    own = predictions.filter((pl.col("protocol") == HOLDOUT) & (pl.col("model") == model) & (pl.col("repeat") == 0))
    if own.is_empty():
        return BACK_TEST.empty()
    facts = {"kind": "replayed", "as_of": own["as_of"][0], "horizon_days": horizon_days, "model": model,
             "model_version": version}  # fmt: skip
    own = own.sort("pseudo_customer_id")
    value = own["prediction"].to_numpy()
    low, high = intervals(value, interval_of(predictions, model, settings))
    forecast = np.stack([value, low, high])
    return figures_of(facts, own["pseudo_customer_id"], own["target"].to_numpy(), forecast, minimum)


def figures_of(
    facts: dict[str, object], customers: pl.Series, target: Floats, forecast: Floats, minimum: int
) -> pl.DataFrame:
    """One row for everybody and one per decile of the prediction, fewer with few customers or equal predictions.

    Args:
        facts: the columns that are the same for all rows.
        customers: (n,) ids.
        target: (n,) realised revenue.
        forecast: (3, n) predicted, lower and upper ends.
        minimum: customers behind each row; smaller deciles, and those that one customer decides, go with their
            neighbours, and where not even everybody may be told there is no row.
    """
    value, low, high = forecast
    everybody = told_groups(customers, target, np.zeros(len(target), dtype=np.int64), minimum)
    deciles = told_groups(customers, target, tenth_of(value), minimum) if everybody else []
    rows = [
        {
            **facts,
            "decile": decile,
            "n": int(own.sum()),
            "predicted": float(value[own].mean()),
            "realised": float(target[own].mean()),
            "mae": float(np.abs(value[own] - target[own]).mean()),
            "gini": None if decile else normalised_gini(target, value),
            "coverage": float(((low[own] <= target[own]) & (target[own] <= high[own])).mean()),
        }
        for decile, own in (*everybody, *deciles)
    ]
    return pl.DataFrame(rows, schema=BACK_TEST.schema)


def back_test_metadata(back_test: pl.DataFrame, currency: str) -> dict[str, float | str]:
    """What the UI shows: numbers of the latest day of each kind, to plot over time; a picture of the calibration."""
    if back_test.is_empty():
        return {}
    picture = draw_back_test(newest_deciles(back_test), currency)
    metadata: dict[str, float | str] = {
        "calibration_md": as_markdown(picture, "mean predicted and mean realised revenue by tenth of the prediction")
    }
    for row in back_test.filter(pl.col("decile") == 0).sort("as_of").iter_rows(named=True):
        numbers = {name: row[name] for name in ("mae", "gini", "coverage", "predicted", "realised")}
        metadata |= {f"{row['kind']}_{name}": float(value) for name, value in numbers.items() if value is not None}
    return metadata
