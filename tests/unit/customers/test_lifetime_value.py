import numpy as np
import polars as pl
import pytest

from assets.customers.behaviour import behaviour_features
from assets.customers.lifetime_value import current_rows, lifetime_values, value_segments, with_segments
from assets.customers.settings import CustomerSettings
from resources.errors import ContractError
from tests.unit.customers.build import DAY, booking, frame, random_bookings


def test_clv_sums_realised_revenue_and_counts_cancelled_as_zero():
    rows = frame([booking("a", 10, 300), booking("a", 5, 200), booking("a", 3, completed=False, deposit=80),
                  booking("b", 1, completed=False)])  # fmt: skip
    values = lifetime_values(current_rows(rows, DAY))
    assert values.select("pseudo_customer_id", "bookings", "completed", "clv", "deposit_aware_clv").rows() == [
        ("a", 3, 2, 500, 580),
        ("b", 1, 0, 0, 0),
    ]


def test_rows_after_the_day_are_not_read():
    rows = frame([booking("a", 10, 300), booking("a", -1, 900), booking("b", -2, 50)])
    assert lifetime_values(current_rows(rows, DAY))["clv"].to_list() == [300]


def test_a_correction_supersedes_the_earlier_row_from_its_own_day_on():
    first = booking("a", 10, 300, booking_id="x")
    later = booking("a", 2, 120, booking_id="x")
    rows = frame([later, first])
    assert lifetime_values(current_rows(rows, DAY))["clv"].to_list() == [120]
    before = first["delivery_day"]
    assert lifetime_values(current_rows(rows, before))["clv"].to_list() == [300]


def test_an_empty_frame_gives_no_customer():
    assert lifetime_values(current_rows(frame([]), DAY)).is_empty()


def test_thirds_and_quarters_split_by_quantile():
    value = np.arange(1.0, 13.0)
    assert value_segments(value, "thirds") == ["low"] * 4 + ["mid"] * 4 + ["high"] * 4
    assert value_segments(value, "25_50_25") == ["low"] * 3 + ["mid"] * 6 + ["high"] * 3


def test_equal_customers_share_a_segment():
    assert set(value_segments(np.zeros(9), "thirds")) == {"low"}
    assert value_segments(np.zeros(0), "thirds") == []


def test_rfm_prefers_recent_frequent_dear_customers():
    number = np.arange(100.0)
    labels = value_segments(number, "rfm", np.column_stack([100 - number, number, number]))
    assert labels[0] == "low"
    assert labels[50] == "mid"
    assert labels[-1] == "high"


def test_an_unknown_rule_is_refused():
    with pytest.raises(ContractError, match="segment rule 'abc'"):
        value_segments(np.ones(2), "abc")
    with pytest.raises(ContractError, match="rfm"):
        value_segments(np.ones(2), "rfm", None)


@pytest.mark.parametrize("rule", ["thirds", "25_50_25", "rfm"])
def test_every_rule_labels_every_customer(rule):
    rows = random_bookings(1)
    settings = CustomerSettings(segments=rule)
    features = behaviour_features(rows, DAY, settings).drop("bookings")
    customers = lifetime_values(current_rows(rows, DAY)).join(features, on="pseudo_customer_id")
    labelled = with_segments(customers, settings)
    assert set(labelled["value_segment"]) <= {"low", "mid", "high"}
    assert labelled["value_segment"].null_count() == 0
    low = labelled.filter(pl.col("value_segment") == "low")["clv"].mean()
    assert low < labelled.filter(pl.col("value_segment") == "high")["clv"].mean()
