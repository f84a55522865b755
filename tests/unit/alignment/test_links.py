"""Verified links go before matched ones, from the day that tells them and as long as they stand."""

from datetime import date, timedelta

import polars as pl
import pytest

from assets.alignment.contract import BOOKING_REVIEW_PAIRS, VERIFIED_LINKS
from assets.alignment.links import MATCHED_COLUMNS, VERIFIED_COLUMNS, links_at, links_of

DAY = date(2024, 3, 1)


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def pairs(*rows: tuple[str, str, int]) -> pl.DataFrame:
    """Assigned pairs: stay, review, day of the decision."""
    data = [(stay, review, 0.6, True, day(number)) for stay, review, number in rows]
    schema = {name: BOOKING_REVIEW_PAIRS.schema[name] for name in MATCHED_COLUMNS}
    return pl.DataFrame(data, schema=schema, orient="row")


def verified(*rows: tuple[str, str | None, int]) -> pl.DataFrame:
    """Review, stay (None: refused), day that tells it."""
    data = [(review, stay, None if stay is None else 2, day(number)) for review, stay, number in rows]
    schema = {name: VERIFIED_LINKS.schema[name] for name in VERIFIED_COLUMNS}
    return pl.DataFrame(data, schema=schema, orient="row")


def at(number: int, matched: pl.DataFrame, told: pl.DataFrame) -> list[tuple[str, str, float]]:
    held = links_at(links_of(matched, told), day(number))
    return held.select("booking_id", "review_id", "match_probability").sort("booking_id").rows()


def test_both_kinds_are_links() -> None:
    assert at(9, pairs(("a", "r", 3)), verified(("q", "b", 4))) == [("a", "r", 0.6), ("b", "q", 1.0)]


def test_nothing_counts_before_the_day_that_tells_it() -> None:
    told = pairs(("a", "r", 3)), verified(("q", "b", 4))
    assert at(2, *told) == []
    assert at(3, *told) == [("a", "r", 0.6)]


def test_a_verified_review_takes_no_matched_stay() -> None:
    told = pairs(("a", "r", 3)), verified(("r", "b", 4))
    assert at(3, *told) == [("a", "r", 0.6)]
    assert at(4, *told) == [("b", "r", 1.0)]


def test_a_stay_whose_review_is_verified_keeps_no_other() -> None:
    assert at(5, pairs(("a", "r", 3)), verified(("q", "a", 4))) == [("a", "q", 1.0)]


def test_what_is_taken_back_leaves_the_matched_pair() -> None:
    told = pairs(("a", "r", 3)), verified(("r", "b", 4), ("r", None, 6))
    assert [at(number, *told) for number in (5, 6)] == [[("b", "r", 1.0)], [("a", "r", 0.6)]]


def test_a_corrected_link_is_the_last_one() -> None:
    told = verified(("r", "a", 4), ("r", "b", 6))
    assert [at(number, pairs(), told) for number in (5, 7)] == [[("a", "r", 1.0)], [("b", "r", 1.0)]]


def test_a_refused_review_is_matched_like_any_other() -> None:
    assert at(9, pairs(("a", "r", 3)), verified(("r", None, 2))) == [("a", "r", 0.6)]


@pytest.mark.parametrize("names", [MATCHED_COLUMNS, tuple(BOOKING_REVIEW_PAIRS.names)])
def test_links_have_the_columns_of_the_pairs_that_are_read(names: tuple[str, ...]) -> None:
    whole = BOOKING_REVIEW_PAIRS.empty().select(names)
    links = links_of(whole, verified(("r", "a", 4), ("q", None, 4)))
    assert links.columns == [*names, "is_verified", "gap_days"]
    assert links["is_assigned"].to_list() == [True, False]
    assert links["gap_days"].to_list() == [2, None]


def test_pairs_alone_are_links_where_they_are_assigned() -> None:
    alone = pairs(("a", "r", 3), ("b", "q", 3)).with_columns(is_assigned=pl.Series([True, False]))
    assert links_at(alone, day(3))["review_id"].to_list() == ["r"]
