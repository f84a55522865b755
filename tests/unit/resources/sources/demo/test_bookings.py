import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.sources.demo.bookings import _weekend_nights
from resources.sources.demo.catalogue import country_codes
from resources.sources.demo.identities import Identities, guest_ids, reservation_ids, review_ids


@given(st.integers(0, 6), st.integers(0, 60))
def test_weekend_nights_are_counted_one_by_one(weekday, nights):
    expected = sum((weekday + night) % 7 >= 5 for night in range(nights))
    assert _weekend_nights(np.array([weekday]), np.array([nights]))[0] == expected


def test_values_are_written_as_published(bookings):
    assert set(bookings["is_canceled"]) == {"0", "1"}
    assert set(bookings["reservation_status"]) <= {"Check-Out", "Canceled", "No-Show"}
    assert set(bookings["deposit_type"]) <= {"No Deposit", "Non Refund", "Refundable"}
    assert (bookings["agent"] == "NULL").any()
    assert (bookings["company"] == "NULL").mean() > 0.8
    assert bookings["adr"].str.contains(r"^-?\d+(\.\d{1,2})?$").all()
    assert bookings["lead_time"].cast(pl.Int64).min() == 0
    assert (bookings["is_canceled"] == "0").equals(
        (bookings["reservation_status"] == "Check-Out").rename("is_canceled")
    )


def test_a_stay_ends_on_its_status_day(bookings):
    rows = bookings.filter(pl.col("reservation_status") == "Check-Out").with_columns(
        pl.format("{} {} {}", "arrival_date_year", "arrival_date_month", "arrival_date_day_of_month")
        .str.to_date("%Y %B %d")
        .alias("arrival"),
        (pl.col("stays_in_weekend_nights").cast(pl.Int64) + pl.col("stays_in_week_nights").cast(pl.Int64)).alias("n"),
    )
    assert ((rows["_delivery_day"] - rows["arrival"]).dt.total_days() == rows["n"]).all()


def test_counters_are_kept_for_recognised_guests_only(bookings):
    repeated = bookings.filter(pl.col("is_repeated_guest") == "1")
    assert 0.005 < repeated.height / bookings.height < 0.08
    assert (repeated["previous_bookings_not_canceled"].cast(pl.Int64) > 0).all()
    others = bookings.filter(pl.col("is_repeated_guest") == "0")
    assert (others["previous_bookings_not_canceled"] == "0").all()


def test_group_rooms_repeat_each_other_but_for_their_number(bookings):
    repeated = bookings.filter(pl.struct(pl.all().exclude("reservation_id", "^_.*$")).is_duplicated())
    assert 0.03 < repeated.height / bookings.height < 0.3
    assert (repeated["market_segment"].is_in(["Groups"]) | (repeated["customer_type"] == "Transient-Party")).all()


def test_pseudo_customers_are_as_many_and_as_large_as_in_public_data(bookings):
    key = [
        "country",
        "agent",
        "company",
        "customer_type",
        "market_segment",
        "distribution_channel",
        "is_repeated_guest",
    ]
    sizes = bookings.group_by(key).len()["len"]
    assert 1 <= sizes.median() <= 4
    assert bookings.height / 15 < len(sizes) < bookings.height / 3


def test_direct_identifiers_are_always_filled_and_stable(bookings):
    for column in ("guest_name", "email", "phone", "card_number"):
        assert bookings[column].null_count() == 0
        assert (bookings.group_by("guest_key").agg(pl.col(column).n_unique())[column] == 1).all()
    assert bookings["email"].str.contains(r"^[a-z0-9.]+@[a-z.]*example\.(com|net|org)$").all()
    assert bookings["phone"].str.contains(r"^\+\d{1,3} \d{3} \d{3} \d{3}$").all()


def test_cards_pass_the_luhn_test():
    numbers = np.arange(50)
    identities = Identities(1, numbers, np.zeros(50, dtype=np.int64))
    for row in range(50):
        digits = [int(digit) for digit in reversed(identities.card(row))]
        doubled = [digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4) for place, digit in enumerate(digits)]
        assert len(digits) == 16
        assert sum(doubled) % 10 == 0


def test_every_country_has_people():
    count = len(country_codes())
    identities = Identities(1, np.arange(count), np.arange(count))
    for row in range(count):
        assert all(identities.name(row))
        assert identities.email(row).count("@") == 1


@pytest.mark.parametrize("make", [guest_ids, review_ids, lambda n: reservation_ids(n, np.zeros_like(n))])
def test_numbers_are_one_to_one(make):
    numbers = np.concatenate([np.arange(20_000), np.arange(10**9, 10**9 + 20_000)])
    assert len(np.unique(make(numbers))) == len(numbers)
