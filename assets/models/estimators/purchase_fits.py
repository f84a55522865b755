"""BG/NBD and gamma-gamma by maximum likelihood; a penalty where it is asked for, or where the rows decide nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from assets.models.estimators.purchase_likelihoods import (
    Floats,
    History,
    Purchases,
    Spending,
    purchase_likelihood,
    spending_likelihood,
)
from resources.errors import ContractError

_BOUND = 7.0  # of the parameters' logarithms, a thousandth to a thousand: beyond it the likelihood is flat
_FALLBACK = 1e-3  # penalty where the rows decide nothing
_START = 0.0  # of every logarithm; times are in mean times seen, amounts in median amounts, so 1 is in the middle
_CLOSE = 1e-6  # to a bound
_SPREAD = 1e-9  # of the logarithms of mean amounts: below it all customers spend alike
_STOP = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 2_000, "maxfun": 10_000}  # parameters to six digits
_Likelihood = Callable[[History, Floats], tuple[float, Floats]]


@dataclass(frozen=True, kw_only=True)
class PurchaseFit:
    """Parameters of BG/NBD.

    Attributes:
        parameters: r, alpha (in the unit of time of the history), a, b.
        log_likelihood: of the history, without a penalty.
        is_penalised: whether a penalty took part: it was asked for, or the rows decide nothing.
        is_at_edge: whether a parameter ends at a thousandth or a thousand (of the mean time seen): the likelihood goes
            on rising, as where nobody ever leaves.
    """

    parameters: Purchases
    log_likelihood: float
    is_penalised: bool
    is_at_edge: bool


@dataclass(frozen=True, kw_only=True)
class SpendingFit:
    """Parameters of gamma-gamma: p, q, gamma (currency units); the rest as in :class:`PurchaseFit`."""

    parameters: Spending
    log_likelihood: float
    is_penalised: bool
    is_at_edge: bool


def fit_purchases(history: History, penalty: float = 0.0) -> PurchaseFit:
    """Parameters at which the purchases were most likely.

    Where nobody came back, or nobody was seen for any time, every answer is as good as any other: the penalised
    estimate stands in, and says so. Where the likelihood rises without end, the most likely point within bounds is
    taken.

    Args:
        history: one customer at least.
        penalty: per customer, of the squared logarithms of the parameters, time in mean times seen; 0: none.

    Raises:
        ContractError: there is no customer.
    """
    _has_rows(history, "purchases")
    unit = float(history.seen.mean()) or 1.0
    scaled = replace(history, latest=history.latest / unit, seen=history.seen / unit)
    is_told = bool((history.repeats > 0.0).any() and (history.seen > 0.0).any())
    optimum = _maximise(purchase_likelihood, scaled, 4, penalty, is_told=is_told)
    r, alpha, a, b = optimum.values
    parameters = (r, alpha * unit, a, b)
    return PurchaseFit(
        parameters=parameters,
        log_likelihood=purchase_likelihood(history, np.array(parameters))[0],
        is_penalised=optimum.is_penalised,
        is_at_edge=optimum.is_at_edge,
    )


def fit_spending(history: History, penalty: float = 0.0) -> SpendingFit | None:
    """Parameters at which the mean amounts were most likely; None where nobody has spent anything.

    Where all customers spend alike, or there is one only, the penalised estimate stands in; bounds as in
    :func:`fit_purchases`.

    Args:
        history: any customers; those without an amount are left out.
        penalty: per customer, of the squared logarithms of the parameters, amounts in their median; 0: none.
    """
    spent = history.take((history.spend > 0.0) & (history.priced > 0.0))
    if not len(spent.spend):
        return None
    unit = float(np.median(spent.spend))
    scaled = replace(spent, spend=spent.spend / unit)
    is_told = float(np.ptp(np.log(scaled.spend))) > _SPREAD
    optimum = _maximise(spending_likelihood, scaled, 3, penalty, is_told=is_told)
    p, q, gamma = optimum.values
    parameters = (p, q, gamma * unit)
    return SpendingFit(
        parameters=parameters,
        log_likelihood=spending_likelihood(spent, np.array(parameters))[0],
        is_penalised=optimum.is_penalised,
        is_at_edge=optimum.is_at_edge,
    )


def _has_rows(history: History, what: str) -> None:
    if not len(history.repeats):
        message = f"nothing to learn {what} from: the history holds no customer; hand over one at least"
        raise ContractError(message)


@dataclass(frozen=True, kw_only=True)
class _Highest:
    values: tuple[float, ...]
    is_penalised: bool
    is_at_edge: bool


def _maximise(likelihood: _Likelihood, history: History, number: int, penalty: float, *, is_told: bool) -> _Highest:
    used = penalty if is_told or penalty else _FALLBACK
    logs = _optimum(likelihood, history, number, used)
    return _Highest(
        values=tuple(float(value) for value in np.exp(logs)),
        is_penalised=used > 0.0,
        is_at_edge=bool(np.abs(logs).max() > _BOUND - _CLOSE),
    )


def _optimum(likelihood: _Likelihood, history: History, number: int, penalty: float) -> Floats:
    rows = len(history.repeats)

    def loss(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, slope = likelihood(history, parameters)
        return -value / rows + penalty * float((logs**2).sum()), -slope * parameters / rows + 2.0 * penalty * logs

    bounds = [(-_BOUND, _BOUND)] * number
    start = np.full(number, _START)
    return optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=_STOP).x
