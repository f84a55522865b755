"""BG/NBD with gamma-gamma: how often customers come back times what they spend, forecast from their history alone.

A day with rows is a purchase: pseudo-customers have up to dozens of bookings on one day, which no Poisson process
brings about. Rows of one customer at several origins count as separate customers in the likelihood. Written here
because the published packages either need an older numpy or a sampler; four and three parameters need neither.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.models.estimators.purchase_fits import fit_purchases, fit_spending
from assets.models.estimators.purchase_likelihoods import (
    History,
    Purchases,
    Spending,
    expected_purchases,
    expected_spend,
)
from assets.models.estimators.spec import ModelSpec
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays
from assets.models.examples.prediction import Prediction, non_negative

Floats = NDArray[np.float64]
_WEEK = 7.0  # days; the unit of time


def history_of(data: ExampleArrays) -> History:
    """Repeats (time between first and latest day over the mean gap), times in weeks, and mean spend of a day."""

    def column(name: str) -> Floats:
        return data.behaviour[:, BEHAVIOUR_COLUMNS.index(f"b_{name}")]

    seen = np.maximum(column("tenure_days"), 0.0) / _WEEK
    latest = np.clip(seen - column("recency_days") / _WEEK, 0.0, seen)
    gap = column("gap_mean_days") / _WEEK  # between days with rows; 0 where there is one day
    repeats = np.where(gap > 0.0, np.round(latest / np.where(gap > 0.0, gap, 1.0)), 0.0)
    spend = np.maximum(column("monetary"), 0.0) / (repeats + 1.0)
    return History(
        repeats=repeats, latest=latest, seen=seen, spend=spend, priced=repeats + 1.0, ahead=data.horizon / _WEEK
    )


@dataclass(frozen=True, kw_only=True)
class BuyTillYouDie:
    """Fitted parameters, in the papers' letters: (r, alpha, a, b) of BG/NBD and (p, q, gamma) of gamma-gamma.

    Attributes:
        purchases: alpha in weeks.
        spending: gamma in currency units; None where nobody has spent anything.
        is_penalised: whether a penalty took part in either.
    """

    purchases: Purchases
    spending: Spending | None
    is_penalised: bool = False

    @property
    def parameters(self) -> int:
        """Seven, or four where there was no spending to learn from."""
        return len(self.purchases) + len(self.spending or ())

    def predict(self, data: ExampleArrays) -> Prediction:
        """Expected days with rows within the horizon times expected spend per day, in row order."""
        history = history_of(data)
        if self.spending is None:
            return Prediction(value=np.zeros(len(data)))
        days = expected_purchases(history, self.purchases)
        return Prediction(value=non_negative(days * expected_spend(history, self.spending)))


def fit_buy_till_you_die(data: ExampleArrays, penalty: float = 0.0) -> BuyTillYouDie:
    """Fit both models to the training rows; deterministic, targets are not read.

    Args:
        data: training rows; behaviour and horizon only.
        penalty: ``models.purchase_penalty``.

    Raises:
        ContractError: there is no row.
    """
    history = history_of(data)
    purchases, spending = fit_purchases(history, penalty), fit_spending(history, penalty)
    return BuyTillYouDie(
        purchases=purchases.parameters,
        spending=None if spending is None else spending.parameters,
        is_penalised=purchases.is_penalised or (spending is not None and spending.is_penalised),
    )


SPECS = (
    ModelSpec(
        name="bg_nbd",
        title="BG/NBD with gamma-gamma",
        fit=lambda data, settings, _seed: fit_buy_till_you_die(data, settings.purchase_penalty),
        seconds_per_fit=0.15,
        is_forecast_only=True,
    ),
)
