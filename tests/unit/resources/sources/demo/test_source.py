import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.sources.base import (
    BOOKING_COLUMNS,
    LINEAGE_COLUMNS,
    OPTIONAL_BOOKING_COLUMNS,
    OPTIONAL_REVIEW_COLUMNS,
    REVIEW_COLUMNS,
    Stream,
)
from resources.sources.demo import DemoSettings, DemoSource
from tests.unit.resources.sources.demo.conftest import SMALL

TINY = DemoSettings(guests=300, days=200)


def test_columns_are_those_of_the_exchange_format(bookings, reviews):
    assert tuple(bookings.columns) == (*BOOKING_COLUMNS, *OPTIONAL_BOOKING_COLUMNS, *LINEAGE_COLUMNS)
    assert tuple(reviews.columns) == (*REVIEW_COLUMNS, *OPTIONAL_REVIEW_COLUMNS, *LINEAGE_COLUMNS)
    assert set(bookings.select(BOOKING_COLUMNS).dtypes) == {pl.String}
    assert bookings["_delivery_day"].dtype == pl.Date
    assert bookings["_source_row"].dtype == pl.Int64


def test_every_row_lies_on_its_status_or_posting_day(bookings, reviews):
    assert bookings.filter(pl.col("reservation_status_date") != pl.col("_delivery_day").cast(pl.String)).is_empty()
    posted = pl.col("Review_Date").str.to_date("%m/%d/%Y")
    assert reviews.filter(posted != pl.col("_delivery_day")).is_empty()


def test_row_keys_are_unique(bookings, reviews):
    assert bookings["reservation_id"].is_unique().all()
    assert reviews["review_key"].is_unique().all()
    per_file = bookings.group_by("_source_file").agg(pl.col("_source_row").max(), pl.len())
    assert (per_file["_source_row"] == per_file["len"]).all()


@pytest.mark.parametrize("stream", list(Stream))
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_a_day_does_not_depend_on_what_else_is_asked(stream, data):
    offsets = data.draw(st.lists(st.integers(0, 260), min_size=1, max_size=4, unique=True))
    days = [TINY.start + timedelta(days=offset) for offset in offsets]
    together = DemoSource(TINY).rows(stream, days)
    alone = [DemoSource(TINY).rows(stream, [day]) for day in sorted(days)]
    assert together.equals(pl.concat(alone))


@pytest.mark.parametrize("stream", list(Stream))
@pytest.mark.parametrize("days", [1, 600, 1_500])
def test_a_day_does_not_depend_on_the_horizon(stream, days):
    wanted = [TINY.start + timedelta(days=offset) for offset in (0, 1, 57, 130, 199)]
    near, far = DemoSource(TINY), DemoSource(replace(TINY, days=days))
    assert near.rows(stream, wanted).equals(far.rows(stream, wanted))
    assert near.fingerprint(stream, wanted) == far.fingerprint(stream, wanted)


def test_another_process_makes_the_same_bytes():
    code = (
        "from datetime import date\n"
        "from resources.sources.base import Stream\n"
        "from resources.sources.demo import DemoSettings, DemoSource\n"
        "source = DemoSource(DemoSettings(guests=300, days=200))\n"
        "days = [date(2024, 3, 1), date(2024, 6, 30)]\n"
        "print([sorted(source.fingerprint(stream, days).items()) for stream in Stream])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    days = [date(2024, 3, 1), date(2024, 6, 30)]
    assert printed.strip() == str([sorted(DemoSource(TINY).fingerprint(stream, days).items()) for stream in Stream])


def test_fingerprints_tell_days_apart(source):
    days = [source.first_day, source.first_day + timedelta(days=1)]
    marks = source.fingerprint(Stream.BOOKINGS, days)
    assert list(marks) == days
    assert len(set(marks.values())) == 2


def test_seeds_make_different_worlds(source):
    day = [source.first_day + timedelta(days=20)]
    other = DemoSource(replace(SMALL, seed=7))
    assert source.fingerprint(Stream.BOOKINGS, day) != other.fingerprint(Stream.BOOKINGS, day)


def test_a_day_before_the_start_is_not_delivered_and_empty(source):
    before = source.first_day - timedelta(days=1)
    assert not source.is_delivered(Stream.BOOKINGS, before)
    for stream in Stream:
        assert source.rows(stream, [before]).is_empty()
        assert source.rows(stream, [before]).schema == source.rows(stream, [source.first_day]).schema
        assert source.rows(stream, []).is_empty()


def test_a_day_far_in_the_future_has_rows():
    source = DemoSource(TINY)
    days = [source.last_day + timedelta(days=offset) for offset in range(2_000, 2_010)]
    assert source.is_delivered(Stream.REVIEWS, days[0])
    assert source.rows(Stream.BOOKINGS, days).height > 0
    assert source.rows(Stream.REVIEWS, days).schema == source.rows(Stream.REVIEWS, [source.first_day]).schema


def test_the_world_has_an_end():
    assert not DemoSource(TINY).is_delivered(Stream.BOOKINGS, TINY.start + timedelta(days=20_000))


def test_days_asked_twice_are_given_once(source):
    day = source.first_day + timedelta(days=3)
    assert source.rows(Stream.BOOKINGS, [day, day]).equals(source.rows(Stream.BOOKINGS, [day]))


@pytest.mark.parametrize("count", [1, 5, 8])
def test_hotels_are_those_that_rows_name(count):
    source = DemoSource(replace(TINY, hotels=count))
    hotels = source.hotels()
    assert hotels.columns == ["hotel", "hotel_name", "city", "country", "descriptor", "is_city"]
    assert hotels.height == count
    days = [source.first_day + timedelta(days=offset) for offset in range(60)]
    assert set(source.rows(Stream.BOOKINGS, days)["hotel"]) == set(hotels["hotel"])
    assert set(source.rows(Stream.REVIEWS, days)["Hotel_Name"]) <= set(hotels["hotel_name"])


def test_one_guest_a_year_still_makes_a_world():
    source = DemoSource(DemoSettings(guests=1, days=30))
    days = [source.first_day + timedelta(days=offset) for offset in range(30)]
    assert source.rows(Stream.BOOKINGS, days).height < 30
    assert source.rows(Stream.REVIEWS, days).height < 30
    assert source.truth().reviews.height == source.rows(Stream.REVIEWS, days).height


PLANTED = ("contradictory_share", "near_duplicate_share", "burst_share", "planted_identifier_share", "review_share")


@pytest.mark.parametrize("name", PLANTED)
def test_review_settings_leave_bookings_alone(name):
    days = [TINY.start + timedelta(days=offset) for offset in range(0, 200, 20)]
    changed = DemoSource(replace(TINY, **{name: 0.1}))
    assert DemoSource(TINY).rows(Stream.BOOKINGS, days).equals(changed.rows(Stream.BOOKINGS, days))


@pytest.mark.parametrize("name", ["planted_identifier_share", "titled_share"])
def test_a_change_of_text_leaves_other_columns_alone(name):
    days = [TINY.start + timedelta(days=offset) for offset in range(0, 200, 20)]
    texts = ["Positive_Review", "Negative_Review", "Review_Title"]
    counts = ["Review_Total_Positive_Word_Counts", "Review_Total_Negative_Word_Counts"]
    left = DemoSource(TINY).rows(Stream.REVIEWS, days).drop(texts + counts)
    right = DemoSource(replace(TINY, **{name: 0.9})).rows(Stream.REVIEWS, days).drop(texts + counts)
    assert left.equals(right)


def test_the_number_of_guests_with_a_key_is_set_and_moves_nothing_else(source, bookings):
    half = DemoSource(replace(SMALL, guest_key_share=0.5))
    days = [source.first_day + timedelta(days=offset) for offset in range(100)]
    rows = half.rows(Stream.BOOKINGS, days)
    assert 0.4 < rows["guest_key"].is_not_null().mean() < 0.6
    assert rows.drop("guest_key").equals(source.rows(Stream.BOOKINGS, days).drop("guest_key"))
    assert bookings["guest_key"].null_count() == 0
    none = DemoSource(replace(SMALL, guest_key_share=0.0)).rows(Stream.BOOKINGS, days[:3])
    assert none["guest_key"].null_count() == none.height
