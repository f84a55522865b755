"""Several private quantiles at once, over the whole numbers between two bounds: no list of candidates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from assets.privacy.measurements import TAIL, Floats, Integers, Noise, add_noise, noise_scale
from resources.errors import PrivacyError
from resources.privacy_accounting import PURE

_MOST_BRANCHES = 40  # fewer, wider levels sum more noise values; more levels leave each less of the loss
_BOUND_DRAWS = 2000


@dataclass(frozen=True)
class NoisyQuantiles:
    """Quantiles of one group of values.

    Attributes:
        orders: (q,) between 0 and 1, as asked.
        values: (q,) whole numbers.
        plus_minus_95: (q,) distance that covers the error with probability 0.95 or more.
        size: noised number of values.
        is_private: False when a test generator made the noise.
    """

    orders: Floats
    values: Integers
    plus_minus_95: Integers
    size: int
    is_private: bool


@dataclass
class _Path:
    """The way to one quantile: where the next bins start, values noised below that, and what was seen on the way."""

    order: float
    start: int
    below: int = 0
    points: list[Integers] = field(default_factory=list)
    counts: list[Integers] = field(default_factory=list)

    def descend(self, bins: Integers, width: int, rank: float) -> None:
        """Into the bin where the noised count of smaller values crosses the rank."""
        edges = self.start + width * np.arange(len(bins), dtype=np.int64)
        below = self.below + np.concatenate([[0], np.cumsum(bins)[:-1]])
        chosen = int(np.count_nonzero(below[1:] < rank))  # noise may make the counts fall: the middle of its crossings
        self.points.append(edges[1:])
        self.counts.append(below[1:])
        self.start, self.below = int(edges[chosen]), int(below[chosen])

    def distance(self, rank: float, reach: float, bounds: tuple[int, int]) -> int:
        """How far the true quantile can be when no count is off by more than ``reach``."""
        points, counts = np.concatenate(self.points), np.concatenate(self.counts)
        at_least = points[counts + reach < rank].max(initial=bounds[0])
        at_most = points[counts - reach >= rank].min(initial=bounds[1] + 1) - 1
        value = min(self.start, bounds[1])
        return int(max(value - at_least, at_most - value, 0))


def noisy_quantiles(
    values: Integers, orders: Sequence[float], noise: Noise, *, bounds: tuple[int, int], loss: float
) -> NoisyQuantiles:
    """Quantiles by zooming in: count a few wide bins, then bins inside those that hold a quantile, down to width 1.

    Each level counts disjoint bins, of which a unit is in one at most, and gets an equal part of the loss; where to
    zoom follows from noised counts alone (adaptive composition). A quantile of order p is the smallest x for which
    the noised number of values up to x reaches p times the noised size.

    Args:
        values: (n,) whole numbers, one per unit; those beyond the bounds are clamped.
        orders: between 0 and 1.
        noise: accounting and source.
        bounds: public lowest and highest value.
        loss: epsilon or rho, of all quantiles together.

    Raises:
        PrivacyError: orders or bounds make no sense.

    Source:
        Hierarchical histograms, Hay et al. (2010), arXiv:0904.0942, visited adaptively.
    """
    low, high = bounds
    if high <= low or not orders or not all(0.0 < order < 1.0 for order in orders):
        message = f"bounds {bounds} must be ascending and orders {list(orders)} lie between 0 and 1"
        raise PrivacyError(message)
    branches, widths = _levels(high - low + 1)
    share = math.nextafter(loss / len(widths), 0.0)
    ordered = np.sort(np.clip(values, low, high))
    paths = [_Path(order, low) for order in orders]
    size = 0
    for level, width in enumerate(widths):
        starts = sorted({path.start for path in paths})
        edges = np.add.outer(starts, width * np.arange(branches + 1, dtype=np.int64))
        true = np.diff(np.searchsorted(ordered, edges, side="left"), axis=1)
        noised = add_noise(true.ravel(), noise, loss=share, sensitivity=1).reshape(true.shape)
        size = int(noised.sum()) if level == 0 else size
        for path in paths:
            path.descend(noised[starts.index(path.start)], width, path.order * size)
    scale = noise_scale(noise, share, 1)
    reaches = [scale * _reach(noise.accounting, branches, len(widths), path.order) for path in paths]
    return NoisyQuantiles(
        orders=np.array(orders, dtype=np.float64),
        values=np.array([min(path.start, high) for path in paths], dtype=np.int64),
        plus_minus_95=np.array(
            [path.distance(path.order * size, reach, bounds) for path, reach in zip(paths, reaches, strict=True)]
        ),
        size=size,
        is_private=noise.is_private,
    )


def _levels(domain: int) -> tuple[int, list[int]]:
    """Bins per level and the width of a bin at each, from wide to 1."""
    levels = max(math.ceil(math.log(domain) / math.log(_MOST_BRANCHES) - 1e-9), 1)
    branches = max(math.ceil(domain ** (1.0 / levels) - 1e-9), 2)
    return branches, [branches ** (levels - 1 - level) for level in range(levels)]


@cache
def _reach(accounting: str, branches: int, levels: int, order: float) -> float:
    """Distance, in scales, that no noised count on a path, less its rank, is off by more than, in 95 % of draws.

    A count sums up to ``branches`` noise values per level, and which bins are entered depends on the noise, so the
    largest error of each level is what counts. The law of the noise is public and so is this figure: it is drawn
    here with a fixed seed and says nothing about the data.
    """
    rng = np.random.default_rng(0)
    shape = (_BOUND_DRAWS, levels, branches)
    steps = rng.laplace(size=shape) if accounting == PURE else rng.normal(size=shape)
    walks = np.cumsum(steps, axis=2)
    walks[:, 0] -= order * walks[:, 0, -1:]  # the rank asked for is a part of the noised size
    return float(np.quantile(np.abs(walks).max(axis=2).sum(axis=1), 1.0 - TAIL))
