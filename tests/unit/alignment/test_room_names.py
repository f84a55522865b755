"""Room names: the ladder of grades until pairs match, then learned."""

import numpy as np
import polars as pl
import pytest

from assets.alignment.room_names import bits_table, room_bits, room_pairs


def candidates(rooms: list[str | None], types: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"review_id": [f"r{row}" for row in range(len(rooms))], "stay_room": types, "review_room": rooms},
        schema_overrides={"review_room": pl.String},
    )


SWAPPED = candidates(["Suite"] * 20 + ["Double"] * 20, ["city A", "city G"] * 20)


def test_names_of_matching_pairs_count_for_their_type_even_against_the_ladder() -> None:
    pairs = room_pairs(SWAPPED)
    match = ((SWAPPED["stay_room"] == "city A") == (SWAPPED["review_room"] == "Suite")).to_numpy().astype(float)
    expected = pairs.expected_matches(100 * match)
    table = bits_table(pairs, pairs.next_ratio(expected, 0.3))
    assert table["city A"]["Suite"] > 0.5 > 0.0 > table["city A"]["Double"]
    bits = room_bits(SWAPPED, table, 0.0)
    assert np.all(bits[match > 0] > 0)
    assert np.all(bits[match == 0] < 0)


def test_the_ladder_falls_when_matches_contradict_it_and_rises_when_they_agree() -> None:
    pairs = room_pairs(SWAPPED)
    against = ((SWAPPED["stay_room"] == "city A") == (SWAPPED["review_room"] == "Suite")).to_numpy().astype(float)
    assert pairs.next_grade_share(pairs.expected_matches(100 * against), 0.7, 0.7) < 0.1
    assert pairs.next_grade_share(pairs.expected_matches(100 * (1 - against)), 0.7, 0.7) > 0.7


def test_a_matching_share_alike_everywhere_teaches_nothing() -> None:
    rows = candidates(["Suite", "Suite", "Double", "Double"] * 10, ["city G", "city A"] * 20)
    pairs = room_pairs(rows)
    assert np.allclose(pairs.next_ratio(pairs.expected_matches(np.full(40, 0.3)), 0.0), 1.0)


def test_names_of_a_type_whose_grade_was_seen_add_up_to_one() -> None:
    pairs = room_pairs(SWAPPED)
    total = np.bincount(pairs.kind_of_cell, weights=pairs.chance * pairs.ladder(0.7))
    assert total == pytest.approx(1.0)


def test_kinds_of_hotel_do_not_mix() -> None:
    rows = candidates(["Suite"] * 5 + ["Double"] * 5, ["city A"] * 5 + ["resort A"] * 5)
    assert room_pairs(rows).names == [("city A", "Suite"), ("resort A", "Double")]


def test_unknown_rare_and_empty_say_nothing() -> None:
    rows = candidates([None, "Seen once"], ["city A", "city A"])
    pairs = room_pairs(rows)
    assert list(pairs.factor(pairs.ladder(0.7))) == [1.0, 1.0]
    assert list(room_bits(rows, {}, 0.0)) == [0.0, 0.0]
    assert room_bits(rows, {}, 0.7)[0] == 0.0
    assert room_pairs(rows.head(0)).names == []
    assert room_bits(rows.head(0), {"city A": {"Suite": 1.0}}, 0.7).shape == (0,)


def test_an_unlearned_name_counts_by_the_ladder() -> None:
    rows = candidates(["Superior Twin Room", "Standard Room", "Superior Twin Room"], ["city D", "city D", "city Q"])
    bits = room_bits(rows, {}, 0.7)
    assert bits[0] > 1.0 > 0.0 > bits[1]
    assert bits[2] == 0.0
