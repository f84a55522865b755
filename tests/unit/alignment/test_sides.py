from datetime import date, timedelta

import numpy as np
import polars as pl

from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import Stays, completed_stays, distinct, keyed, levels_of, review_side
from tests.unit.alignment.world import make_world

ROOM = AlignmentSettings(window_days=10)
DAY = date(2024, 5, 10)


def stay(**change: object) -> pl.DataFrame:
    row = make_world(np.random.default_rng(0), days=1, stays_per_day=1).bookings.with_columns(
        pl.lit("Check-Out").alias("reservation_status"), pl.lit(DAY).alias("delivery_day"),
        pl.lit(2, pl.Int32).alias("nights_from"), pl.lit(4, pl.Int32).alias("nights_to"),
        pl.lit(DAY - timedelta(days=4)).alias("arrival_from"), pl.lit(DAY - timedelta(days=2)).alias("arrival_to"),
    )  # fmt: skip
    return row.with_columns(**{name: pl.lit(value) for name, value in change.items()})


def test_an_arrival_label_made_from_the_day_gives_the_exact_end() -> None:
    completed = completed_stays(stay(), ROOM).row(0, named=True)
    assert (completed["end_from"], completed["stay_end"]) == (DAY, DAY)
    assert completed["decision_day"] == DAY + timedelta(days=10)


def test_labels_that_add_up_to_the_last_day_of_a_batch_by_chance_leave_the_end_open() -> None:
    completed = completed_stays(stay(class_id="2024-05-10-other-1"), ROOM).row(0, named=True)
    assert (completed["end_from"], completed["stay_end"]) == (DAY - timedelta(days=2), DAY)
    assert completed["decision_day"] == DAY + timedelta(days=10)


def test_labels_bound_the_end_of_a_late_row_and_its_release_delays_the_decision() -> None:
    released = DAY + timedelta(days=40)
    completed = completed_stays(stay(delivery_day=released, class_id="batch-other-1"), ROOM).row(0, named=True)
    assert (completed["end_from"], completed["stay_end"]) == (DAY - timedelta(days=2), DAY + timedelta(days=2))
    assert completed["decision_day"] == released


def test_the_end_never_lies_after_the_release() -> None:
    completed = completed_stays(stay(arrival_to=DAY, class_id="batch-other-1"), ROOM).row(0, named=True)
    assert completed["end_from"] <= completed["stay_end"] == DAY


def test_only_completed_stays_are_kept() -> None:
    assert completed_stays(stay(reservation_status="No-Show"), ROOM).is_empty()


def test_levels_share_one_label() -> None:
    levels = levels_of(pl.Series(["a|b", "c"]))
    assert levels.rows() == [(0, "a", 0.5), (0, "b", 0.5), (1, "c", 1.0)]


def test_distinct_values_are_sorted_and_null_has_no_place() -> None:
    values, places = distinct(pl.Series(["b", None, "a", "b"]))
    assert values == ["a", "b"]
    assert places.tolist() == [1, -1, 0, 1]


def test_a_label_of_two_hidden_city_hotels_is_one_context() -> None:
    world = make_world(np.random.default_rng(0), days=3, named=False)
    both = world.bookings.with_columns(hotel_levels=pl.lit("H0|H1"))
    stays, reviews = Stays(completed_stays(both, ROOM)), review_side(world.reviews)
    by_stay, _ = keyed(stays, reviews, world.hotels)
    assert by_stay.stay.tolist() == list(range(stays.frame.height))
    assert set(by_stay.share.tolist()) == {1_000_000}
    assert not by_stay.is_exact.any()


def test_an_unknown_hotel_has_no_key() -> None:
    world = make_world(np.random.default_rng(0), days=3)
    stays, reviews = Stays(completed_stays(world.bookings, ROOM)), review_side(world.reviews)
    by_stay, review_key = keyed(stays, reviews, world.hotels.filter(pl.col("hotel") == "H9"))
    assert len(by_stay.stay) == 0
    assert len(review_key) == reviews.frame.height
