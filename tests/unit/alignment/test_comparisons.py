from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.alignment.comparisons import (
    PARTIES,
    PURPOSES,
    country_share,
    field_comparisons,
    member_shares,
    names_agree,
    nearness,
    nights_share,
    overlap_count,
    party_share,
    persons_share,
    purpose_share,
    room_count_share,
    room_words,
)
from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import Stays, completed_stays, review_side
from tests.unit.alignment.world import make_world

DAY = pl.Series([date(2024, 1, 1)] * 3)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_the_number_of_rooms_agrees_or_not_where_it_is_known() -> None:
    np.testing.assert_array_equal(room_count_share(ints(1, 3, -1), ints(1, 3)), [[1, 0], [0, 1], [np.nan, np.nan]])


def test_a_set_agrees_by_the_share_that_agrees() -> None:
    shares = country_share(pl.Series(["FRA|GBR|PRT", "GBR", "DEU"]), ["DEU", "GBR"], pl.Series([3, 5, 1]), DAY)
    np.testing.assert_allclose(shares, [[0, 1 / 3], [0, 1], [1, 0]])


def test_countries_of_many_labels_have_more_of_the_class() -> None:
    labels = pl.Series(["FRA|GBR", "GBR", "GBR"])
    shares = country_share(labels, ["FRA", "GBR"], pl.Series([6, 1, 1]), DAY)
    # One of six is certain for each; the other four split as the day's labels do, one to three.
    np.testing.assert_allclose(shares[0], [2 / 6, 4 / 6])
    alone = country_share(labels, ["FRA"], pl.Series([6, 1, 1]), pl.Series([date(2024, 1, day) for day in (1, 2, 3)]))
    assert alone[0, 0] == 0.5  # other days say nothing


@given(st.integers(0, 9), st.integers(0, 4), st.integers(1, 12))
def test_shares_of_a_class_add_up_and_both_ends_occur(low: int, width: int, size: int) -> None:
    shares = member_shares(ints(low), ints(low + width), ints(size), np.full(15, 1 / 15))[0]
    assert shares.sum() == pytest.approx(1.0)
    assert min(shares[low], shares[low + width]) >= 1 / max(size, 2) - 1e-9
    assert shares[:low].sum() == shares[low + width + 1 :].sum() == 0.0


def test_a_missing_country_in_the_label_leaves_others_open() -> None:
    shares = country_share(pl.Series(["?", "?|GBR"]), ["DEU", "GBR"], pl.Series([1, 2]), DAY.head(2))
    assert np.isnan(shares[0]).all()
    assert np.isnan(shares[1, 0])
    assert shares[1, 1] == 0.5


def test_nights_agree_by_how_common_they_are_inside_the_label() -> None:
    share = nights_share(ints(2, 3, 1), ints(4, 3, 7), ints(5, 5, 5), np.array([1, 3, 5, 7]))
    assert share[0, 0] == share[0, 2] == 0.0
    assert share[1].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert share[2, 0] > share[2, 1] > share[2, 2] > 0.0  # an end has a member at least; five nights are rare
    assert share[2, 3] > share[2, 2]


def test_a_number_inside_a_label_of_two_is_never_ruled_out() -> None:
    assert nights_share(ints(1), ints(3), ints(2), np.array([2]))[0, 0] > 0.0
    assert nights_share(ints(), ints(), ints(), np.array([2])).shape == (0, 1)


@given(st.integers(0, 30), st.integers(0, 10), st.integers(1, 9))
def test_shares_over_all_nights_of_a_label_add_up_to_one(low: int, width: int, size: int) -> None:
    share = nights_share(ints(low), ints(low + width), ints(size), np.arange(0, 50))
    assert share.sum() == pytest.approx(1.0, abs=0.011)  # numbers that nobody is left for keep a thousandth


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_overlap_is_what_counting_gives(low: int, high: int, first: int, last: int) -> None:
    expected = len(set(range(low, high + 1)) & set(range(first, last + 1)))
    assert overlap_count(ints(low), ints(high), first, last)[0] == expected


def test_parties_fit_the_guests_of_the_label() -> None:
    adults, children = (ints(1, 2, 2, 4, 1), ints(1, 2, 2, 4, 2)), (ints(0, 0, 1, 0, 0), ints(0, 0, 1, 0, 0))
    shares = party_share(adults, children, ints(5, 5, 5, 5, 2))
    of = {party: shares[:, place].round(6).tolist() for place, party in enumerate(PARTIES)}
    assert of["solo"] == [1, 0, 0, 0, 0.5]
    assert of["couple"] == [0, 1, 0, 0, 0.5]
    assert of["family_young"] == [0, 0, 1, 0, 0]
    assert of["group"] == [0, 0, 1, 1, 0]
    assert of["with_friends"] == [0, 1, 0, 1, 0.5]


def test_purpose_follows_segment_and_customer_type() -> None:
    segments = pl.Series(["Corporate", "Online TA", "Corporate|Online TA", "Undefined", "Corporate"])
    types = pl.Series(["Transient", "Transient", "Transient", "Transient", "Group"])
    shares = purpose_share(segments, types)
    assert PURPOSES == ("leisure", "business")
    np.testing.assert_allclose(shares[[0, 1, 2, 4]], [[0, 1], [1, 0], [0.5, 0.5], [0, 0.5]])
    assert np.isnan(shares[3]).all()


def test_rooms_speak_of_persons_or_of_their_name() -> None:
    assert persons_share(ints(1, 1), ints(1, 4), room_words("Standard Single Room")).tolist() == [1.0, 0.25]
    assert np.isnan(persons_share(ints(1), ints(2), room_words("Studio"))).all()
    assert np.isnan(names_agree(room_words("A"), room_words("Deluxe Room")))
    assert names_agree(room_words("Deluxe Suite"), room_words("Deluxe Double Room")) == 0.5


def test_nearness_is_positive_exactly_inside_the_window() -> None:
    gaps = ints(-1, 0, 7, 14, 15)
    near = nearness(gaps, gaps, 0, 14)
    assert near[1] == 1.0
    assert (near > 0).tolist() == [False, True, True, True, False]
    assert nearness(ints(-3), ints(2), 0, 14)[0] > 0


def test_agreements_of_a_world_lie_between_zero_and_one() -> None:
    world = make_world(np.random.default_rng(0), days=8)
    stays, reviews = Stays(completed_stays(world.bookings, AlignmentSettings())), review_side(world.reviews)
    stay = np.repeat(np.arange(stays.frame.height), 3)
    review = np.resize(np.arange(reviews.frame.height), len(stay))
    for compare in field_comparisons(stays, reviews).values():
        agreement = compare(stay, review)
        assert np.all(np.isnan(agreement) | ((agreement >= 0) & (agreement <= 1)))


def test_unknown_on_the_review_side_is_unknown_agreement() -> None:
    world = make_world(np.random.default_rng(0), days=8)
    silent = world.reviews.with_columns(
        pl.lit(None, pl.String).alias("reviewer_country"), pl.lit(None, pl.Int32).alias("nights"),
        pl.lit(None, pl.String).alias("party"), pl.lit("spaceship").alias("trip_type"),
    )  # fmt: skip
    stays, reviews = Stays(completed_stays(world.bookings, AlignmentSettings())), review_side(silent)
    rows = np.arange(min(stays.frame.height, reviews.frame.height))
    for compare in field_comparisons(stays, reviews).values():
        assert np.isnan(compare(rows, rows)).all()
