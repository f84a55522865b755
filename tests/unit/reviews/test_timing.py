from datetime import datetime, time, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from assets.reviews.post_counts import fullest_window, tail_surprise
from assets.reviews.settings import TIMING_LOOK_BACK_DAYS, ReviewSettings
from assets.reviews.timing import timing
from tests.unit.reviews.builders import clean_rows, day

SETTINGS = ReviewSettings()


def steady(n_days: int = 60, per_day: int = 2, hotel: str = "a", *, clock: bool = False) -> list[dict]:
    rows = []
    for offset in range(n_days):
        for number in range(per_day):
            row: dict = {"delivery_day": day(offset), "hotel_key": hotel}
            if clock:
                row["posted_at"] = datetime.combine(day(offset), time(8)) + timedelta(hours=12 * number / per_day)
            rows.append(row)
    return rows


def test_burst_surprises_and_usual_days_do_not() -> None:
    rows = clean_rows(*steady(), *({"delivery_day": day(60), "hotel_key": "a"} for _ in range(20)))
    frame = timing(rows, [day(59), day(60)], SETTINGS)
    usual = frame.filter(pl.col("delivery_day") == day(59))
    burst = frame.filter(pl.col("delivery_day") == day(60))
    assert usual["timing_raw"].max() < 1
    assert burst["timing_raw"].min() > 4
    assert set(burst["posts_observed"].to_list()) == {20}
    assert burst["posts_expected"][0] == pytest.approx(2, abs=0.1)
    assert (burst["posts_scope"][0], burst["posts_window_hours"][0]) == ("hotel", 24)


def test_lull_is_no_surprise_but_the_paper_ranks_it() -> None:
    rows = clean_rows(*steady(40), {"delivery_day": day(70), "hotel_key": "a"})
    last = timing(rows, [day(70)], SETTINGS).row(0, named=True)
    assert last["timing_raw"] < 0.5
    assert last["timing_paper_raw"] > 5


def test_posts_within_hours_surprise_where_times_are_known() -> None:
    together = [
        {"delivery_day": day(60), "hotel_key": "a", "posted_at": datetime.combine(day(60), time(12, minute))}
        for minute in range(6)
    ]
    rows = clean_rows(*steady(clock=True), *together)
    assert rows["posted_day"].max() == day(60)
    burst = timing(rows, [day(60)], SETTINGS)
    assert set(burst["posts_window_hours"].to_list()) == {3}
    without = timing(rows.with_columns(pl.lit(None, dtype=pl.Datetime("us")).alias("posted_at")), [day(60)], SETTINGS)
    assert burst["timing_raw"].min() > without["timing_raw"].max()


def test_two_posts_at_a_rarely_reviewed_hotel_are_no_burst() -> None:
    rare = [{"delivery_day": day(offset), "hotel_key": "a"} for offset in (0, 30)]
    pair = clean_rows(*rare, *({"delivery_day": day(60), "hotel_key": "a"} for _ in range(2)))
    assert timing(pair, [day(60)], SETTINGS)["timing_raw"].to_list() == [0.0, 0.0]
    assert timing(pair, [day(60)], ReviewSettings(timing_min_posts=2))["timing_raw"].min() > 1
    three = clean_rows(*rare, *({"delivery_day": day(60), "hotel_key": "a"} for _ in range(3)))
    assert timing(three, [day(60)], SETTINGS)["timing_raw"].min() > 1


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.integers(1, 6))
@settings(deadline=None, max_examples=25)
def test_whatever_is_surprising_has_enough_posts(offsets: list[int], fewest: int) -> None:
    rows = clean_rows(*({"delivery_day": day(offset), "hotel_key": "a"} for offset in sorted(offsets)))
    days = rows["delivery_day"].unique().sort().to_list()
    frame = timing(rows, days, ReviewSettings(timing_min_posts=fewest))
    assert frame.filter(pl.col("timing_raw") > 0)["posts_observed"].cast(pl.Int64).ge(fewest).all()


def test_platform_burst_is_seen_over_many_hotels() -> None:
    hotels = [f"hotel {number}" for number in range(30)]
    rows = [row for hotel in hotels for row in steady(40, 1, hotel)]
    rows += [{"delivery_day": day(40), "hotel_key": hotel} for hotel in hotels for _ in range(4)]
    frame = timing(clean_rows(*rows), [day(40)], SETTINGS)
    assert set(frame["posts_scope"].to_list()) == {"platform"}


def test_praise_alone_surprises_more_than_as_many_posts_of_all_scores() -> None:
    past = [row | {"score": (5.0, 8.0, 9.6)[at % 3]} for at, row in enumerate(steady(60, 3))]
    scores = {"praise": [10.0] * 8 + [8.0], "blame": [4.0] * 8 + [8.0], "mixed": [5.0, 8.0, 9.6] * 3}
    found = {}
    for name, given_scores in scores.items():
        posts = [{"delivery_day": day(60), "hotel_key": "a", "score": score} for score in given_scores]
        found[name] = timing(clean_rows(*past, *posts), [day(60)], SETTINGS)
    assert set(found["mixed"]["posts_scope"]) == {"hotel"}
    for name, scope in (("praise", "hotel_high"), ("blame", "hotel_low")):
        rows = found[name].sort("timing_raw")
        assert rows["posts_scope"].to_list() == ["hotel", *[scope] * 8]  # the ordinary one among them stays ordinary
        assert rows["timing_raw"][0] == found["mixed"]["timing_raw"][0] < rows["timing_raw"][1]
        assert rows["posts_observed"].to_list() == [9, *[8] * 8]
        assert rows["posts_expected"][1] == pytest.approx(1, abs=0.05)


def test_no_surprise_without_history() -> None:
    rows = clean_rows(*({"delivery_day": day(0), "hotel_key": "a"} for _ in range(50)))
    assert timing(rows, [day(0)], SETTINGS)["timing_raw"].to_list() == [0.0] * 50


def test_late_row_counts_for_its_posting_day() -> None:
    rows = clean_rows(*steady(60), {"delivery_day": day(60), "posted_day": day(30), "hotel_key": "a"})
    row = timing(rows, [day(60)], SETTINGS).row(0, named=True)
    assert row["timing_raw"] < 1
    older = clean_rows(*steady(60), {"delivery_day": day(60), "posted_day": day(-200), "hotel_key": "a"})
    assert timing(older, [day(60)], SETTINGS)["timing_raw"].to_list() == [0.0]


def test_empty_and_unasked() -> None:
    assert timing(clean_rows(), [day(0)], SETTINGS).height == 0
    assert timing(clean_rows(*steady(3)), [day(9)], SETTINGS).height == 0


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.integers(10, 200))
def test_range_equals_days_one_by_one(seed: int, clock: bool, span: int) -> None:
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(50):
        offset = int(rng.integers(span))
        row: dict = {"delivery_day": day(offset), "hotel_key": str(rng.integers(3))}
        row["posted_day"] = day(offset - int(rng.integers(3)))
        if clock and rng.random() < 0.95:
            row["posted_at"] = datetime.combine(row["posted_day"], datetime.min.time()) + timedelta(
                minutes=int(rng.integers(1440))
            )
        rows.append(row)
    frame = clean_rows(*rows)
    asked = sorted(set(frame["delivery_day"].to_list()))
    together = timing(frame.sample(fraction=1, shuffle=True, seed=seed), asked, SETTINGS)
    seen = [
        timing(
            frame.filter(pl.col("delivery_day").is_between(one - timedelta(days=TIMING_LOOK_BACK_DAYS), one)),
            [one],
            SETTINGS,
        )
        for one in asked
    ]
    assert together.equals(pl.concat(seen))
    assert together.height == frame.height


@given(st.integers(1, 60), st.floats(0.01, 50), st.floats(0.01, 2))
def test_tail_surprise_is_the_negative_binomial_tail(observed: int, expected: float, dispersion: float) -> None:
    size = 1 / dispersion
    tail = nbinom.sf(observed - 1, size, size / (size + expected))
    surprise = tail_surprise(np.array([observed]), np.array([expected]), np.array([dispersion]))[0]
    assert surprise == pytest.approx(min(-np.log10(max(tail, 1e-300)), 300), rel=1e-4, abs=1e-5)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40)), min_size=1, max_size=25), st.integers(0, 10))
def test_fullest_window_agrees_with_a_plain_count(posts: list[tuple[int, int]], length: int) -> None:
    hotel, moment = (np.array(values, dtype=np.int64) for values in zip(*posts, strict=True))
    found = fullest_window(hotel, moment, length)
    for row in range(len(posts)):
        same = moment[hotel == hotel[row]]
        starts = [start for start in same if start <= moment[row] <= start + length]
        assert found[row] == max(int(((same >= start) & (same <= start + length)).sum()) for start in starts)
