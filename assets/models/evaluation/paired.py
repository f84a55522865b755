"""Is one model better than another? Differences on the same customers, and one rule for what is said of them.

Intervals of two models overlap for reasons that both share: a few large customers move them together. Resampling the
customers and taking the difference in every draw leaves what tells the models apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from assets.common.findings import Estimate
from assets.models.evaluation.customer_metrics import (
    Forecasts,
    area_under_curve,
    drawn_weights,
    percentile_bounds,
)
from resources.errors import ContractError

Floats = NDArray[np.float64]
LEVEL = 0.05  # at which a claim is said to hold, after correction for all that were tested
DRAWS = 2_000  # the smallest p is about one in a thousand: below .05 still after correction for forty claims
HIGHER_IS_BETTER = {"rmse": False, "mae": False, "auc": True}


class Verdict(StrEnum):
    """What is said of a claim."""

    HOLDS = "holds"
    OPPOSITE = "the opposite holds"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Two models on the same customers.

    Attributes:
        item: first minus second, with its 95 % percentile interval.
        p: two-sided: twice the share of draws on the rarer side of nought, never below 1 in the number of draws.
    """

    item: Estimate
    p: float


def drawn_figures(
    models: Mapping[str, Forecasts], metric: str, rng: np.random.Generator, draws: int
) -> dict[str, Floats]:
    """(1 + draws,) a metric of each model: on the whole, then on draws of customers that are the same for all models.

    Args:
        models: name -> forecasts of the same rows in the same order.
        metric: a key of ``HIGHER_IS_BETTER``.
        rng: of the draws.
        draws: resamples of the customers.

    Raises:
        ContractError: the models were not tested on the same rows, or nobody measures that metric.
    """
    if metric not in HIGHER_IS_BETTER:
        message = f"no paired difference is taken of {metric!r}; known are {', '.join(HIGHER_IS_BETTER)}"
        raise ContractError(message)
    if not models:
        return {}
    first = next(iter(models.values()))
    for name, other in models.items():
        same = other.customers.shape == first.customers.shape and bool((other.customers == first.customers).all())
        if not (same and np.array_equal(other.target, first.target)):
            message = f"model {name!r} was tested on other rows than {next(iter(models))!r}"
            raise ContractError(message + "; compare models on one set of splits only")
    parts = [np.ones((1, len(first))), *drawn_weights(first.customers, rng, draws)]
    return {
        name: np.concatenate([_figure(rows, metric, weights) for weights in parts]) for name, rows in models.items()
    }


def _figure(rows: Forecasts, metric: str, weights: Floats) -> Floats:
    if metric == "auc":
        score = rows.value if rows.chance is None else rows.chance
        return area_under_curve(rows.target > 0.0, score, weights)
    error = rows.value - rows.target
    number = weights.sum(axis=1)
    if metric == "mae":
        return (weights * np.abs(error)).sum(axis=1) / number
    return np.sqrt((weights * error**2).sum(axis=1) / number)


def difference(first: Floats, second: Floats) -> Difference:
    """The difference of two models from :func:`drawn_figures`.

    Args:
        first: (1 + draws,).
        second: (1 + draws,) of the same draws.

    Returns:
        p = 1 without draws, or where the models never differ.

    Source:
        Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapters 13 and 15.
    """
    apart = first - second
    drawn = apart[1:][np.isfinite(apart[1:])]
    rarer = min(int((drawn <= 0.0).sum()), int((drawn >= 0.0).sum()))
    p = min(1.0, 2.0 * (rarer + 1) / (drawn.size + 1))
    return Difference(item=Estimate(float(apart[0]), *percentile_bounds(drawn)), p=p)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for how many there are, in the order given.

    Source:
        Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6.

    Example:
        >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda at: p_values[at])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = highest
    return corrected


def verdict_of(apart: Difference, corrected: float, metric: str) -> Verdict:
    """What is said of "the first is better": by the corrected p and the side on which the difference lies."""
    if corrected >= LEVEL or apart.item.value == 0.0:
        return Verdict.NOT_SHOWN
    is_better = (apart.item.value > 0.0) == HIGHER_IS_BETTER[metric]
    return Verdict.HOLDS if is_better else Verdict.OPPOSITE
