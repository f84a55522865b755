"""How far the fusion relies on behaviour, by value segment, and whether the segments are told apart."""

import numpy as np
import polars as pl

from assets.common.findings import Estimate, Tree
from assets.common.intervals import clustered_mean
from assets.customers.lifetime_value import SEGMENTS
from assets.models.evaluation.customer_metrics import drawn_weights, percentile_bounds
from assets.models.evaluation.evaluate import PROSPECTIVE_CV
from assets.models.findings.accuracy import with_segments

_LOWEST, _HIGHEST = SEGMENTS[0], SEGMENTS[-1]
APART = f"{_HIGHEST}_minus_{_LOWEST}"


def gate_results(
    predictions: pl.DataFrame,
    customers: pl.DataFrame,
    examples: pl.DataFrame,
    *,
    minimum: int,
    rng: np.random.Generator,
    draws: int,
    protocol: str = PROSPECTIVE_CV,
) -> Tree:
    """Mean and spread of the gate by value segment, over customers with text: without it the mask decides.

    The mean's interval is over customers, whose rows at several origins go together.

    Args:
        predictions: ``model_predictions`` rows; the protocol's first deal is read.
        customers: ``customers`` rows.
        examples: ``examples`` rows.
        minimum: customers behind each figure.
        rng: of the resampling.
        draws: resamples of the customers.
        protocol: whose predictions.

    Returns:
        ``<segment>`` -> ``mean``, ``std``, ``n`` (rows), ``customers``; and ``high_minus_low``, the difference of the
        means with its interval over resampled customers. Segments of fewer customers are left out.
    """
    rows = gates(predictions, customers, examples, protocol)
    tree: Tree = {}
    for segment in SEGMENTS:
        own = rows.filter(pl.col("value_segment") == segment)
        number = own["pseudo_customer_id"].n_unique()
        if number >= minimum:
            values = own["gate"].to_numpy()
            mean = clustered_mean(values, own["pseudo_customer_id"].to_numpy())
            tree[segment] = {"mean": mean.as_json(), "std": float(values.std()), "n": own.height, "customers": number}
    if {_LOWEST, _HIGHEST} <= set(tree):
        tree[APART] = _apart(rows, rng, draws).as_json()
    return tree


def gates(
    predictions: pl.DataFrame, customers: pl.DataFrame, examples: pl.DataFrame, protocol: str = PROSPECTIVE_CV
) -> pl.DataFrame:
    """``pseudo_customer_id``, ``value_segment``, ``gate`` of tested rows with text, by customer and day."""
    keys = ["pseudo_customer_id", "as_of"]
    with_text = examples.filter((pl.col("protocol") == "prospective") & pl.col("has_text")).select(keys)
    rows = predictions.filter((pl.col("protocol") == protocol) & pl.col("gate").is_not_null() & (pl.col("repeat") == 0))
    rows = with_segments(rows.join(with_text, on=keys, how="semi"), customers).sort(*keys)
    return rows.select("pseudo_customer_id", "value_segment", "gate")


def _apart(rows: pl.DataFrame, rng: np.random.Generator, draws: int) -> Estimate:
    """Mean of the highest segment minus that of the lowest, both on the same draws of customers."""
    gate, ids = rows["gate"].to_numpy(), rows["pseudo_customer_id"].to_numpy().astype(str)
    is_high, is_low = ((rows["value_segment"] == name).to_numpy() for name in (_HIGHEST, _LOWEST))

    def difference(weights: np.ndarray) -> np.ndarray:
        high, low = weights * is_high, weights * is_low
        with np.errstate(invalid="ignore"):  # a draw without a customer of one side has no difference
            return (high * gate).sum(axis=1) / high.sum(axis=1) - (low * gate).sum(axis=1) / low.sum(axis=1)

    drawn = [difference(weights) for weights in drawn_weights(ids, rng, draws)]
    bounds = percentile_bounds(np.concatenate(drawn)) if drawn else (None, None)
    return Estimate(float(difference(np.ones((1, rows.height)))[0]), *bounds)


def withheld_gates(rows: pl.DataFrame, minimum: int) -> dict[str, str]:
    """Path -> why there is no figure, of the segments that :func:`gate_results` leaves out.

    Args:
        rows: of :func:`gates`; without any, why there is no gate at all is told elsewhere.
        minimum: customers behind each figure.
    """
    if rows.is_empty():
        return {}
    counts = dict(rows.group_by("value_segment").agg(pl.col("pseudo_customer_id").n_unique()).iter_rows())
    why = f"fewer than {minimum} customers with a text"
    return {f"gate.{segment}": why for segment in SEGMENTS if counts.get(segment, 0) < minimum}
