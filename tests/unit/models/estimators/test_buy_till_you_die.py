"""Parameters are got back from simulated customers; odd histories give sensible values."""

import numpy as np
import pytest

from assets.models.estimators.buy_till_you_die import BuyTillYouDie, fit_buy_till_you_die, history_of
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS
from tests.unit.models.build import arrays_of, synthetic

TRUE = (0.8, 6.0, 0.9, 2.5)  # r, alpha (weeks), a, b
SPEND = (6.0, 4.0, 150.0)  # p, q, gamma: mean 300


def column(name):
    return BEHAVIOUR_COLUMNS.index(f"b_{name}")


def simulated(number=3_000, weeks=52.0, ahead=26.0):
    """Customers of the model itself, as examples, with what they bring within ``ahead`` weeks as target."""
    rng = np.random.default_rng(4)
    data = synthetic(1, number, text_effect=0.0)
    behaviour, target = data.behaviour * 0.0, np.zeros(number)
    rate, drop = rng.gamma(TRUE[0], 1 / TRUE[1], number), rng.beta(TRUE[2], TRUE[3], number)
    level = SPEND[0] * rng.gamma(SPEND[1], 1 / SPEND[2], number) ** -1.0
    for i in range(number):
        times, now = [0.0], 0.0
        while (now := now + rng.exponential(1 / rate[i])) <= weeks + ahead:
            times.append(now)
            if rng.random() < drop[i]:  # a customer may leave after any repeat, never before the first
                break
        spent = rng.gamma(SPEND[0], level[i] / SPEND[0], len(times))
        known = [t for t in times if t <= weeks]
        behaviour[i, column("tenure_days")] = weeks * 7
        behaviour[i, column("recency_days")] = (weeks - known[-1]) * 7
        behaviour[i, column("gap_mean_days")] = known[-1] * 7 / max(len(known) - 1, 1)
        behaviour[i, column("monetary")] = spent[: len(known)].sum()
        target[i] = spent[len(known) :].sum()
    fields = {name: getattr(data, name) for name in data.__dataclass_fields__}
    horizon = np.full(number, ahead * 7)
    return type(data)(**{**fields, "behaviour": behaviour, "target": target, "horizon": horizon})


def test_parameters_come_back():
    model = fit_buy_till_you_die(simulated())
    r, alpha, a, b = model.purchases
    assert r / alpha == pytest.approx(TRUE[0] / TRUE[1], rel=0.25)
    assert a / (a + b) == pytest.approx(TRUE[2] / (TRUE[2] + TRUE[3]), abs=0.08)
    p, q, gamma = model.spending
    assert p * gamma / (q - 1) == pytest.approx(300, rel=0.15)
    assert model.parameters == 7


def test_the_sum_over_customers_is_forecast():
    data = simulated()
    model = fit_buy_till_you_die(data)
    assert model.predict(data).value.sum() == pytest.approx(data.target.sum(), rel=0.2)


def test_nobody_spent_anything():
    data = arrays_of()
    behaviour = data.behaviour.copy()
    behaviour[:, column("monetary")] = 0.0
    fields = {name: getattr(data, name) for name in data.__dataclass_fields__}
    poor = type(data)(**{**fields, "behaviour": behaviour})
    model = fit_buy_till_you_die(poor)
    assert model.spending is None
    assert (model.predict(poor).value == 0).all()


def test_one_customer_and_no_customer():
    data = arrays_of()
    one = data.take(np.array([0]))
    assert np.isfinite(fit_buy_till_you_die(one).predict(one).value).all()
    none = data.take(np.zeros(len(data), dtype=bool))
    model = BuyTillYouDie(purchases=TRUE, spending=SPEND)
    assert model.predict(none).value.shape == (0,)
    assert history_of(none).repeats.shape == (0,)


def test_the_penalty_is_a_choice_and_told():
    data = simulated(400)
    plain, held = fit_buy_till_you_die(data), fit_buy_till_you_die(data, penalty=0.5)
    assert not plain.is_penalised
    assert held.is_penalised
    assert np.abs(np.log(held.spending[:2])).sum() < np.abs(np.log(plain.spending[:2])).sum()  # drawn towards 1
