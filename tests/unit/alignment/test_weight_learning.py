from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.alignment.candidates import build_candidates
from assets.alignment.chance_agreement import with_chances
from assets.alignment.contract import MATCH_CANDIDATES
from assets.alignment.field_factors import kind_value
from assets.alignment.match_probability import FIELDS, MatchWeights, assumed_weights
from assets.alignment.settings import AlignmentSettings
from assets.alignment.weight_evidence import evidence_of
from assets.alignment.weight_learning import fit, learn_weights, pooled_up
from tests.unit.alignment.world import World, make_world

ROOM = AlignmentSettings()
NO_REACH = {"country": 0.0, "nights": 0.0}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(np.random.default_rng(8), days=50, stays_per_day=16)


@pytest.fixture(scope="module")
def candidates(world: World) -> pl.DataFrame:
    return build_candidates(world.bookings, world.reviews, world.hotels, world.days, ROOM).frame


def test_nothing_to_learn_from_gives_no_record(world: World) -> None:
    assert learn_weights(MATCH_CANDIDATES.empty(), world.bookings, ROOM) is None


def test_row_order_does_not_matter(world: World, candidates: pl.DataFrame) -> None:
    mixed = candidates.sample(fraction=1.0, shuffle=True, seed=1)
    first = learn_weights(candidates, world.bookings, ROOM)
    second = learn_weights(mixed, world.bookings.reverse(), ROOM)
    assert first is not None
    assert second is not None
    assert first.to_payload() == second.to_payload()
    assert MatchWeights.from_payload(first.to_payload()) == first


def test_rows_of_other_times_and_hotels_do_not_matter(world: World, candidates: pl.DataFrame) -> None:
    stranger = world.bookings.head(40).with_columns(
        booking_id=pl.lit("x") + pl.col("booking_id"), hotel_levels=pl.lit("H9"), country_levels=pl.lit("CHE")
    )
    earlier = world.bookings.head(40).with_columns(
        booking_id=pl.lit("y") + pl.col("booking_id"), delivery_day=pl.col("delivery_day") - timedelta(days=500)
    )
    first = learn_weights(candidates, world.bookings, ROOM)
    second = learn_weights(candidates, pl.concat([world.bookings, stranger, earlier]), ROOM)
    assert first is not None
    assert second is not None
    assert first.to_payload() == second.to_payload()


def test_a_strong_prior_holds_m(world: World, candidates: pl.DataFrame) -> None:
    start = with_chances(assumed_weights(ROOM), candidates, world.bookings, ROOM)
    evidence = evidence_of(candidates.sort("review_id", "booking_id"), start, NO_REACH)
    held = fit(evidence, start, "exact", strength=1e9, moving=frozenset({"country", "party"}))
    for name in ("country", "party"):
        assert held.kept[name] == pytest.approx(start.fields[name].kept, abs=1e-4)


def test_fields_that_do_not_move_keep_their_prior(world: World, candidates: pl.DataFrame) -> None:
    start = with_chances(assumed_weights(ROOM), candidates, world.bookings, ROOM)
    evidence = evidence_of(candidates.sort("review_id", "booking_id"), start, NO_REACH)
    fitted = fit(evidence, start, "exact", strength=1.0, moving=frozenset({"party"}))
    assert fitted.kept["country"] == start.fields["country"].kept
    assert fitted.kept["party"] != start.fields["party"].kept
    assert np.all((fitted.match >= 0) & (fitted.match <= 1))


def test_a_review_is_shared_out_at_most_once(world: World, candidates: pl.DataFrame) -> None:
    start = with_chances(assumed_weights(ROOM), candidates, world.bookings, ROOM)
    evidence = evidence_of(candidates.sort("review_id", "booking_id"), start, NO_REACH)
    fitted = fit(evidence, start, "exact", strength=20.0, moving=frozenset())
    assert np.bincount(evidence.review, weights=fitted.match).max() <= 1.0 + 1e-9


def test_all_unknown_is_not_identified(world: World, candidates: pl.DataFrame) -> None:
    silent = candidates.with_columns(
        pl.lit(None, pl.String).alias("review_country"), pl.lit(None, pl.Int32).alias("review_nights"),
        *[pl.lit(None, pl.Float64).alias(f"{name}_agreement") for name in FIELDS],
    )  # fmt: skip
    weights = learn_weights(silent, world.bookings, ROOM)
    assert weights is not None
    assert not weights.is_identified


def test_one_pair_is_not_enough(world: World, candidates: pl.DataFrame) -> None:
    weights = learn_weights(candidates.head(1), world.bookings, ROOM)
    assert weights is not None
    assert not weights.is_identified


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 3)), min_size=1, max_size=8))
def test_pooled_values_rise_and_keep_their_mean(items: list[tuple[float, float]]) -> None:
    values, weights = np.array([item[0] for item in items]), np.array([item[1] for item in items])
    pooled = pooled_up(values, weights)
    assert np.all(np.diff(pooled) >= -1e-9)
    assert (pooled * weights).sum() == pytest.approx((values * weights).sum(), abs=1e-6)


def test_chances_are_counted_over_completed_stays(world: World, candidates: pl.DataFrame) -> None:
    one_country = world.bookings.with_columns(country_levels=pl.lit("PRT"))
    chances = with_chances(assumed_weights(ROOM), candidates, one_country, ROOM).fields["country"].chance_by_value
    assert chances["PRT"] > 0.99
    assert chances["GBR"] < 0.01


def test_chances_of_a_kind_of_hotel_are_counted_over_its_stays(world: World, candidates: pl.DataFrame) -> None:
    # Guests of the hotels that take part as resorts are all from Portugal, the others' from Britain.
    half = world.bookings["hotel_levels"].unique().sort().to_list()[:1]
    is_resort = pl.col("hotel_levels").is_in(half)
    bookings = world.bookings.with_columns(
        country_levels=pl.when(is_resort).then(pl.lit("PRT")).otherwise(pl.lit("GBR"))
    )
    label = world.bookings.select("booking_id", "hotel_levels")
    mixed = candidates.join(label, on="booking_id").with_columns(
        stay_room=pl.when(is_resort).then(pl.lit("resort A")).otherwise(pl.lit("city A"))
    )
    chances = with_chances(assumed_weights(ROOM), mixed, bookings, ROOM).fields["country"].chance_by_value
    assert chances[kind_value("resort", "PRT")] > 0.99
    assert chances[kind_value("city", "PRT")] < 0.01
    assert 0.01 < chances["PRT"] < 0.99


def test_a_learner_that_is_told_the_links_counts_them(world: World, candidates: pl.DataFrame) -> None:
    told = learn_weights(candidates, world.bookings, ROOM, world.truth)
    assert told is not None
    assert told.is_identified
    links = world.truth.select("booking_id", "review_id").drop_nulls().unique()
    true = candidates.join(links, on=["booking_id", "review_id"], how="semi")
    same_day = (true["gap_days_from"] + true["gap_days_to"] == 0).mean()
    # 20 pseudo-matches of the prior stand beside the counts.
    assert told.levels["time"].agree[0] == pytest.approx(same_day, abs=0.08)


def test_links_that_are_told_of_nobody_leave_the_prior(world: World, candidates: pl.DataFrame) -> None:
    none = learn_weights(candidates, world.bookings, ROOM, world.truth.head(0))
    assert none is not None
    assert not any(item.is_learned for item in none.fields.values())
