"""Figures of matched links by hand, and beside verified links what they are beside the truth."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from assets.common.findings import Estimate
from assets.studies.matched_links import KnownLinks, every_room, matchable, matched_figures

DAY = date(2024, 3, 1)


def pairs(*rows: tuple[str, str, float, bool]) -> pl.DataFrame:
    schema = {
        "booking_id": pl.String,
        "review_id": pl.String,
        "match_probability": pl.Float64,
        "is_assigned": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def links(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"booking_id": pl.String, "review_id": pl.String}, orient="row")


def known(true: pl.DataFrame, now: list[str], *, are_all: bool = True) -> KnownLinks:
    reviews = pl.DataFrame({"review_id": now}, schema={"review_id": pl.String})
    return KnownLinks(links=true, reviews=reviews, are_all=are_all)


def figures(made: pl.DataFrame, by: KnownLinks) -> dict[str, float]:
    measured = matched_figures(made, by, np.random.default_rng(1))
    return {name: item.value for name, item in measured.items()}


MADE = pairs(
    ("a", "r1", 0.95, True), ("a", "r2", 0.05, False), ("b", "r3", 0.95, True), ("c", "fake", 0.5, True),
    ("d", "r4", 0.5, True), ("e", "open", 0.5, True),
)  # fmt: skip
TRUE = links(("a", "r1"), ("a2", "r1"), ("x", "r3"), ("d", "r4"), ("y", "r5"), ("e", "open"))


def test_figures_by_hand() -> None:
    measured = figures(MADE, known(TRUE, ["r1", "r2", "r3", "r4", "r5", "fake"]))
    assert (measured["pairs"], measured["reviews"]) == (5, 4)
    assert measured["precision"] == pytest.approx(3 / 5)
    assert measured["recall"] == pytest.approx(2 / 4), "a review whose stay is still open counts on neither side"
    assert measured["f1"] == pytest.approx(2 * 0.6 * 0.5 / 1.1)
    assert measured["precision_at_90"] == pytest.approx(1 / 2)
    expected = (2 * abs(0.95 - 0.5) + 3 * abs(0.5 - 2 / 3) + 0.05) / 6
    assert measured["calibration_error"] == pytest.approx(expected)


def test_any_room_of_the_stay_is_right() -> None:
    other = pairs(("a2", "r1", 0.9, True))
    assert figures(other, known(TRUE, ["r1"]))["precision"] == 1.0


def test_where_some_links_are_known_only_pairs_of_these_reviews_are_judged() -> None:
    measured = figures(MADE, known(links(("a", "r1"), ("x", "r3")), ["r1", "r2", "r3"], are_all=False))
    assert (measured["pairs"], measured["reviews"], measured["precision"]) == (2, 2, 0.5)


def test_figures_without_a_denominator_are_left_out() -> None:
    nothing = figures(MADE.clear(), known(TRUE, ["r1"]))
    assert nothing == {"recall": 0.0, "pairs": 0.0, "reviews": 1.0}
    assert "precision_at_90" not in figures(pairs(("a", "r1", 0.8, True)), known(TRUE, ["r1"]))
    assert figures(MADE.clear(), known(links(), [])) == {"pairs": 0.0, "reviews": 0.0}


def world(rng: np.random.Generator, number: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Reviews of which four in five are paired, right as often as they say."""
    chance = rng.uniform(0.3, 1.0, number)
    is_right = rng.random(number) < chance
    names = [f"{place:05d}" for place in range(number)]
    stays = [f"s{name}" if right else f"w{name}" for name, right in zip(names, is_right, strict=True)]
    made = pl.DataFrame(
        {"booking_id": stays, "review_id": names, "match_probability": chance, "is_assigned": rng.random(number) < 0.8}
    )
    return made, links(*((f"s{name}", name) for name in names))


def test_half_of_the_links_measure_what_all_do_and_intervals_hold_it() -> None:
    rng = np.random.default_rng(5)
    made, true = world(rng, 4_000)
    whole = matched_figures(made, known(true, true["review_id"].to_list()), rng)
    half = true.filter(pl.Series(rng.random(true.height) < 0.5))
    part = matched_figures(made, known(half, half["review_id"].to_list(), are_all=False), rng)
    assert whole["calibration_error"].value < 0.02
    for name in ("precision", "recall", "f1", "precision_at_90"):
        low, high = bounds(part[name])
        assert low < whole[name].value < high
        assert 0.0 < high - low < 0.15


def bounds(item: Estimate) -> tuple[float, float]:
    assert item.low is not None
    assert item.high is not None
    return item.low, item.high


def test_every_room_of_a_known_guests_stay() -> None:
    stays = pl.DataFrame(
        {
            "booking_id": ["a", "a2", "later", "b", "b2"], "guest_hash": ["g", "g", "g", None, None],
            "hotel": ["H"] * 5, "arrival_day": [DAY, DAY, DAY + timedelta(days=9), DAY, DAY], "nights": [2] * 5,
        }
    )  # fmt: skip
    rooms = every_room(links(("a", "r1"), ("b", "r2"), ("gone", "r3")), stays)
    assert rooms.rows() == [("a", "r1"), ("a2", "r1"), ("b", "r2"), ("gone", "r3")]
    ranked = every_room(links(("a2", "r1")).with_columns(rank=pl.lit(1)), stays)
    assert ranked.rows() == [("a", "r1", 1), ("a2", "r1", 1)]


def test_reviews_count_once_their_window_has_passed() -> None:
    reviews = pl.DataFrame({"review_id": ["r1", "r2"], "posted_day": [DAY, DAY + timedelta(days=1)]})
    assert matchable(reviews, DAY + timedelta(days=21), 21)["review_id"].to_list() == ["r1"]
