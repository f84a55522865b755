import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.alignment.candidates import build_candidates
from assets.alignment.field_factors import FieldWeight, bayes_factor, chance_of, kind_value, level_of
from assets.alignment.match_probability import (
    FIELDS,
    MatchWeights,
    assumed_weights,
    field_weights,
    match_weight,
    pair_odds,
    prior_odds,
)
from assets.alignment.settings import AlignmentSettings
from resources.errors import ContractError
from tests.unit.alignment.world import make_world

ROOM = AlignmentSettings()


@pytest.fixture(scope="module")
def candidates() -> pl.DataFrame:
    world = make_world(np.random.default_rng(7), days=12)
    return build_candidates(world.bookings, world.reviews, world.hotels, world.days, ROOM).frame


def test_full_agreement_and_disagreement_are_fellegi_and_sunter() -> None:
    weight = FieldWeight(agree=0.9, chance=0.1)
    factor = bayes_factor(np.array([1.0, 0.0, np.nan]), weight.kept, np.array([0.1, 0.1, 0.1]))
    np.testing.assert_allclose(factor, [0.9 / 0.1, 0.1 / 0.9, 1.0])


@given(st.floats(0, 1), st.floats(0.0, 0.99), st.floats(0.01, 0.98))
def test_more_agreement_never_counts_less(share: float, kept: float, chance: float) -> None:
    less, more = bayes_factor(np.array([share * 0.9, share]), kept, np.array([chance, chance]))
    assert more >= less - 1e-12


@given(st.floats(0.0, 0.99), st.floats(0.01, 0.98))
def test_strangers_bring_no_evidence_on_average(kept: float, chance: float) -> None:
    both = bayes_factor(np.array([1.0, 0.0]), kept, np.array([chance, chance]))
    assert both @ np.array([chance, 1.0 - chance]) == pytest.approx(1.0)


def test_a_field_in_which_strangers_agree_as_often_tells_nothing() -> None:
    assert FieldWeight(agree=0.6, chance=0.9).kept == 0.0


def test_agreement_never_weighs_negatively(candidates: pl.DataFrame) -> None:
    common = MatchWeights(
        fields={name: FieldWeight(0.6, 0.9) for name in FIELDS},
        levels=assumed_weights(ROOM).levels,
        coverage={"exact": 0.5, "context": 0.5},
        review_rate=0.1,
    )
    bits = field_weights(candidates, common)
    for name in FIELDS:
        agrees = (candidates[f"{name}_agreement"].fill_null(0.0) > 0).to_numpy()
        assert (bits[name][agrees] >= 0).all()


def test_unknown_counts_nothing(candidates: pl.DataFrame) -> None:
    silent = candidates.with_columns(pl.lit(None, pl.Float64).alias(f"{name}_agreement") for name in FIELDS)
    bits = field_weights(silent, assumed_weights(ROOM))
    for name in FIELDS:
        assert not bits[name].any()


def test_weights_add_up(candidates: pl.DataFrame) -> None:
    weights = assumed_weights(ROOM)
    total = sum(field_weights(candidates, weights).values())
    np.testing.assert_allclose(match_weight(candidates, weights), total, atol=1e-5)
    np.testing.assert_allclose(
        pair_odds(candidates, weights), prior_odds(candidates, weights) * 2 ** match_weight(candidates, weights)
    )


def test_rare_values_count_more(candidates: pl.DataFrame) -> None:
    weight = FieldWeight(0.95, 0.2, {"GBR": 0.3, "CHE": 0.01})
    rows = candidates.head(4).with_columns(review_country=pl.Series(["GBR", "CHE", "FRA", None]))
    assert chance_of(rows, "country", weight).tolist() == [0.3, 0.01, 0.2, 0.2]


def test_chance_is_that_of_the_kind_of_hotel_where_it_was_counted(candidates: pl.DataFrame) -> None:
    weight = FieldWeight(0.95, 0.2, {"GBR": 0.3, kind_value("resort", "GBR"): 0.5})
    rows = candidates.head(3).with_columns(
        review_country=pl.lit("GBR"), stay_room=pl.Series(["city A", "resort A", "city B"])
    )
    assert chance_of(rows, "country", weight).tolist() == [0.3, 0.5, 0.3]


def test_agreeing_less_than_strangers_counts_against_and_full_agreement_never(candidates: pl.DataFrame) -> None:
    weights = MatchWeights(
        fields={name: FieldWeight(0.9, 0.5) for name in FIELDS},
        levels=assumed_weights(ROOM).levels, coverage={"exact": 0.5, "context": 0.5}, review_rate=0.2,
    )  # fmt: skip
    rows = candidates.head(3).with_columns(party_agreement=pl.Series([0.2, 0.5, 1.0], dtype=pl.Float32))
    bits = field_weights(rows, weights)["party"]
    assert bits[0] < 0.0
    assert bits[1] == pytest.approx(0.0, abs=1e-5)
    assert bits[2] > 0.0


def test_prior_odds_fall_with_rivals(candidates: pl.DataFrame) -> None:
    row = candidates.head(1)
    few, many = row.with_columns(rival_stays=pl.lit(2.0)), row.with_columns(rival_stays=pl.lit(200.0))
    weights = assumed_weights(ROOM)
    assert prior_odds(few, weights)[0] == pytest.approx(100 * prior_odds(many, weights)[0])


def test_payload_survives_json() -> None:
    weights = assumed_weights(ROOM)
    assert MatchWeights.from_payload(json.loads(json.dumps(weights.to_payload()))) == weights


@pytest.mark.parametrize("change", [{"version": 99}, {"fields": {}}])
def test_a_foreign_payload_is_refused(change: dict) -> None:
    with pytest.raises(ContractError, match="refit match_weights"):
        MatchWeights.from_payload({**assumed_weights(ROOM).to_payload(), **change})


def test_levels_start_at_their_edges() -> None:
    assert level_of(np.array([0.0, 1.9, 2.0, 99.0]), (2.0, 4.0)).tolist() == [0, 0, 1, 2]


def test_no_candidates_give_no_weights() -> None:
    world = make_world(np.random.default_rng(7), days=3)
    none = build_candidates(world.bookings, world.reviews.head(0), world.hotels, world.days, ROOM).frame
    assert pair_odds(none, assumed_weights(ROOM)).shape == (0,)


def test_start_says_that_everything_is_assumed() -> None:
    weights = assumed_weights(ROOM)
    assert not weights.is_identified
    assert not any(item.is_learned for item in (*weights.fields.values(), *weights.levels.values()))
    for item in weights.levels.values():
        assert sum(item.agree) == pytest.approx(1.0)
        assert sum(item.chance) == pytest.approx(1.0)


def test_a_rare_country_counts_more_than_a_common_one(candidates: pl.DataFrame) -> None:
    chances = {"GBR": 0.3, "CHE": 0.01}
    weights = assumed_weights(ROOM)
    fields = {**weights.fields, "country": FieldWeight(0.95, 0.2, chances)}
    rows = candidates.head(2).with_columns(
        country_agreement=pl.lit(1.0), review_country=pl.Series(["GBR", "CHE"], dtype=pl.String)
    )
    common, rare = field_weights(rows, replace(weights, fields=fields))["country"]
    assert rare > common + 4.0 > 4.0


def test_learned_room_names_and_thresholds_survive_storage() -> None:
    weights = replace(assumed_weights(ROOM), rooms={"city A": {"Suite": 1.5}}, threshold={"exact": 0.07})
    assert MatchWeights.from_payload(weights.to_payload()) == weights
