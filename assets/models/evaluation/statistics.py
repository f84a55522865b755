"""Is one model better than another? Tests over fold-level errors, effect sizes, intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from resources.errors import ContractError

Floats = NDArray[np.float64]
_MIN_PAIRS = 2


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two models over the same folds; every p is two-sided.

    Attributes:
        n: number of folds, over all repeats.
        difference: mean of first minus second.
        p_corrected: corrected resampled t; what claims rest on.
        p_t: paired t, which takes overlapping training sets for independent.
        p_wilcoxon: signed-rank; on five folds it can't go below 0.0625.
        effect: mean difference over its standard deviation (Cohen's d of pairs).
    """

    n: int
    difference: float
    p_corrected: float
    p_t: float
    p_wilcoxon: float
    effect: float


def compare(first: Floats, second: Floats, test_share: float) -> Comparison:
    """Compare fold-level figures of two models.

    Args:
        first: (n_folds,) a metric of one model, folds of all repeats.
        second: (n_folds,) the same folds of the other.
        test_share: n_test / n_train of a fold (five folds: 0.25).

    Returns:
        Figures; p = 1 and effect 0 where the differences are all zero.

    Raises:
        ContractError: the lengths differ or there are fewer than two folds.

    Source:
        Nadeau & Bengio (2003), doi:10.1023/A:1024068626366: variance times (1/n + n_test/n_train).
        Paper 001, section 2.14: paired t and Wilcoxon.
    """
    if first.shape != second.shape or first.ndim != 1 or len(first) < _MIN_PAIRS:
        message = f"a comparison needs the same two or more folds, got shapes {first.shape} and {second.shape}"
        raise ContractError(message + "; score both models on the same splits")
    difference = first - second
    n, mean = len(difference), float(difference.mean())
    deviation = float(difference.std(ddof=1))
    if deviation == 0.0:
        p = 1.0 if mean == 0.0 else 0.0
        wilcoxon = _wilcoxon(difference)
        return Comparison(n=n, difference=mean, p_corrected=p, p_t=p, p_wilcoxon=wilcoxon, effect=0.0)
    return Comparison(
        n=n,
        difference=mean,
        p_corrected=_two_sided(mean / (deviation * np.sqrt(1.0 / n + test_share)), n),
        p_t=_two_sided(mean / (deviation * np.sqrt(1.0 / n)), n),
        p_wilcoxon=_wilcoxon(difference),
        effect=mean / deviation,
    )


def _two_sided(t: float, n: int) -> float:
    return float(2.0 * stats.t.sf(abs(t), df=n - 1))


def _wilcoxon(difference: Floats) -> float:
    moved = difference[difference != 0.0]
    return float(np.asarray(stats.wilcoxon(moved))[1]) if len(moved) else 1.0


def bootstrap_interval(
    values: Floats, rng: np.random.Generator, *, level: float = 0.95, draws: int = 2000
) -> tuple[float, float]:
    """Percentile interval of the mean.

    Args:
        values: (n,) one figure per unit (fold or customer).
        rng: of the draws.
        level: share of draws inside.
        draws: number of resamples.

    Returns:
        (low, high).

    Raises:
        ContractError: there is no value.

    Source:
        Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    if not len(values):
        message = "a bootstrap needs at least one value, got none; leave the interval out"
        raise ContractError(message)
    means = values[rng.integers(0, len(values), size=(draws, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)
