"""The wide block on bookings worked out by hand."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.customers.features import feature_table
from assets.customers.wide_block import WIDE_FEATURES, WIDE_NAMES, level_code, wide_features
from tests.unit.customers.build import DAY, booking, frame, random_bookings


def test_the_page_tells_every_feature():
    page = (Path(__file__).parents[3] / "docs" / "methods" / "customers.md").read_text("utf-8")
    assert feature_table(WIDE_FEATURES) in page, "copy feature_table(WIDE_FEATURES) to the page"


def of_one(*rows):
    table = wide_features(frame(list(rows)), DAY)
    assert table.columns == ["pseudo_customer_id", *WIDE_NAMES]
    return table.row(0, named=True)


def test_the_last_booking_and_the_spread():
    told = of_one(
        booking("a", 30, 300, nights=(3, 3)),
        booking("a", 20, 200, nights=(1, 1)) | {"country_levels": "ESP", "adults_from": 1, "adults_to": 1},
        booking("a", 10, 0, nights=(5, 5)) | {"country_levels": "PRT", "hotel_levels": "y", "children_from": 2,
                                              "children_to": 2, "parking_spaces": 1},
    )  # fmt: skip
    assert (told["last_nights"], told["last_completed"], told["last_adults"], told["last_children"]) == (5, 0, 2, 2)
    assert told["last_price"] == 200.0, "of the last stay that took place"
    assert told["price_spread"] == 50.0
    assert told["nights_spread"] == pytest.approx(np.std([3, 1, 5]))
    assert told["party"] == pytest.approx((2 + 1 + 4) / 3)
    assert (told["hotels"], told["parking"]) == (2, pytest.approx(1 / 3))
    assert told["last_country"] == level_code("PRT")


def test_intervals_count_by_their_middle_and_months_by_their_first_day():
    told = of_one(booking("a", 30, 300, nights=(2, 4)))
    assert (told["last_nights"], told["last_lead_time"], told["last_price"]) == (3.0, 15.0, 100.0)
    assert told["last_month"] == 5.0


def test_what_was_never_completed_is_zero_and_nothing_is_null():
    told = of_one(booking("a", 30, 0, completed=False) | {"meal": None, "agent_levels": "?"})
    assert (told["last_price"], told["price_spread"]) == (0.0, 0.0)
    table = wide_features(random_bookings(3), DAY)
    assert table.select(pl.all_horizontal(pl.col(WIDE_NAMES).is_finite().all())).item()
    assert wide_features(frame([]), DAY).is_empty()


def test_later_rows_are_not_looked_at_and_corrections_are():
    first, later = booking("a", 30, 300, booking_id="b"), booking("a", -3, 900)
    corrected = booking("a", 10, 500, booking_id="b")
    assert of_one(first, later) == of_one(first)
    assert of_one(first, corrected)["last_price"] == 250.0


def test_codes_keep_the_order_of_the_alphabet_and_tell_every_level_apart():
    levels = ["", "?", "AUT", "DEU", "Direct", "ESP", "Group", "Transient", "Transient-Party", "1", "12", "240"]
    codes = [level_code(level) for level in levels]
    assert len(set(codes)) == len(levels)
    assert level_code("AUT") < level_code("DEU") < level_code("ESP") < level_code("Transient")
    assert level_code("Ärzte") == level_code("Ärzte")
