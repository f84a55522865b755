from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.customers.protocols import (
    PUBLIC_CV_ORIGINS,
    PUBLIC_HOLDOUT_ORIGIN,
    observed_targets,
    plan_origins,
    prospective_targets,
    revenue_between,
)
from assets.customers.settings import CustomerSettings
from resources.errors import ContractError
from tests.unit.customers.build import DAY, booking, frame

OURS = CustomerSettings()


def test_public_history_uses_the_documented_days():
    plan = plan_origins(date(2014, 10, 17), date(2017, 9, 14), OURS, is_public=True)
    assert (plan.cv, plan.holdout, plan.horizon_days) == (PUBLIC_CV_ORIGINS, PUBLIC_HOLDOUT_ORIGIN, 180)


def test_a_cut_public_history_falls_back_on_the_rule():
    plan = plan_origins(date(2014, 10, 17), date(2016, 12, 31), OURS, is_public=True)
    assert plan.holdout == date(2016, 12, 31) - timedelta(days=180)


def test_the_rule_by_hand():
    plan = plan_origins(date(2022, 1, 1), date(2024, 1, 1), OURS, is_public=False)
    holdout = date(2024, 1, 1) - timedelta(days=180)
    latest = holdout - timedelta(days=180)
    assert plan.holdout == holdout
    assert plan.cv == tuple(latest - timedelta(days=60 * step) for step in (3, 2, 1, 0))


def test_a_short_history_gets_a_shorter_horizon():
    plan = plan_origins(date(2024, 1, 1), date(2024, 4, 30), OURS, is_public=False)
    assert plan.horizon_days == 30
    assert plan.cv
    assert plan.holdout is not None


def test_days_are_too_few_for_any_prospective_origin():
    plan = plan_origins(date(2024, 1, 1), date(2024, 1, 20), OURS, is_public=False)
    assert (plan.cv, plan.holdout) == ((), None)


def test_own_origins_win():
    own = CustomerSettings(cv_origins=(date(2024, 2, 1),), holdout_origin=date(2024, 4, 1), horizon_days=30)
    plan = plan_origins(date(2023, 1, 1), date(2024, 6, 30), own, is_public=True)
    assert (plan.cv, plan.holdout) == ((date(2024, 2, 1),), date(2024, 4, 1))


@given(length=st.integers(0, 1500), public=st.booleans())
def test_targets_always_end_by_the_holdout_and_the_last_day(length, public):
    first = date(2015, 1, 1)
    last = first + timedelta(days=length)
    plan = plan_origins(first, last, OURS, is_public=public)
    horizon = timedelta(days=plan.horizon_days)
    assert plan.observed == last
    if plan.holdout is not None:
        assert plan.holdout + horizon <= last
        assert all(first < day and day + horizon <= plan.holdout for day in plan.cv)


def test_a_history_that_runs_backwards_is_refused():
    with pytest.raises(ContractError, match="run forward"):
        plan_origins(date(2024, 1, 2), date(2024, 1, 1), OURS, is_public=False)


def test_targets_lie_after_t_up_to_t_plus_h():
    rows = frame([
        booking("a", 0, 10), booking("a", -1, 100), booking("a", -30, 200), booking("a", -31, 400),
        booking("a", 30, 5), booking("a", 29, 7), booking("b", 5, 50), booking("new", -3, 900),
    ])  # fmt: skip
    targets = prospective_targets(rows, DAY, 30)
    told = targets.select("pseudo_customer_id", "target_clv", "past_revenue", "past_year_revenue")
    assert told.rows() == [("a", 300.0, 17.0, 22.0), ("b", 0.0, 50.0, 50.0)]
    assert targets["horizon_price"].to_list() == targets["season_price"].to_list() == [None, None], "few stays"


def test_revenue_between_applies_corrections_known_by_its_end():
    rows = frame([booking("a", 10, 300, booking_id="x"), booking("a", 2, 120, booking_id="x")])
    assert revenue_between(rows, DAY - timedelta(days=20), DAY)["revenue"].to_list() == [120]
    assert revenue_between(rows, DAY - timedelta(days=20), DAY - timedelta(days=5))["revenue"].to_list() == [300]


def test_the_observed_target_is_its_own_past():
    rows = frame([booking("a", 10, 300), booking("a", 4, 200)])
    assert observed_targets(rows, DAY).rows() == [("a", 500.0, 500.0)]


def test_no_rows_give_no_targets():
    assert prospective_targets(frame([]), DAY, 30).is_empty()
    assert observed_targets(frame([]), DAY).is_empty()
