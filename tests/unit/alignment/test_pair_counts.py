"""Pairs in counts: every stay is in a bin and a month, and no cell tells of fewer than k guests."""

from datetime import date, timedelta

import polars as pl

from assets.alignment.contract import PAIR_COUNTS
from assets.alignment.pair_counts import pair_count_rows

DAY = date(2024, 1, 30)


def decided(probabilities: list[float | None], end: date = DAY) -> pl.DataFrame:
    """One stay each: its best review and whether it got it; None: no candidate."""
    rows = [
        {"booking_id": f"b{n}", "rank": 0 if value is None else 1, "match_probability": value,
         "is_assigned": value is not None and value >= 0.5, "stay_end": end}
        for n, value in enumerate(probabilities)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"match_probability": pl.Float64})


def guests(number: int, people: int) -> pl.DataFrame:
    rows = [(f"b{n}", f"g{n % people}") for n in range(number)]
    return pl.DataFrame(rows, schema={"booking_id": pl.String, "guest_hash": pl.String}, orient="row")


def cells(pairs: pl.DataFrame, people: int, k: int = 2) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    rows = pair_count_rows(pairs, guests(pairs.height, people), k)
    assert dict(rows.schema) == PAIR_COUNTS.schema
    return {(kind, label): (stays, paired) for kind, label, stays, paired in rows.iter_rows()}


def test_stays_are_counted_by_probability_and_by_month() -> None:
    counted = cells(decided([1.0, 0.99, 0.975, 0.51, 0.52, None]), people=6)
    assert counted == {
        ("probability", "0.975"): (3, 3), ("probability", "0.500"): (2, 2), ("month", "2024-01"): (6, 5),
    }  # fmt: skip


def test_a_cell_of_few_guests_is_withheld_and_an_empty_one_is_not() -> None:
    counted = cells(decided([0.99] * 4 + [0.1] * 4), people=1)
    assert set(counted.values()) == {(None, None), (None, 0)}, "one guest with many bookings is one guest"
    assert counted["probability", "0.100"] == (None, 0)
    assert cells(decided([0.99] * 4), people=4, k=5)["month", "2024-01"] == (None, None)


def test_bookings_without_a_known_guest_count_as_one_each() -> None:
    pairs = decided([0.3, 0.3])
    rows = pair_count_rows(pairs, guests(0, 1), 2)
    assert rows.filter(pl.col("kind") == "month")["stays"].to_list() == [2]
    later = pl.concat([pairs, pairs.with_columns(stay_end=pl.col("stay_end") + timedelta(days=5))])
    assert pair_count_rows(later, guests(0, 1), 2).filter(pl.col("kind") == "month")["label"].to_list() == [
        "2024-01", "2024-02",
    ]  # fmt: skip


def test_no_pairs_no_rows() -> None:
    assert pair_count_rows(decided([0.3]).clear(), guests(0, 1), 5).is_empty()
