"""95 % intervals of metrics: over folds that share training rows, and over the customers of a hold-out."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from assets.common.findings import Estimate

Floats = NDArray[np.float64]
Metrics = Callable[[Floats, Floats], Mapping[str, float | None]]
_LEVEL = 0.95


def fold_interval(values: Floats, test_share: float) -> Estimate:
    """Mean over folds with the interval of the corrected resampled t.

    Args:
        values: (n_folds,) one metric, folds of all repeats.
        test_share: n_test / n_train of a fold (five folds: 0.25).

    Returns:
        The mean alone with fewer than two folds.

    Source:
        Nadeau & Bengio (2003), doi:10.1023/A:1024068626366: variance times (1/n + n_test/n_train).

    Example:
        >>> folds = np.array([0.5, 0.6, 0.7])
        >>> narrow, wide = fold_interval(folds, 0.25), fold_interval(folds, 0.5)  # the more rows folds share, the wider
        >>> [round(float(bound), 3) for bound in (narrow.low, narrow.value, narrow.high, wide.high)]
        [0.271, 0.6, 0.929, 0.993]
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return Estimate(float("nan"))
    mean = float(known.mean())
    if known.size < 2:
        return Estimate(mean)
    spread = float(known.std(ddof=1)) * np.sqrt(1.0 / known.size + test_share)
    reach = float(stats.t.ppf(0.5 + _LEVEL / 2, df=known.size - 1)) * spread
    return Estimate(mean, mean - reach, mean + reach)


def bootstrap_metrics(
    target: Floats, prediction: Floats, metrics: Metrics, rng: np.random.Generator, draws: int
) -> dict[str, Estimate]:
    """Each metric with its percentile interval over resampled customers.

    Args:
        target: (n,) one row per customer.
        prediction: (n,) same order.
        metrics: of a sample; None where not defined.
        rng: of the resampling.
        draws: number of resamples.

    Source:
        Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    whole = metrics(target, prediction)
    samples: dict[str, list[float]] = {name: [] for name, value in whole.items() if value is not None}
    for _ in range(draws if len(target) > 1 else 0):
        rows = rng.integers(0, len(target), len(target))
        for name, value in metrics(target[rows], prediction[rows]).items():
            if name in samples and value is not None:
                samples[name].append(value)
    estimates = {}
    for name, value in whole.items():
        if value is None:
            continue
        drawn = samples[name]
        bounds = np.quantile(drawn, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2]) if drawn else (None, None)
        low, high = (None if bound is None else float(bound) for bound in bounds)
        estimates[name] = Estimate(float(value), low, high)
    return estimates


def clustered_mean(values: Floats, clusters: NDArray[np.generic]) -> Estimate:
    """Mean with its t interval when rows of one cluster are not independent of each other.

    Args:
        values: (n,) one or more.
        clusters: (n,) the customer of each row.

    Returns:
        The mean alone with fewer than two clusters.

    Source:
        Liang & Zeger (1986), doi:10.1093/biomet/73.1.13: variance from sums of residuals by cluster, times C/(C-1).
    """
    mean = float(values.mean())
    _, place = np.unique(clusters, return_inverse=True)
    sums = np.bincount(place.ravel(), weights=values - mean)
    if sums.size < 2:
        return Estimate(mean)
    error = float(np.sqrt(sums.size / (sums.size - 1) * (sums**2).sum())) / values.size
    reach = float(stats.t.ppf(0.5 + _LEVEL / 2, df=sums.size - 1)) * error
    return Estimate(mean, mean - reach, mean + reach)
