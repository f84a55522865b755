"""Room names: learned by the pairs that match, silent where nothing is known."""

import numpy as np
import polars as pl

from assets.alignment.room_names import bits_table, room_bits, room_pairs


def candidates(rooms: list[str | None], types: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"review_id": [f"r{row}" for row in range(len(rooms))], "stay_room": types, "review_room": rooms},
        schema_overrides={"review_room": pl.String},
    )


def test_names_of_matching_pairs_count_for_their_type() -> None:
    rows = candidates(["Suite"] * 20 + ["Double"] * 20, ["city G", "city A"] * 20)
    pairs = room_pairs(rows)
    match = ((rows["stay_room"] == "city G") == (rows["review_room"] == "Suite")).to_numpy().astype(float)
    table = bits_table(pairs, pairs.next_ratio(match))
    assert table["city G"]["Suite"] > 0.5 > 0.0 > table["city G"]["Double"]
    bits = room_bits(rows, table)
    assert np.all(bits[match > 0] > 0)
    assert np.all(bits[match == 0] < 0)


def test_a_matching_share_alike_everywhere_teaches_nothing() -> None:
    rows = candidates(["Suite", "Suite", "Double", "Double"] * 10, ["city G", "city A"] * 20)
    pairs = room_pairs(rows)
    assert np.allclose(pairs.next_ratio(np.full(40, 0.3)), 1.0)


def test_kinds_of_hotel_do_not_mix() -> None:
    rows = candidates(["Suite"] * 5 + ["Double"] * 5, ["city A"] * 5 + ["resort A"] * 5)
    assert room_pairs(rows).names == [("city A", "Suite"), ("resort A", "Double")]


def test_unknown_rare_and_empty_say_nothing() -> None:
    rows = candidates([None, "Seen once"], ["city A", "city A"])
    pairs = room_pairs(rows)
    assert list(pairs.factor(pairs.start())) == [1.0, 1.0]
    assert list(room_bits(rows, {})) == [0.0, 0.0]
    assert room_pairs(rows.head(0)).names == []
    assert room_bits(rows.head(0), {"city A": {"Suite": 1.0}}).shape == (0,)
