"""What may be said of a group of customers, so that nothing said leads to one of them.

A figure stands on the minimum of customers or is withheld; a sum that one customer decides is withheld; a quantile is
a mean around its rank, never the value of one customer. Not here: which figures are told.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.customers.settings import CustomerSettings
from assets.privacy.settings import PrivacySettings
from resources.settings import Settings

DOMINANCE = 0.75  # share of a cell's sum that one customer may bring: the (1, k) rule of Hundepool et al. (2012)
DOMINATED = f"one customer brings more than {DOMINANCE:.0%} of it"  # reasons of what is withheld
GIVES_BACK = "with it, a part that is withheld could be worked out"
Floats = NDArray[np.float64]


def minimum_customers(settings: Settings) -> int:
    """Customers behind anything said of a group of them: the setting's minimum, never fewer than k.

    Args:
        settings: of the run; the sections ``customers`` and ``privacy`` are read.
    """
    own, privacy = settings.room("customers", CustomerSettings), settings.room("privacy", PrivacySettings)
    return max(own.min_customers, privacy.k)


def too_few(minimum: int) -> str:
    """The reason of a figure behind which there are fewer customers than the minimum."""
    return f"fewer than {minimum} customers are behind it"


def is_dominated(amounts: Floats) -> bool:
    """Whether one of the amounts makes up more than :data:`DOMINANCE` of their sum.

    Args:
        amounts: (n,) one per customer, not negative.

    Source:
        Hundepool et al. (2012), Statistical Disclosure Control, the (n, k) dominance rule with n = 1.
    """
    total = float(amounts.sum())
    return total > 0.0 and float(amounts.max()) > DOMINANCE * total


def revenue_to_show(revenue: pl.Series) -> float | None:
    """The revenue of a cell; None where one customer brings so much of it that the sum would tell on them."""
    amounts = revenue.cast(pl.Float64).to_numpy()
    return None if is_dominated(amounts) else float(amounts.sum())


def hidden_with_one_other(amounts: Sequence[float | None], behind: Sequence[float]) -> list[float | None]:
    """The amounts, with a second one withheld where a single one is: the total less the others would give it back.

    Args:
        amounts: parts of one known total; None where withheld.
        behind: their true sizes, in the same order: the smallest that is still shown is withheld as well.

    Example:
        >>> hidden_with_one_other([None, 30.0, 20.0], [90.0, 30.0, 20.0])
        [None, 30.0, None]
    """
    shown = [place for place, amount in enumerate(amounts) if amount is not None]
    if len(amounts) - len(shown) != 1 or not shown:
        return list(amounts)
    second = min(shown, key=lambda place: (behind[place], place))
    return [None if place == second else amount for place, amount in enumerate(amounts)]


def quantile_of_many(values: Floats, share: float, minimum: int) -> float | None:
    """The mean of the ``minimum`` customers around a quantile; None where not so many stand around it.

    The empirical quantile is the value of one customer; this is none's, and as near to it as the data are dense there.

    Args:
        values: (n,) one per customer, ascending.
        share: of the customers that lie below, between 0 and 1.
        minimum: customers that it stands on.

    Example:
        >>> quantile_of_many(np.arange(100.0), 0.5, 10), quantile_of_many(np.arange(100.0), 0.99, 10)
        (49.5, None)
    """
    start = int(share * values.size) - minimum // 2
    around = values[max(start, 0) : start + minimum]
    if start < 0 or around.size < minimum or is_dominated(np.abs(around)):
        return None
    return float(around.mean())
