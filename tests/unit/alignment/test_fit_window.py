"""What a fit reads of a year of candidates is what it would take of the whole."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.alignment.candidates import build_candidates
from assets.alignment.contract import MATCH_CANDIDATES
from assets.alignment.fit_window import fit_candidates, newest_reviews
from assets.alignment.settings import AlignmentSettings
from assets.alignment.weight_learning import learn_weights
from tests.unit.alignment.world import make_world

DAYS = [date(2024, 1, 1) + timedelta(days=index) for index in range(40)]


def blocks(days: Sequence[date], size: int = 14) -> list[list[date]]:
    return [list(days[start : start + size]) for start in range(0, len(days), size)]


def reader(frame: pl.DataFrame, asked: list[int]):
    def read(days: Sequence[date], columns: Sequence[str] | None, where: pl.Expr | None) -> pl.DataFrame:
        asked.append(len(days))
        rows = frame.filter(pl.col("delivery_day").is_in(list(days))).sort("delivery_day", maintain_order=True)
        rows = rows if where is None else rows.filter(where)
        return rows if columns is None else rows.select(columns)

    return read


@pytest.mark.parametrize("reviews", [5, 40, 100_000])
def test_the_fit_is_that_of_the_whole_year(reviews: int) -> None:
    world = make_world(np.random.default_rng(8), days=50, stays_per_day=8)
    room = AlignmentSettings(fit_reviews=reviews)
    whole = build_candidates(world.bookings, world.reviews, world.hotels, world.days, room).frame
    asked: list[int] = []
    few = fit_candidates(reader(whole, asked), blocks(sorted(world.days)), reviews)
    assert max(asked) < len(world.days), "never all days at once"
    assert few["review_id"].n_unique() <= reviews
    learned, expected = (learn_weights(rows, world.bookings, room) for rows in (few, whole))
    assert learned is not None
    assert expected is not None
    assert learned.to_payload() == expected.to_payload()


PAIRS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["exact", "context"]), st.integers(0, 39)), max_size=60
)


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.integers(1, 9), st.integers(1, 40))
def test_the_newest_reviews_are_those_of_a_look_at_everything(
    pairs: list[tuple[str, str, int]], reviews: int, size: int
) -> None:
    frame = pl.DataFrame(
        [{"review_id": name, "identity": identity, "delivery_day": DAYS[day]} for name, identity, day in pairs],
        schema={"review_id": pl.String, "identity": pl.String, "delivery_day": pl.Date},
    )
    used = frame.filter(pl.col("identity") == "exact") if "exact" in frame["identity"].unique() else frame
    last = used.group_by("review_id").agg(pl.col("delivery_day").max())
    expected = last.sort("delivery_day", "review_id", descending=True).head(reviews)
    assert newest_reviews(reader(frame, []), blocks(DAYS, size), reviews).equals(expected)


def test_days_from_long_before_the_newest_reviews_are_not_read() -> None:
    days = [date(2024, 1, 1) + timedelta(days=index) for index in range(200)]
    reviews = [f"r{number}" for number in range(199)]
    names = pl.DataFrame({"review_id": [*reviews, "r198"], "delivery_day": [*days[:199], days[20]]})
    blank = [pl.lit(None, dtype=item).alias(name) for name, item in MATCH_CANDIDATES.empty().schema.items()
             if name not in (*names.columns, "identity")]  # fmt: skip
    frame = names.with_columns(*blank, identity=pl.lit("exact")).select(MATCH_CANDIDATES.names)
    asked: list[int] = []
    chosen = fit_candidates(reader(frame, asked), blocks(days), 10)
    assert chosen["review_id"].to_list() == reviews[-10:], "a pair from before its review was corrected does not count"
    assert sum(asked) < 120


def test_no_candidates_are_no_candidates() -> None:
    assert fit_candidates(reader(MATCH_CANDIDATES.empty(), []), blocks(DAYS), 10).is_empty()
    assert fit_candidates(reader(MATCH_CANDIDATES.empty(), []), [], 10).schema == MATCH_CANDIDATES.empty().schema
