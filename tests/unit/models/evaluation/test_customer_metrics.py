"""Figures of lists of customers against hand counts and other libraries; ties, draws and nothing to measure."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from assets.models.evaluation.customer_metrics import (
    CUSTOMER_METRICS,
    Forecasts,
    area_under_curve,
    customer_estimates,
    drawn_weights,
    percentile_bounds,
    weighted_metrics,
)
from assets.models.evaluation.metrics import r_squared
from resources.errors import ContractError


def rows_of(target, value, customers=None, chance=None):
    """Rows from lists; a customer each unless told otherwise."""
    names = [f"c{number:04d}" for number in range(len(target))] if customers is None else customers
    columns = (np.asarray(column, dtype=np.float64) for column in (target, value))
    target, value = columns
    chance = None if chance is None else np.asarray(chance, dtype=np.float64)
    return Forecasts(customers=np.array(names, dtype=str), target=target, value=value, chance=chance)


def once(rows):
    """The figures of the rows as they are."""
    return {name: value[0] for name, value in weighted_metrics(rows, np.ones((1, len(rows)))).items()}


def random_rows(number=400, seed=1, rows_each=2):
    rng = np.random.default_rng(seed)
    target = np.where(rng.random(number) < 0.4, rng.gamma(1, 300, number), 0.0)
    value = np.round(0.5 * target + rng.gamma(1, 100, number), -1)  # many ties
    return rows_of(target, value, [f"c{index // rows_each}" for index in range(number)])


def bounds(item):
    """Both ends of an interval."""
    assert item.has_interval
    return np.array([item.low, item.high])


def test_area_is_that_of_scikit_learn_with_ties_and_weights():
    rows, rng = random_rows(), np.random.default_rng(2)
    weights = rng.integers(0, 3, (4, len(rows))).astype(np.float64)
    found = area_under_curve(rows.target > 0, rows.value, weights)
    for area, weight in zip(found, weights, strict=True):
        assert area == pytest.approx(roc_auc_score(rows.target > 0, rows.value, sample_weight=weight))


def test_a_chance_ranks_in_place_of_the_value():
    rows = rows_of([0, 0, 5, 5], [1, 2, 3, 4], chance=[0.9, 0.8, 0.2, 0.1])
    assert once(rows)["auc"] == 0.0
    assert once(rows_of([0, 0, 5, 5], [1, 2, 3, 4]))["auc"] == 1.0


def test_bias_is_predicted_over_realised():
    assert once(rows_of([10, 0, 30], [10, 5, 5]))["bias"] == pytest.approx(0.5)


def test_the_best_tenth_is_counted_by_forecast():
    target = np.zeros(100)
    target[:10] = 9.0  # the tenth that is forecast best
    target[10:20] = 1.0
    found = once(rows_of(target, np.arange(100, 0, -1)))
    assert found["captured_5"] == pytest.approx(0.45)
    assert found["captured_10"] == pytest.approx(0.9)
    assert found["captured_20"] == pytest.approx(1.0)


def test_equal_forecasts_capture_what_chance_does_in_any_order():
    target = np.zeros(100)
    target[:10] = 9.0
    for rows in (rows_of(target, np.full(100, 7.0)), rows_of(target[::-1], np.full(100, 7.0))):
        found = once(rows)
        assert [found[name] for name in ("captured_5", "captured_10", "captured_20")] == pytest.approx([0.05, 0.1, 0.2])
        assert found["auc"] == 0.5


def test_r2_leaves_out_the_twenty_who_brought_most_with_all_their_rows():
    rows = random_rows(number=200)
    total = {name: rows.target[rows.customers == name].sum() for name in set(rows.customers)}
    largest = sorted(total, key=lambda name: (-total[name], name))[:20]
    kept = ~np.isin(rows.customers, largest)
    assert once(rows)["r2_without_20"] == pytest.approx(r_squared(rows.target[kept], rows.value[kept]))
    assert np.isnan(once(rows_of(np.arange(20.0), np.arange(20.0)))["r2_without_20"])  # nobody else is left


def test_large_amounts_lose_no_digits():
    rng = np.random.default_rng(3)
    target = 1e7 + rng.normal(0, 1, 200)
    value = target + rng.normal(0, 0.5, 200)
    order = np.argsort(-target)[20:]
    assert once(rows_of(target, value))["r2_without_20"] == pytest.approx(r_squared(target[order], value[order]))


def test_rows_of_a_customer_are_drawn_together():
    customers = np.array(["a", "a", "b", "c", "c", "c"])
    weights = np.concatenate(list(drawn_weights(customers, np.random.default_rng(4), 50)))
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()  # as many customers as there are
    assert weights[:, 0].std() > 0


def test_draws_do_not_depend_on_how_many_are_held_at_once(monkeypatch):
    rows = random_rows()
    whole = customer_estimates(rows, np.random.default_rng(5), 40)
    monkeypatch.setattr("assets.models.evaluation.customer_metrics._AT_ONCE", 3 * len(rows))
    assert customer_estimates(rows, np.random.default_rng(5), 40) == whole


def test_intervals_hold_the_value_and_shrink_with_customers():
    few, many = random_rows(200), random_rows(5_000)
    short, long = (customer_estimates(rows, np.random.default_rng(6), 300) for rows in (few, many))
    for name in CUSTOMER_METRICS:
        low, high = bounds(short[name])
        assert low <= short[name].value <= high
        assert np.ptp(bounds(long[name])) < high - low
    independent = rows_of(few.target, few.value)  # a customer each: the same rows tell more
    apart = customer_estimates(independent, np.random.default_rng(6), 300)
    assert set(apart) == set(CUSTOMER_METRICS)


def test_what_is_not_defined_is_left_out():
    nobody = customer_estimates(rows_of(np.zeros(40), np.ones(40)), np.random.default_rng(7), 20)
    assert set(nobody) == set()
    assert customer_estimates(rows_of([], []), np.random.default_rng(7), 20) == {}
    one = customer_estimates(rows_of([5.0, 0.0], [4.0, 1.0], ["a", "a"]), np.random.default_rng(7), 20)
    assert not one["bias"].has_interval
    assert percentile_bounds(np.array([np.nan])) == (None, None)


@pytest.mark.parametrize("value", [[1.0], [1.0, np.nan]])
def test_rows_that_do_not_fit_are_refused(value):
    with pytest.raises(ContractError):
        rows_of([1.0, 2.0], value)
