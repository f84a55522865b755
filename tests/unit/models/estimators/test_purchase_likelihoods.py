"""Likelihoods have the slopes they claim; expectations are the papers' and stay finite."""

import numpy as np
import pytest
from scipy import special

from assets.models.estimators.purchase_likelihoods import (
    History,
    expected_purchases,
    expected_spend,
    purchase_likelihood,
    spending_likelihood,
)
from resources.errors import ContractError

PURCHASES = (0.8, 6.0, 0.9, 2.5)  # r, alpha (weeks), a, b
SPENDING = (6.0, 4.0, 150.0)  # p, q, gamma: mean 300


def history(repeats, latest, seen, spend, ahead=26.0):
    """A history from lists, amounts known of every purchase."""
    x = np.asarray(repeats, dtype=np.float64)
    columns = {"latest": latest, "seen": seen, "spend": spend}
    columns = {name: np.broadcast_to(np.asarray(value, dtype=np.float64), x.shape) for name, value in columns.items()}
    return History(repeats=x, priced=x + 1.0, ahead=np.full(x.shape, ahead), **columns)


MIXED = history([0, 1, 3, 0, 40], [0, 4, 30, 0, 51], [52, 10, 52, 3, 52], [120, 80, 310, 95, 5_000])


@pytest.mark.parametrize("point", [PURCHASES, (0.1, 20.0, 3.0, 0.4), (5.0, 0.3, 0.2, 9.0)])
def test_slope_of_purchases_is_that_of_finite_differences(point):
    at = np.array(point)
    _, slope = purchase_likelihood(MIXED, at)
    assert slope == pytest.approx(_differences(purchase_likelihood, at), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("point", [SPENDING, (0.4, 1.2, 900.0)])
def test_slope_of_spending_is_that_of_finite_differences(point):
    at = np.array(point)
    _, slope = spending_likelihood(MIXED, at)
    assert slope == pytest.approx(_differences(spending_likelihood, at), rel=1e-5, abs=1e-6)


def _differences(likelihood, at):
    steps = np.diag(at * 1e-6)
    return [
        (likelihood(MIXED, at + step)[0] - likelihood(MIXED, at - step)[0]) / (2 * step.sum()) for step in steps
    ]  # fmt: skip


def test_likelihood_is_that_of_equation_6():
    r, alpha, a, b = PURCHASES
    x, latest, seen = 3.0, 20.0, 52.0
    never_left = special.beta(a, b + x) / special.beta(a, b) * (alpha + seen) ** -(r + x)
    left = special.beta(a + 1, b + x - 1) / special.beta(a, b) * (alpha + latest) ** -(r + x)
    plain = special.gamma(r + x) * alpha**r / special.gamma(r) * (never_left + left)
    one = history([x], [latest], [seen], [1.0])
    assert purchase_likelihood(one, np.array(PURCHASES))[0] == pytest.approx(np.log(plain))


def test_expectation_agrees_with_the_formula_before_its_transformation():
    r, alpha, a, b = PURCHASES
    x, latest, seen, t = 3.0, 20.0, 52.0, 26.0
    plain = (a + b + x - 1) / (a - 1) * (
        1 - ((alpha + seen) / (alpha + seen + t)) ** (r + x)
        * special.hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + seen + t))
    ) / (1 + a / (b + x - 1) * ((alpha + seen) / (alpha + latest)) ** (r + x))  # fmt: skip
    one = history([x], [latest], [seen], [1.0], ahead=t)
    assert expected_purchases(one, PURCHASES)[0] == pytest.approx(plain)
    assert np.isfinite(expected_purchases(one, (0.5, 5.0, 1.0, 2.0))).all()  # the pole at a = 1 is removable


def test_leaving_at_one_rate_for_all_is_still_finite():
    alike = history([0, 2, 4], [0, 8, 30], 52, 90)
    many = expected_purchases(alike, (0.8, 12.0, 900.0, 2_100.0))
    assert many == pytest.approx(expected_purchases(alike, (0.8, 12.0, 90.0, 210.0)), rel=0.02)


def test_hundreds_of_days_and_none_stay_finite_and_ordered():
    many = history([0, 1, 400], [0, 50, 52], 52, [0, 100, 5_000])
    days = expected_purchases(many, PURCHASES)
    assert np.isfinite(days).all()
    assert days[0] < days[1] < days[2] < 26 * 7 * 2
    spend = expected_spend(many, SPENDING)
    assert spend[2] == pytest.approx(5_000, rel=0.01)
    assert 100 < spend[1] < 300


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"latest": [60.0]}, "passes seen"), ({"repeats": [-1.0]}, "repeats"), ({"spend": [np.nan]}, "spend")],
)
def test_a_history_that_can_not_be_is_refused(changes, told):
    sound = {"repeats": [1.0], "latest": [20.0], "seen": [52.0], "spend": [9.0], "priced": [2.0], "ahead": [26.0]}
    columns = {name: np.array(value) for name, value in {**sound, **changes}.items()}
    with pytest.raises(ContractError, match=told):
        History(**columns)


def test_columns_of_another_length_are_refused():
    with pytest.raises(ContractError, match="one row per customer"):
        History(
            repeats=np.zeros(2), latest=np.zeros(2), seen=np.ones(2), spend=np.ones(2), priced=np.ones(2),
            ahead=np.ones(1),
        )  # fmt: skip
