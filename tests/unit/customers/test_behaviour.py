import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.customers.behaviour import behaviour_features
from assets.customers.features import FEATURE_NAMES, FEATURES, PAPER_FEATURES, feature
from assets.customers.settings import CustomerSettings
from tests.unit.customers.build import DAY, booking, frame, random_bookings

OURS = CustomerSettings()


def features_of(rows, customer="a", as_of=DAY, chosen=OURS):
    table = behaviour_features(frame(rows), as_of, chosen)
    return table.filter(pl.col("pseudo_customer_id") == customer).to_dicts()[0]


def test_every_feature_by_hand():
    got = features_of([
        booking("a", 200, 300, nights=(2, 4)),  # midpoint 3
        booking("a", 100, 500, nights=(5, 5)),
        booking("a", 40, completed=False, nights=(9, 9)),
        booking("a", 10, 100, nights=(1, 1)),
    ])  # fmt: skip
    expected = {
        "recency_days": 10.0,
        "tenure_days": 200.0,
        "bookings": 4.0,
        "frequency": 3.0,
        "monetary": 900.0,
        "stay_nights": 3.0,
        "cancellation_ratio": 0.25,
        "average_revenue": 300.0,
        "price_per_night": 100.0,
        "lead_time_days": 15.0,
        "special_requests": 1.0,
        "gap_mean_days": 190 / 3,  # gaps 100, 60, 30
        "gap_volatility_days": np.std([100, 60, 30]),
        "stay_stability": 1 / (1 + np.std([3, 5, 1])),
        "revenue_90d": 100.0,
        "revenue_180d": 600.0,
        "completed_90d": 1.0,
        "completed_180d": 2.0,
    }
    assert {name: got[name] for name in expected} == pytest.approx(expected)


def test_rolling_windows_are_half_open():
    got = features_of([booking("a", 89, 10), booking("a", 90, 100), booking("a", 180, 1000)])
    assert (got["revenue_90d"], got["revenue_180d"]) == (10.0, 110.0)


def test_smoothing_starts_at_the_first_block():
    got = features_of([booking("a", 70, 100), booking("a", 10, 40)], chosen=CustomerSettings(smoothing=0.5))
    assert got["revenue_smoothed"] == pytest.approx(0.5 * 40 + 0.5 * (0.5 * 0 + 0.5 * 100))  # blocks 100, 0, 40


def test_trend_is_the_slope_over_blocks():
    got = features_of([booking("a", 75, 100), booking("a", 45, 200), booking("a", 15, 300)])
    assert got["revenue_trend"] == pytest.approx(100.0)
    assert got["revenue_unevenness"] == pytest.approx(0.0, abs=1e-9)


def test_season_share_counts_the_same_calendar_days_of_earlier_years():
    got = features_of([booking("a", 330, 300), booking("a", 20, 100)])  # 330 days ago = 35 days ahead in the year
    assert got["season_share"] == pytest.approx(0.75)


def test_price_sensitivity_is_positive_for_customers_who_come_when_the_house_is_cheap():
    rows = []
    for block in range(6):
        dear = block % 2 == 0
        rows += [booking("house", 30 * block + 5, 2000 if dear else 500, nights=(10, 10), booking_id=f"h{block}")]
        if not dear:
            rows += [booking("thrifty", 30 * block + 6, 1, nights=(0, 0), booking_id=f"t{block}{k}") for k in range(3)]
    rows.append(booking("thrifty", 179, 1, nights=(0, 0)))
    assert features_of(rows, "thrifty")["price_sensitivity"] > 0.1


def test_one_cancelled_booking_leaves_no_undefined_value():
    got = features_of([booking("a", 3, completed=False)])
    assert all(math.isfinite(got[name]) for name in FEATURE_NAMES)
    assert (got["monetary"], got["stay_stability"], got["cancellation_ratio"]) == (0.0, 0.0, 1.0)


def test_no_booking_gives_an_empty_frame_with_every_column():
    table = behaviour_features(frame([]), DAY, OURS)
    assert table.columns == ["pseudo_customer_id", *FEATURE_NAMES]
    assert table.is_empty()


def test_stays_of_zero_nights_leave_the_price_finite():
    got = features_of([booking("a", 3, 0, nights=(0, 0), completed=True)])
    assert got["price_per_night"] == 0.0
    assert got["frequency"] == 1.0


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_the_order_of_rows_never_matters(seed):
    rows = random_bookings(3, customers=8)
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=seed)
    assert behaviour_features(rows, DAY, OURS).equals(behaviour_features(shuffled, DAY, OURS))


@given(back=st.integers(0, 500), seed=st.integers(0, 50))
@settings(max_examples=15, deadline=None)
def test_rows_delivered_after_t_change_nothing_at_t(back, seed):
    rows = random_bookings(seed, customers=8)
    as_of = DAY - timedelta(days=back)
    known = rows.filter(pl.col("delivery_day") <= as_of)
    assert behaviour_features(rows, as_of, OURS).equals(behaviour_features(known, as_of, OURS))


def test_other_customers_move_nothing_but_the_house_price():
    rows = random_bookings(5, customers=12)
    alone = rows.filter(pl.col("pseudo_customer_id") == "c004")
    drop = ["price_sensitivity"]
    among = behaviour_features(rows, DAY, OURS).filter(pl.col("pseudo_customer_id") == "c004").drop(drop)
    assert among.equals(behaviour_features(alone, DAY, OURS).drop(drop))


def test_the_input_is_left_alone():
    rows = random_bookings(2, customers=4)
    copy = rows.clone()
    behaviour_features(rows, DAY, OURS)
    assert rows.equals(copy)


def test_the_table_of_features_is_complete():
    table = behaviour_features(random_bookings(2), date(2024, 1, 1), OURS)
    assert tuple(table.columns[1:]) == FEATURE_NAMES
    assert [feature(name).symbol for name in PAPER_FEATURES] == ["R", "F", "M", "L", "C", "P", "V"]
    assert feature("b_monetary").target_in_observed_window == "whole"
    assert all(item.formula and item.unit and item.known_from for item in FEATURES)
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)
