"""What forecasts are worth as lists of customers: who brings anything, what the best bring, whether totals hold."""

from collections.abc import Callable

import numpy as np
import polars as pl

from assets.common.findings import Tree
from assets.models.evaluation.customer_metrics import Forecasts, customer_estimates


def customer_results(predictions: pl.DataFrame, draws: int, fresh: Callable[[], np.random.Generator]) -> Tree:
    """``<protocol>.<model>``: AUC, predicted over realised total, shares captured, R² without the largest.

    Over all rows of one deal of the folds together; 95 % intervals by resampled customers, the same draws for every
    model of a protocol.

    Args:
        predictions: ``model_predictions`` rows.
        draws: resamples.
        fresh: a generator at the start of the room's stream, for each model anew.
    """
    tree: Tree = {}
    first = predictions.filter(pl.col("repeat") == 0)
    for (protocol, model), rows in first.sort("protocol", "model").group_by("protocol", "model", maintain_order=True):
        estimates = customer_estimates(forecasts_of(rows), fresh(), draws)
        figures = {name: item.as_json() for name, item in estimates.items()}
        tree.setdefault(str(protocol), {})[str(model)] = figures
    return tree


def forecasts_of(rows: pl.DataFrame) -> Forecasts:
    """Predictions of one model, protocol and deal, each tested row once, in the order of customer and day."""
    ordered = rows.sort("pseudo_customer_id", "as_of")
    has_chance = bool(ordered["chance"].is_not_null().all()) and ordered.height > 0
    return Forecasts(
        customers=ordered["pseudo_customer_id"].to_numpy().astype(str),
        target=ordered["target"].to_numpy(),
        value=ordered["prediction"].to_numpy(),
        chance=ordered["chance"].to_numpy() if has_chance else None,
    )
