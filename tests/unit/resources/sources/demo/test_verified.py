"""Reviews that name their stay: in the set share, rightly, and without moving anything else in the world."""

from dataclasses import replace

import polars as pl
import pytest

from resources.sources.base import Stream
from resources.sources.demo import DemoSettings, DemoSource
from tests.unit.resources.sources.demo.conftest import SMALL, all_days

NAMES = ["reservation_id", "guest_key"]
HOUSE = DemoSettings(guests=900, days=120, late_share=0.05, corrected_share=0.05, opt_out_share=0.05)


def rows_of(settings: DemoSettings, stream: Stream) -> pl.DataFrame:
    source = DemoSource(settings)
    return source.rows(stream, all_days(source))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_share_changes_no_other_byte(share: float) -> None:
    usual, other = HOUSE, replace(HOUSE, verified_share=share)
    assert rows_of(usual, Stream.BOOKINGS).equals(rows_of(other, Stream.BOOKINGS))
    mine, theirs = rows_of(usual, Stream.REVIEWS), rows_of(other, Stream.REVIEWS)
    assert mine.drop(NAMES).equals(theirs.drop(NAMES))
    assert DemoSource(usual).own_notices().equals(DemoSource(other).own_notices())
    named = theirs.filter(pl.any_horizontal(pl.col(NAMES).is_not_null())).height
    assert (named == 0) is (share == 0)
    assert mine.equals(theirs) is (share == 0.5)


def test_a_review_names_the_stay_that_it_is_about_and_an_invented_one_names_none(reviews, truth) -> None:
    told = reviews.join(truth.reviews.select("review_key", "guest", true="reservation_id"), on="review_key")
    numbered = told.filter(pl.col("reservation_id").is_not_null())
    assert (numbered["reservation_id"] == numbered["true"]).all()
    keyed = told.filter(pl.col("guest_key").is_not_null())
    assert (keyed["guest_key"] == keyed["guest"]).all()
    assert told.filter(pl.col("true").is_null()).select(NAMES).null_count().row(0) == (
        told["true"].null_count(), told["true"].null_count(),
    )  # fmt: skip


def test_half_name_their_stay_and_a_quarter_of_these_by_the_key_alone(reviews, truth) -> None:
    told = reviews.join(truth.reviews.filter(pl.col("guest").is_not_null()), on="review_key", suffix="_true")
    named = told.filter(pl.any_horizontal(pl.col(NAMES).is_not_null()))
    assert named.height / told.height == pytest.approx(SMALL.verified_share, abs=0.05)
    assert named["reservation_id"].null_count() / named.height == pytest.approx(0.25, abs=0.05)


def test_who_has_no_key_is_named_by_the_number() -> None:
    told = rows_of(replace(HOUSE, guest_key_share=0.0, verified_share=1.0), Stream.REVIEWS)
    assert told["guest_key"].null_count() == told.height
    assert told["reservation_id"].is_not_null().mean() > 0.85


def test_the_key_is_the_one_that_bookings_carry() -> None:
    house = replace(HOUSE, guest_key_share=0.5, verified_share=1.0)
    bookings, told = rows_of(house, Stream.BOOKINGS), rows_of(house, Stream.REVIEWS)
    told = told.filter(pl.col("reservation_id").is_not_null())
    both = told.join(
        bookings.select("reservation_id", booked="guest_key").unique("reservation_id"), on="reservation_id"
    )
    assert both.height > 50
    assert both["guest_key"].equals(both["booked"], null_equal=True)
    assert 0 < both["guest_key"].null_count() < both.height
