"""What a list of customers is used for: who brings anything, what the best bring, and whether the total is right.

Every figure takes weights of rows, (draws, n), and gives one value per draw: rows of a resampled customer count as
often as the customer was drawn. Equal forecasts are one group: no order of rows can make a list look good.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.common.findings import Estimate
from resources.errors import ContractError

Floats = NDArray[np.float64]
CUSTOMER_METRICS = ("auc", "bias", "captured_5", "captured_10", "captured_20", "r2_without_20")
LARGEST = 20  # customers whom ``r2_without_20`` leaves out
_SHARES = {"captured_5": 0.05, "captured_10": 0.10, "captured_20": 0.20}
_AT_ONCE = 2_000_000  # weights held at a time: 16 MB
_LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Forecasts:
    """Out-of-sample forecasts beside what came.

    Attributes:
        customers: (n,) ids; rows of one customer are drawn together.
        target: (n,) realised revenue.
        value: (n,) its forecast.
        chance: (n,) forecast chance of any revenue; None: the forecast revenue ranks in its place.
    """

    customers: NDArray[np.str_]
    target: Floats
    value: Floats
    chance: Floats | None = None

    def __post_init__(self) -> None:
        columns = [self.customers, self.target, self.value, *([] if self.chance is None else [self.chance])]
        if len({column.shape for column in columns}) > 1 or self.target.ndim != 1:
            message = f"forecasts must be (n,) alike, got {[column.shape for column in columns]}"
            raise ContractError(message + "; give each tested row once")
        if not all(np.isfinite(column).all() for column in columns[1:]):
            message = "a forecast or what came is not finite; look at the model's inputs"
            raise ContractError(message)

    def __len__(self) -> int:
        return len(self.target)


def customer_estimates(rows: Forecasts, rng: np.random.Generator, draws: int) -> dict[str, Estimate]:
    """Every figure of ``CUSTOMER_METRICS`` with its 95 % percentile interval over resampled customers.

    Args:
        rows: what was tested; customers may stand on several rows.
        rng: of the resampling; two models with equal generators are tested on the same draws.
        draws: number of resamples.

    Returns:
        Figures that are defined: no AUC where nobody or everybody brought revenue, no bias or share captured where
        nobody did, no R² without the largest where nobody else is left.

    Source:
        Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    whole = weighted_metrics(rows, np.ones((1, len(rows)))) if len(rows) else {}
    parts = [weighted_metrics(rows, weights) for weights in drawn_weights(rows.customers, rng, draws)]
    estimates = {}
    for name, value in whole.items():
        if not np.isfinite(value[0]):
            continue
        drawn = np.concatenate([part[name] for part in parts]) if parts else np.zeros(0)
        estimates[name] = Estimate(float(value[0]), *percentile_bounds(drawn))
    return estimates


def percentile_bounds(drawn: Floats, level: float = _LEVEL) -> tuple[float | None, float | None]:
    """Bounds that hold ``level`` of the finite draws; none without draws."""
    known = drawn[np.isfinite(drawn)]
    if not known.size:
        return None, None
    low, high = np.quantile(known, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def drawn_weights(customers: NDArray[np.str_], rng: np.random.Generator, draws: int) -> Iterator[Floats]:
    """Weights of rows, (part of the draws, n), part by part: how often each row's customer was drawn.

    Args:
        customers: (n,) ids.
        rng: of the draws; what is drawn does not depend on the parts.
        draws: in all; none with fewer than two customers.
    """
    unique, place = np.unique(customers, return_inverse=True)
    number = len(unique)
    if number < 2:
        return
    step = max(1, _AT_ONCE // len(customers))
    for start in range(0, draws, step):
        size = min(step, draws - start)
        picked = (rng.random((size, number)) * number).astype(np.int64) + number * np.arange(size)[:, None]
        counts = np.bincount(picked.ravel(), minlength=size * number).reshape(size, number)
        yield counts[:, place].astype(np.float64)


def weighted_metrics(rows: Forecasts, weights: Floats) -> dict[str, Floats]:
    """(draws,) each figure of ``CUSTOMER_METRICS``; NaN where it is not defined.

    Args:
        rows: (n,) what was tested.
        weights: (draws, n) of the rows.
    """
    score = rows.value if rows.chance is None else rows.chance
    return {
        "auc": area_under_curve(rows.target > 0.0, score, weights),
        "bias": _ratio(_totals(weights, rows.value), _totals(weights, rows.target)),
        **_captured(rows, weights),
        "r2_without_20": _r2_without_largest(rows, weights),
    }


def area_under_curve(is_positive: NDArray[np.bool_], score: Floats, weights: Floats) -> Floats:
    """(draws,) chance that a positive row has the higher score of the two, ties half; NaN with rows of one kind.

    Source:
        Hanley & McNeil (1982), doi:10.1148/radiology.143.1.7063747.
    """
    order, starts = _tied(score)
    drawn, kind = weights[:, order], is_positive[order]
    above = np.add.reduceat(drawn * kind, starts, axis=1)  # (draws, groups)
    below = np.add.reduceat(drawn * ~kind, starts, axis=1)
    wins = above * (np.cumsum(below, axis=1) - 0.5 * below)
    return _ratio(wins.sum(axis=1), above.sum(axis=1) * below.sum(axis=1))


def _captured(rows: Forecasts, weights: Floats) -> dict[str, Floats]:
    """(draws,) share of the revenue that the best forecasts hold; of a group cut in two, its mean."""
    order, starts = _tied(-rows.value)
    drawn = weights[:, order]
    number = np.add.reduceat(drawn, starts, axis=1)  # (draws, groups)
    revenue = np.add.reduceat(drawn * rows.target[order], starts, axis=1)
    before = np.cumsum(number, axis=1) - number
    whole, total = number.sum(axis=1, keepdims=True), revenue.sum(axis=1)
    captured = {}
    for name, share in _SHARES.items():
        part = np.clip((share * whole - before) / np.where(number > 0.0, number, 1.0), 0.0, 1.0)
        captured[name] = _ratio((part * revenue).sum(axis=1), total)
    return captured


def _r2_without_largest(rows: Forecasts, weights: Floats) -> Floats:
    """(draws,) share of the variance explained among all but the twenty customers who brought most."""
    unique, place = np.unique(rows.customers, return_inverse=True)
    brought = np.bincount(place, weights=rows.target, minlength=len(unique))
    largest = np.argsort(-brought, kind="stable")[:LARGEST]
    kept = ~np.isin(place, largest)
    if not kept.any():
        return np.full(len(weights), np.nan)
    drawn, target = weights[:, kept], rows.target[kept]
    target = target - target.mean()  # of the size of its spread: squares lose no digits
    missed = _totals(drawn, (rows.target[kept] - rows.value[kept]) ** 2)
    spread = _totals(drawn, target**2) - _ratio(_totals(drawn, target) ** 2, drawn.sum(axis=1))
    return 1.0 - _ratio(missed, spread)


def _tied(score: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order of the rows by score, lowest first, and where each group of equal scores begins in it."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(score[order]) != 0.0]))
    return order, starts


def _totals(weights: Floats, values: Floats) -> Floats:
    """(draws,) weighted sums, added up in one order on every machine."""
    return (weights * values).sum(axis=1)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom > 0.0)
