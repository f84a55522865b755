from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from resources.errors import ContractError
from resources.sources.base import Stream
from resources.sources.demo import DemoSettings
from resources.sources.demo.catalogue import SERVICES
from resources.sources.demo.stays import CHECK_OUT
from resources.sources.demo.world import world_until
from tests.unit.resources.sources.demo.conftest import SMALL


def test_truth_covers_every_review_and_nothing_else(truth, reviews):
    assert truth.reviews["review_key"].to_list() == reviews["review_key"].to_list()


def test_honest_reviews_name_a_completed_booking_of_their_hotel(truth, bookings, reviews):
    real = truth.reviews.filter(pl.col("planted_kind").is_in(["none", "contradiction"]))
    assert real["reservation_id"].null_count() == 0
    late = real.filter(pl.col("posted_day") > SMALL.start + timedelta(days=20))  # earlier stays may precede the world
    joined = late.join(bookings, on="reservation_id", how="left").join(reviews, on="review_key")
    assert (joined["reservation_status"] == "Check-Out").all()
    assert (joined["hotel"] == joined["Hotel_Name"]).all()
    gap = (joined["posted_day"] - joined["_delivery_day"]).dt.total_days()
    assert gap.min() == 0
    assert gap.max() <= 20


def test_planted_fakes_have_no_booking_and_no_guest(truth):
    fakes = truth.reviews.filter(pl.col("planted_kind").is_in(["duplicate", "burst"]))
    assert fakes.height > 0
    assert fakes["reservation_id"].null_count() == fakes.height
    assert fakes["guest"].null_count() == fakes.height


def test_stays_are_the_completed_bookings(truth, bookings):
    completed = bookings.filter(pl.col("reservation_status") == "Check-Out")
    rooms = truth.rooms.filter(pl.col("row_reservation_id").is_in(completed["reservation_id"].implode()))
    assert rooms.height == completed.height
    assert set(rooms["reservation_id"]) == set(truth.stays["reservation_id"])
    assert truth.rooms.height == bookings.height


def test_revenue_is_rate_times_nights_of_all_rooms(truth, bookings):
    nights = pl.col("stays_in_weekend_nights").cast(pl.Int64) + pl.col("stays_in_week_nights").cast(pl.Int64)
    realised = bookings.filter(pl.col("reservation_status") == "Check-Out").select(
        (pl.col("adr").cast(pl.Float64) * nights).alias("revenue")
    )["revenue"]
    assert truth.stays["revenue"].sum() == pytest.approx(realised.sum(), rel=1e-3)


def test_services_make_the_satisfaction(truth):
    stays = truth.stays
    assert stays.select(SERVICES).null_count().sum_horizontal().item() == 0
    assert abs(stays["satisfaction"].mean()) < 0.4
    assert 0.7 < stays["satisfaction"].std() < 1.3
    joined = stays.join(truth.guests, on="guest")
    weighted = sum(joined[name].to_numpy() * joined[f"taste_{name}"].to_numpy() for name in SERVICES)
    assert np.allclose(weighted, joined["satisfaction"].to_numpy(), atol=1e-4)


def test_guests_are_those_of_the_bookings(truth, bookings):
    assert set(truth.guests["guest"]) == set(bookings["guest_key"])
    assert truth.guests["guest"].is_unique().all()


def test_future_value_is_what_the_rows_later_bring(source, truth, bookings):
    day, days = source.first_day + timedelta(days=200), 150
    values = truth.future_values(day, days)
    later = pl.col("check_out_day").is_between(day + timedelta(days=1), day + timedelta(days=days))
    from_rows = truth.stays.filter(later).group_by("guest").agg(pl.col("revenue").sum())
    assert dict(values.iter_rows()) == {guest: round(value) for guest, value in from_rows.iter_rows() if round(value)}
    guest, value = values.row(0)
    assert truth.future_value(guest, day, days) == value
    assert truth.future_value("nobody", day, days) == 0


def test_a_window_of_no_days_is_refused(truth):
    with pytest.raises(ContractError, match="days must be 1 or more, got 0"):
        truth.future_values(SMALL.start, 0)


def _returns_by_satisfaction(settings: DemoSettings) -> tuple[float, float]:
    """Share of leisure guests who came back after a good and after a bad stay."""
    world = world_until(settings, 200)
    stays = world.stays
    is_last = np.append(stays.number[:-1] // 64 != stays.number[1:] // 64, True)
    watched = (stays.status == CHECK_OUT) & (stays.status_day < 0) & ~world.guests.is_business
    good, bad = (watched & (sign * stays.satisfaction > 0.7) for sign in (1, -1))
    return float((~is_last[good]).mean()), float((~is_last[bad]).mean())


def test_satisfied_guests_return_more_often():
    good, bad = _returns_by_satisfaction(DemoSettings(guests=20_000))
    assert good > 2 * bad


def test_in_the_decisive_world_they_return_more_often_still():
    usual, decisive = (_returns_by_satisfaction(DemoSettings(guests=20_000, influence=name))
                       for name in ("usual", "decisive"))  # fmt: skip
    assert decisive[0] / decisive[1] > 1.5 * usual[0] / usual[1]


def test_without_influence_satisfaction_does_not_matter():
    for nothing in ({"satisfaction_influence": 0.0}, {"influence": "none"}):
        good, bad = _returns_by_satisfaction(DemoSettings(guests=20_000, **nothing))
        assert abs(good - bad) < 0.03


def test_no_truth_is_in_the_rows(bookings, reviews):
    hidden = {"satisfaction", "planted_kind", "mood", "circle", *SERVICES}
    assert not hidden & set(bookings.columns)
    assert not hidden & set(reviews.columns)


def test_the_truth_of_an_earlier_day_is_a_part_of_that_of_a_later_one(source, truth):
    early = source.truth(source.first_day + timedelta(days=90))
    assert early.reviews.equals(truth.reviews.head(early.reviews.height))
    assert source.rows(Stream.REVIEWS, [early.until]).height == (early.reviews["posted_day"] == early.until).sum()
