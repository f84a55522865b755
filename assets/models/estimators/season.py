"""How dear the days ahead are, beside those that a model has learned from. Pure.

Amounts are learned at one level of the house's price per night and forecast at that of the same days a year before: a
model that has seen May to January would else forecast January to July at summer's prices.
"""

import numpy as np
from numpy.typing import NDArray

from assets.models.examples.dataset import ExampleArrays

Floats = NDArray[np.float64]
UNKNOWN = 0.0  # as a base: no price was known in training, so no forecast is moved
_MOST = 2.0  # ours: a factor beyond says that something else has changed


def base_price(data: ExampleArrays) -> float:
    """Mean price per night of the horizons of training rows; ``UNKNOWN`` where none is known.

    Args:
        data: training rows.
    """
    known = np.isfinite(data.horizon_price) & (data.horizon_price > 0.0)
    return float(data.horizon_price[known].mean()) if known.any() else UNKNOWN


def learned_level(data: ExampleArrays, base: float) -> Floats:
    """(n,) price of each training row's horizon over the base; 1 where it is not known."""
    return _over(data.horizon_price, base)


def season_ahead(data: ExampleArrays, base: float) -> Floats:
    """(n,) price of the days ahead, as of a year before, over the base; 1 where it is not known."""
    return _over(data.season_price, base)


def _over(price: Floats, base: float) -> Floats:
    known = np.isfinite(price) & (price > 0.0) & (base > UNKNOWN)
    ratio = np.where(known, price, 1.0) / np.where(known, base, 1.0)
    return np.clip(ratio, 1.0 / _MOST, _MOST)
