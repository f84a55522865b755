"""Maximum likelihood gives parameters back, whatever the unit; odd histories are told, and never end in NaN."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.models.estimators.purchase_fits import fit_purchases, fit_spending
from assets.models.estimators.purchase_likelihoods import (
    History,
    expected_purchases,
    expected_spend,
    purchase_likelihood,
    spending_likelihood,
)
from resources.errors import ContractError

TRUE = (0.8, 6.0, 0.9, 2.5)  # r, alpha (weeks), a, b


def spending_of(world, penalty=0.0):
    """The fit of a world in which somebody spent something."""
    fit = fit_spending(world, penalty)
    assert fit is not None
    return fit


few_worlds = settings(max_examples=12, deadline=None)


def simulated(seed, number=600, weeks=52.0, spend=(6.0, 4.0, 150.0)):
    """Histories of the models' own customers."""
    rng = np.random.default_rng(seed)
    rate, drop = rng.gamma(TRUE[0], 1 / TRUE[1], number), rng.beta(TRUE[2], TRUE[3], number)
    seen = rng.uniform(0.3 * weeks, weeks, number)
    repeats, latest = np.zeros(number), np.zeros(number)
    for i in range(number):
        now = 0.0
        while (now := now + rng.exponential(1 / rate[i])) <= seen[i]:
            repeats[i], latest[i] = repeats[i] + 1, now
            if rng.random() < drop[i]:
                break
    p, q, gamma = spend
    level = gamma / rng.gamma(q, 1.0, number)
    mean = rng.gamma(p * (repeats + 1), level / (repeats + 1))
    return History(
        repeats=repeats, latest=latest, seen=seen, spend=mean, priced=repeats + 1, ahead=np.full(number, 26.0)
    )


def rows(repeats, latest, seen, spend):
    """A history from lists."""
    x = np.array(repeats, dtype=np.float64)
    return History(
        repeats=x, latest=np.array(latest, dtype=np.float64), seen=np.array(seen, dtype=np.float64),
        spend=np.array(spend, dtype=np.float64), priced=x + 1, ahead=np.full(x.shape, 26.0),
    )  # fmt: skip


@few_worlds
@given(seed=st.integers(0, 10_000), unit=st.sampled_from([7.0, 1 / 52, 86_400.0, 0.01]))
def test_another_unit_of_time_changes_alpha_alone(seed, unit):
    weeks = simulated(seed)
    other = replace(weeks, latest=weeks.latest * unit, seen=weeks.seen * unit, ahead=weeks.ahead * unit)
    first, second = fit_purchases(weeks), fit_purchases(other)
    r, alpha, a, b = first.parameters
    assert second.parameters == pytest.approx((r, alpha * unit, a, b), rel=1e-3)
    expected = expected_purchases(weeks, first.parameters)
    assert expected_purchases(other, second.parameters) == pytest.approx(expected, rel=1e-4)


@few_worlds
@given(seed=st.integers(0, 10_000), unit=st.sampled_from([100.0, 0.9, 1e-3]))
def test_another_currency_changes_gamma_alone(seed, unit):
    euros = simulated(seed)
    first, second = spending_of(euros), spending_of(replace(euros, spend=euros.spend * unit))
    p, q, gamma = first.parameters
    assert second.parameters == pytest.approx((p, q, gamma * unit), rel=1e-3)


@few_worlds
@given(seed=st.integers(0, 10_000), start=st.tuples(*[st.floats(-3.0, 3.0)] * 4))
def test_no_other_point_is_more_likely(seed, start):
    world = simulated(seed, 200)
    assert fit_purchases(world).log_likelihood >= purchase_likelihood(world, np.exp(start))[0]
    assert spending_of(world).log_likelihood >= spending_likelihood(world, np.exp(start[:3]) * [1, 1, 100])[0]


def test_the_slope_is_nought_at_the_fit():
    world = simulated(3, 2_000)
    fit, spent = fit_purchases(world), spending_of(world)
    assert not any((fit.is_penalised, fit.is_at_edge, spent.is_penalised, spent.is_at_edge))
    for likelihood, parameters in ((purchase_likelihood, fit.parameters), (spending_likelihood, spent.parameters)):
        at = np.array(parameters)
        assert np.abs(likelihood(world, at)[1] * at).max() < 1e-3  # of a sum over 2,000 customers


def test_what_was_put_in_comes_out():
    fit, spent = fit_purchases(simulated(1, 6_000)), spending_of(simulated(1, 6_000))
    r, alpha, a, b = fit.parameters
    assert r / alpha == pytest.approx(TRUE[0] / TRUE[1], rel=0.15)
    assert a / (a + b) == pytest.approx(TRUE[2] / (TRUE[2] + TRUE[3]), abs=0.05)
    assert spent.parameters == pytest.approx((6.0, 4.0, 150.0), rel=0.15)


ODD = {
    "one guest, who came once": rows([0], [0], [40], [120]),
    "one guest, who came often": rows([9], [38], [40], [120]),
    "no repeats": rows([0] * 50, [0] * 50, np.linspace(1, 52, 50), np.linspace(50, 400, 50)),
    "all repeat, to the last day": rows([5] * 50, [50] * 50, [50.1] * 50, np.linspace(50, 400, 50)),
    "all repeat alike": rows([3] * 50, [20] * 50, [52] * 50, [100] * 50),
    "first seen on the last day": rows([0] * 20, [0] * 20, [0] * 20, [80] * 20),
    "a thousand stays of one guest": rows([0, 1, 999], [0, 3, 51], [52, 52, 52], [90, 110, 100]),
    "nobody spent": rows([0, 1, 4], [0, 8, 30], [52, 52, 52], [0, 0, 0]),
}


@pytest.mark.parametrize("case", sorted(ODD))
def test_odd_histories_end_in_finite_forecasts(case):
    world = ODD[case]
    fit, spent = fit_purchases(world), fit_spending(world)
    assert np.isfinite(fit.parameters).all()
    assert min(fit.parameters) > 0.0
    days = expected_purchases(world, fit.parameters)
    assert np.isfinite(days).all()
    assert (days >= 0.0).all()
    if spent is None:
        assert case == "nobody spent"
        return
    assert np.isfinite(spent.parameters).all()
    assert np.isfinite(expected_spend(world, spent.parameters)).all()


@pytest.mark.parametrize("case", ["one guest, who came once", "no repeats", "first seen on the last day"])
def test_where_rows_decide_nothing_the_penalty_steps_in_and_says_so(case):
    assert fit_purchases(ODD[case]).is_penalised


@pytest.mark.parametrize("case", ["all repeat, to the last day", "one guest, who came often", "nobody spent"])
def test_where_likelihood_rises_without_end_the_bound_is_told(case):
    fit = fit_purchases(ODD[case])
    assert fit.is_at_edge
    assert not fit.is_penalised


@pytest.mark.parametrize("case", ["all repeat alike", "one guest, who came often"])
def test_equal_amounts_have_no_most_likely_spread(case):
    assert spending_of(ODD[case]).is_penalised


def test_a_penalty_is_asked_for_by_name_and_draws_towards_the_middle():
    world = simulated(2)
    free, held = fit_purchases(world), fit_purchases(world, penalty=0.1)
    assert held.is_penalised
    assert held.log_likelihood < free.log_likelihood
    assert abs(np.log(held.parameters[3])) < abs(np.log(free.parameters[3]))


def test_nobody_is_refused_with_the_reason():
    with pytest.raises(ContractError, match="holds no customer"):
        fit_purchases(rows([], [], [], []))
    assert fit_spending(rows([], [], [], [])) is None
