"""BG/NBD with gamma-gamma: how often customers come back and what they spend, by maximum likelihood.

A day with rows is a transaction; x days after the first, the latest at t_x, seen for T weeks: pseudo-customers have up
to dozens of bookings on one day, which no Poisson process brings about. Rows of one customer at several origins count
as separate customers in the likelihood. Written here because the published packages either need an older
numpy or a sampler; four and three parameters need neither.

Source:
    Fader, Hardie, Lee (2005), "Counting your customers" the easy way, doi:10.1287/mksc.1040.0098
    (likelihood: equation 6, expected number: equation 10); Fader, Hardie (2005, revised 2013), the gamma-gamma model of
    monetary value, brucehardie.com/notes/025.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from assets.models.estimators.spec import ModelSpec
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays
from assets.models.examples.prediction import Prediction, non_negative

Floats = NDArray[np.float64]
_WEEK = 7.0  # days; keeps the rate parameters near one
_BOUND = 12.0  # of the parameters' logarithms: beyond it the likelihood is flat
_PENALTY = 1e-3  # per row, of squared logarithms: keeps parameters finite where the rows tell nothing
_NEAR_ONE = 1e-6  # the expectation has a removable pole at a = 1


@dataclass(frozen=True, kw_only=True)
class History:
    """What the two models read of each customer.

    Attributes:
        repeats: (n,) x, days with rows after the first.
        latest: (n,) t_x, weeks from the first day to the latest.
        seen: (n,) T, weeks from the first day to the origin.
        spend: (n,) mean realised revenue per day with rows, currency units.
        weeks: (n,) weeks to look ahead.
    """

    repeats: Floats
    latest: Floats
    seen: Floats
    spend: Floats
    weeks: Floats


def history_of(data: ExampleArrays) -> History:
    """Repeats (time between first and latest day over the mean gap), times and mean spend."""

    def column(name: str) -> Floats:
        return data.behaviour[:, BEHAVIOUR_COLUMNS.index(f"b_{name}")]

    seen = np.maximum(column("tenure_days"), 0.0) / _WEEK
    latest = np.clip(seen - column("recency_days") / _WEEK, 0.0, seen)
    gap = column("gap_mean_days") / _WEEK  # between days with rows; 0 where there is one day
    repeats = np.where(gap > 0.0, np.round(latest / np.where(gap > 0.0, gap, 1.0)), 0.0)
    spend = np.maximum(column("monetary"), 0.0) / (repeats + 1.0)
    return History(repeats=repeats, latest=latest, seen=seen, spend=spend, weeks=data.horizon / _WEEK)


@dataclass(frozen=True, kw_only=True)
class BuyTillYouDie:
    """Fitted parameters, in the papers' letters: (r, alpha, a, b) of BG/NBD and (p, q, gamma) of gamma-gamma."""

    purchases: tuple[float, float, float, float]
    spending: tuple[float, float, float] | None  # None where nobody has spent anything

    @property
    def parameters(self) -> int:
        """Seven, or four where there was no spending to learn from."""
        return len(self.purchases) + len(self.spending or ())

    def predict(self, data: ExampleArrays) -> Prediction:
        """Expected days with rows within the horizon times expected spend per day, in row order."""
        history = history_of(data)
        if self.spending is None:
            return Prediction(value=np.zeros(len(data)))
        days = expected_days(history, self.purchases)
        return Prediction(value=non_negative(days * expected_spend(history, self.spending)))


def fit_buy_till_you_die(data: ExampleArrays) -> BuyTillYouDie:
    """Fit both models to the training rows; deterministic, targets are not read.

    Args:
        data: training rows; behaviour and horizon only.
    """
    history = history_of(data)
    purchases = _maximise(lambda logs: purchase_likelihood(history, np.exp(logs)), 4, len(data))
    spent = history.spend > 0.0
    spending = None
    if spent.any():
        chosen = History(**{name: getattr(history, name)[spent] for name in history.__dataclass_fields__})
        scale = float(np.median(chosen.spend))  # gamma is in currency units: fitted in medians, then scaled back
        p, q, gamma = _maximise(
            lambda logs: spending_likelihood(chosen, np.exp(logs), scale), 3, int(spent.sum())
        )  # fmt: skip
        spending = (p, q, gamma * scale)
    r, alpha, a, b = purchases
    return BuyTillYouDie(purchases=(r, alpha, a, b), spending=spending)


def purchase_likelihood(history: History, parameters: Floats) -> float:
    """Log likelihood of (r, alpha, a, b)."""
    r, alpha, a, b = parameters
    x, again = history.repeats, history.repeats > 0.0
    count = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    drop = special.betaln(a, b + x) - special.betaln(a, b)
    alive = -(r + x) * np.log(alpha + history.seen)
    gone = np.log(a) - np.log(np.where(again, b + x - 1.0, 1.0)) - (r + x) * np.log(alpha + history.latest)
    return float((count + drop + np.where(again, np.logaddexp(alive, gone), alive)).sum())


def spending_likelihood(history: History, parameters: Floats, scale: float = 1.0) -> float:
    """Log likelihood of (p, q, gamma) for customers who spent something; spend is divided by ``scale`` first."""
    p, q, gamma = parameters
    n, mean = history.repeats + 1.0, history.spend / scale
    shape = p * n
    constant = special.gammaln(shape + q) - special.gammaln(shape) - special.gammaln(q)
    terms = (
        q * np.log(gamma) + (shape - 1.0) * np.log(mean) + shape * np.log(n) - (shape + q) * np.log(gamma + n * mean)
    )
    return float((constant + terms).sum())


def expected_days(history: History, purchases: tuple[float, float, float, float]) -> Floats:
    """(n,) expected days with rows within ``weeks``.

    Equation 10 with Euler's transformation of 2F1, whose arguments then stay small for customers with hundreds of
    days.
    """
    r, alpha, a, b = purchases
    a = a if abs(a - 1.0) > _NEAR_ONE else 1.0 + _NEAR_ONE
    x = history.repeats
    z = history.weeks / (alpha + history.seen + history.weeks)
    series = (1.0 - z) ** (a - 1.0) * special.hyp2f1(a + b - 1.0 - r, a - 1.0, a + b + x - 1.0, z)
    odds = np.log(a) - np.log(np.where(x > 0.0, b + x - 1.0, 1.0))
    odds = odds + (r + x) * (np.log(alpha + history.seen) - np.log(alpha + history.latest))
    alive = np.where(x > 0.0, special.expit(-odds), 1.0)
    return np.maximum((a + b + x - 1.0) / (a - 1.0) * (1.0 - series) * alive, 0.0)


def expected_spend(history: History, spending: tuple[float, float, float]) -> Floats:
    """(n,) expected revenue per day with rows: the customer's own mean drawn towards everybody's."""
    p, q, gamma = spending
    n = history.repeats + 1.0
    weight = p * n + q - 1.0
    safe = np.where(weight > 0.0, weight, 1.0)  # q <= 1 has no mean without data: the own mean stands alone
    return np.where(weight > 0.0, p * (gamma + n * history.spend) / safe, history.spend)


def _maximise(likelihood: Callable[[Floats], float], number: int, rows: int) -> tuple[float, ...]:
    def loss(logs: Floats) -> float:
        return -likelihood(logs) / max(rows, 1) + _PENALTY * float((logs**2).sum())

    bounds = [(-_BOUND, _BOUND)] * number
    optimum = optimize.minimize(loss, np.zeros(number), method="L-BFGS-B", bounds=bounds)
    return tuple(float(value) for value in np.exp(optimum.x))


SPECS = (
    ModelSpec(
        name="bg_nbd",
        title="BG/NBD with gamma-gamma",
        fit=lambda data, _settings, _seed: fit_buy_till_you_die(data),
        seconds_per_fit=0.15,
        is_forecast_only=True,
    ),
)
