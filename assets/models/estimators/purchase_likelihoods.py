"""How often customers come back (BG/NBD) and what they spend (gamma-gamma): likelihoods, slopes, expectations.

A purchase is a day with rows. Time is in one unit throughout, whichever it is: only alpha carries it.

Source:
    Fader, Hardie, Lee (2005), "Counting your customers" the easy way, doi:10.1287/mksc.1040.0098
    (likelihood: equation 6, expected number: equation 10); Fader, Hardie (2005, revised 2013), the gamma-gamma model of
    monetary value, brucehardie.com/notes/025.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from resources.errors import ContractError

Floats = NDArray[np.float64]
Purchases = tuple[float, float, float, float]  # r, alpha, a, b
Spending = tuple[float, float, float]  # p, q, gamma
_NEAR_ONE = 1e-6  # the expectation has a removable pole at a = 1


@dataclass(frozen=True, kw_only=True)
class History:
    """What the two models read of each customer.

    Attributes:
        repeats: (n,) x, purchases after the first.
        latest: (n,) t_x, from the first purchase to the latest; 0 without a repeat.
        seen: (n,) T, from the first purchase to the last day known, in the unit of ``latest``.
        spend: (n,) mean amount of a purchase, currency units; 0 where nothing is known of it.
        priced: (n,) purchases behind that mean.
        ahead: (n,) time to look ahead, in the unit of ``latest``.
    """

    repeats: Floats
    latest: Floats
    seen: Floats
    spend: Floats
    priced: Floats
    ahead: Floats

    def __post_init__(self) -> None:
        columns = {name: getattr(self, name) for name in self.__dataclass_fields__}
        if len({column.shape for column in columns.values()}) > 1 or self.repeats.ndim != 1:
            message = f"a history has (n,) figures alike, got { ({name: c.shape for name, c in columns.items()}) }"
            raise ContractError(message + "; give one row per customer")
        odd = [name for name, column in columns.items() if not (np.isfinite(column) & (column >= 0.0)).all()]
        if odd or (self.latest > self.seen).any():
            message = f"negative or missing figures in {odd or ['latest, which passes seen']}"
            raise ContractError(message + "; count purchases and times from each customer's first purchase on")

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "History":
        """The chosen customers."""
        return History(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def purchase_likelihood(history: History, parameters: Floats) -> tuple[float, Floats]:
    """Log likelihood of (r, alpha, a, b), and its (4,) slope."""
    r, alpha, a, b = parameters
    x, again = history.repeats, history.repeats > 0.0
    before_last = np.where(again, b + x - 1.0, 1.0)
    alive = -(r + x) * np.log(alpha + history.seen)
    gone = np.where(again, np.log(a) - np.log(before_last) - (r + x) * np.log(alpha + history.latest), -np.inf)
    either = np.logaddexp(alive, gone)
    count = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    drop = special.betaln(a, b + x) - special.betaln(a, b)
    is_alive, is_gone = np.exp(alive - either), np.exp(gone - either)  # shares of the two terms
    both = special.digamma(a + b) - special.digamma(a + b + x)
    slope = np.array(
        [
            (special.digamma(r + x) - special.digamma(r) + np.log(alpha)
             - is_alive * np.log(alpha + history.seen) - is_gone * np.log(alpha + history.latest)).sum(),
            (r / alpha - (r + x) * (is_alive / (alpha + history.seen) + is_gone / (alpha + history.latest))).sum(),
            (both + is_gone / a).sum(),
            (both + special.digamma(b + x) - special.digamma(b) - is_gone / before_last).sum(),
        ]
    )  # fmt: skip
    return float((count + drop + either).sum()), slope


def spending_likelihood(history: History, parameters: Floats) -> tuple[float, Floats]:
    """Log likelihood of (p, q, gamma) for customers who spent something, and its (3,) slope."""
    p, q, gamma = parameters
    n, mean = history.priced, history.spend
    shape, total = p * n, gamma + n * mean
    constant = special.gammaln(shape + q) - special.gammaln(shape) - special.gammaln(q)
    terms = q * np.log(gamma) + (shape - 1.0) * np.log(mean) + shape * np.log(n) - (shape + q) * np.log(total)
    joint = special.digamma(shape + q)
    slope = np.array(
        [
            (n * (joint - special.digamma(shape) + np.log(n * mean) - np.log(total))).sum(),
            (joint - special.digamma(q) + np.log(gamma) - np.log(total)).sum(),
            (q / gamma - (shape + q) / total).sum(),
        ]
    )
    return float((constant + terms).sum()), slope


def expected_purchases(history: History, purchases: Purchases) -> Floats:
    """(n,) expected purchases within ``ahead``.

    Equation 10 with Euler's transformation of 2F1, whose arguments then stay small for customers with hundreds of
    days; where a and b are in the hundreds instead, as printed.
    """
    r, alpha, a, b = purchases
    a = a if abs(a - 1.0) > _NEAR_ONE else 1.0 + _NEAR_ONE
    x = history.repeats
    z = history.ahead / (alpha + history.seen + history.ahead)
    with np.errstate(over="ignore", invalid="ignore"):
        series = (1.0 - z) ** (a - 1.0) * special.hyp2f1(a + b - 1.0 - r, a - 1.0, a + b + x - 1.0, z)
        printed = (1.0 - z) ** (r + x) * special.hyp2f1(r + x, b + x, a + b + x - 1.0, z)
    series = np.where(np.isfinite(series), series, printed)
    odds = np.log(a) - np.log(np.where(x > 0.0, b + x - 1.0, 1.0))
    odds = odds + (r + x) * (np.log(alpha + history.seen) - np.log(alpha + history.latest))
    alive = np.where(x > 0.0, special.expit(-odds), 1.0)
    return np.maximum((a + b + x - 1.0) / (a - 1.0) * (1.0 - series) * alive, 0.0)


def expected_spend(history: History, spending: Spending) -> Floats:
    """(n,) expected amount of a purchase: the customer's own mean drawn towards everybody's."""
    p, q, gamma = spending
    n = history.priced
    weight = p * n + q - 1.0
    safe = np.where(weight > 0.0, weight, 1.0)  # q <= 1 has no mean without data: the own mean stands alone
    return np.where(weight > 0.0, p * (gamma + n * history.spend) / safe, history.spend)
