"""Differentially private measurements on aggregates: counts, grouped means and rates, quantiles.

All values are whole numbers (counts, cents, tenths of points), so that OpenDP's discrete samplers add exact
noise: Laplace under pure accounting (loss = epsilon), Gaussian under zero-concentrated accounting (loss = rho).
Two tables are neighbours when one holds one unit more.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources.errors import PrivacyError
from resources.privacy_accounting import PURE, ZCDP

TAIL = 0.05
_Z_95 = NormalDist().inv_cdf(1.0 - TAIL / 2.0)
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Where noise comes from.

    Attributes:
        accounting: ``pure`` (discrete Laplace) or ``zcdp`` (discrete Gaussian).
        test_rng: replaces OpenDP and the operating system's randomness in tests and experiments; what it makes
            is not private and is marked so.
    """

    accounting: str = PURE
    test_rng: np.random.Generator | None = None

    def __post_init__(self) -> None:
        if self.accounting not in (PURE, ZCDP):
            message = f"accounting {self.accounting!r} is unknown; choose {PURE} or {ZCDP}"
            raise PrivacyError(message)

    @property
    def is_private(self) -> bool:
        """False when a test generator makes the noise."""
        return self.test_rng is None


@dataclass(frozen=True)
class NoisyCounts:
    """Whole numbers with noise.

    Attributes:
        values: (n,) int64, may be negative.
        plus_minus_95: each value's noise stays within this distance with probability 0.95 or more.
        is_private: False when a test generator made the noise.
    """

    values: Integers
    plus_minus_95: int
    is_private: bool


@dataclass(frozen=True)
class NoisyMeans:
    """Means of groups whose sizes are private too.

    Attributes:
        values: (n,) float64 within the bounds.
        plus_minus_95: (n,) distance that covers the error with probability 0.95 or more; at most the range.
        sizes: (n,) noised number of units.
        sizes_plus_minus_95: the same for the sizes.
        is_private: False when a test generator made the noise.
    """

    values: Floats
    plus_minus_95: Floats
    sizes: Floats
    sizes_plus_minus_95: float
    is_private: bool


def noise_scale(noise: Noise, loss: float, sensitivity: int) -> float:
    """Scale of the noise: sensitivity / epsilon (Laplace), sensitivity / sqrt(2 rho) (Gaussian).

    Raises:
        PrivacyError: loss or sensitivity makes no sense.
    """
    if not (math.isfinite(loss) and loss > 0 and sensitivity >= 1):
        message = f"loss {loss} must be above 0 and sensitivity {sensitivity} at least 1"
        raise PrivacyError(message)
    return sensitivity / loss if noise.accounting == PURE else sensitivity / math.sqrt(2.0 * loss)


def add_noise(values: Integers, noise: Noise, *, loss: float, sensitivity: int) -> Integers:
    """Values plus integer noise.

    Args:
        values: (n,) true values.
        noise: accounting and source.
        loss: epsilon or rho of all values together, for one unit.
        sensitivity: by how much one unit changes all values together: the sum of the changes (pure) or the root
            of the sum of their squares (zcdp), rounded up.

    Raises:
        PrivacyError: nonsense, or OpenDP's own accounting of the mechanism exceeds the loss.

    Source:
        OpenDP ``make_laplace``, ``make_gaussian`` on integers: exact samplers of Canonne, Kamath, Steinke (2020),
        arXiv:2004.00010.
    """
    scale = noise_scale(noise, loss, sensitivity)
    if noise.test_rng is None:
        return np.array(_measure(values, noise.accounting, scale, sensitivity, loss), dtype=np.int64)
    rng = noise.test_rng
    if noise.accounting == ZCDP:
        return values + np.rint(rng.normal(0.0, scale, len(values))).astype(np.int64)
    success = -math.expm1(-1.0 / scale)
    return values + rng.geometric(success, len(values)) - rng.geometric(success, len(values))


def _measure(values: Integers, accounting: str, scale: float, sensitivity: int, loss: float) -> list[int]:
    # Importing OpenDP takes a moment; loading the definitions should not.
    from opendp.domains import atom_domain, vector_domain
    from opendp.measurements import make_gaussian, make_laplace
    from opendp.metrics import l1_distance, l2_distance
    from opendp.mod import enable_features

    enable_features("contrib")
    domain = vector_domain(atom_domain(T="i64"))
    build: Any = make_laplace if accounting == PURE else make_gaussian
    metric: Any = l1_distance(T="i64") if accounting == PURE else l2_distance(T="f64")
    moved: Any = sensitivity if accounting == PURE else float(sensitivity)
    measurement = build(domain, metric, scale=scale)
    while measurement.map(moved) > loss:  # the quotient may have been rounded down
        scale *= 1.0 + 1e-15
        measurement = build(domain, metric, scale=scale)
    return measurement([int(value) for value in values])


def noise_bound(scale: float, tail: float = TAIL) -> int:
    """Smallest m with P(|noise| > m) <= tail for discrete Laplace noise of this scale.

    Source:
        P(|X| > m) = 2 a^(m + 1) / (1 + a), a = exp(-1 / scale).
    """
    ratio = math.exp(-1.0 / scale)
    if ratio <= 0.0:
        return 0
    return max(math.ceil(math.log(tail * (1.0 + ratio) / 2.0) / math.log(ratio) - 1.0), 0)


def bound_of(noise: Noise, scale: float) -> int:
    """Distance that one noise value keeps with probability 0.95 or more.

    Source:
        Gaussian: P(X >= m) of the discrete is at most P(X >= m - 1) of the continuous one (arXiv:2004.00010, Prop. 25).
    """
    return noise_bound(scale) if noise.accounting == PURE else math.ceil(scale * _Z_95)


def noisy_counts(counts: Integers, noise: Noise, *, loss: float, sensitivity: int) -> NoisyCounts:
    """Counts plus noise, with the distance that it keeps.

    Args:
        counts: (n,) true counts.
        noise: accounting and source.
        loss: epsilon or rho.
        sensitivity: by how much one unit can change all counts together.
    """
    bound = bound_of(noise, noise_scale(noise, loss, sensitivity))
    return NoisyCounts(add_noise(counts, noise, loss=loss, sensitivity=sensitivity), bound, noise.is_private)


def noisy_means(
    sums: Integers, sizes: Integers, noise: Noise, *, bounds: tuple[int, int], loss: float, contributions: int = 1
) -> NoisyMeans:
    """Means of disjoint groups with private sizes, in one draw that spends the loss once.

    A row of value x between the bounds is split into x - low, added to ``high side``, and high - x, added to
    ``low side``: whatever x is, both together move by high - low. Noise for that sensitivity on both sides gives
    the mean as low + (high - low) * high side / (high side + low side). Counting and summing apart, each with a part
    of the loss, costs more: (size, centred sum) of one row lies on a square, and this is the mechanism that fits it.

    The distance is Fieller's: with p the true place between the bounds, (1 - p) * high side - p * low side carries
    noise (1 - p) A - p B. For symmetric log-concave A, B its tail is heaviest at p = 0 or 1, where it is one noise
    value's, so |p_noised - p| exceeds bound / (high side + low side) with probability 0.05 at most.

    Args:
        sums: (g,) sums of the values, each clamped to the bounds.
        sizes: (g,) rows of each group.
        noise: accounting and source.
        bounds: public lowest and highest value, whole numbers.
        loss: epsilon or rho.
        contributions: rows of one unit over all groups, at most.

    Source:
        K-norm mechanism, Hardt & Talwar (2010), arXiv:0907.3754: the square turned by 45 degrees is the L1 ball.
        Fieller (1954), J. R. Stat. Soc. B 16; tails: Proschan (1965), doi:10.1214/aoms/1177699798.
    """
    low, high = bounds
    if high <= low:
        message = f"bounds {bounds} must be ascending"
        raise PrivacyError(message)
    width, groups = high - low, len(sums)
    sides = np.concatenate([sums - low * sizes, high * sizes - sums]).astype(np.int64)
    if (sides < 0).any():
        message = f"a sum lies outside {bounds} times its size; clamp the values first"
        raise PrivacyError(message)
    sensitivity = contributions * width
    bound = bound_of(noise, noise_scale(noise, loss, sensitivity))
    noised = add_noise(sides, noise, loss=loss, sensitivity=sensitivity)
    upper, lower = noised[:groups].astype(float), noised[groups:].astype(float)
    total = upper + lower
    known = total > bound  # else the group's size drowns in the noise: nothing but the bounds is known
    safe = np.where(known, total, 1.0)
    place = np.where(known, np.clip(upper / safe, 0.0, 1.0), 0.5)
    distance = np.where(known, np.minimum((bound + 1.0) / safe, 1.0), 1.0)
    return NoisyMeans(low + width * place, width * distance, total / width, 2.0 * bound / width, noise.is_private)
