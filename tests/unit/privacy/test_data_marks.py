"""Real data is known again by its rows, whatever their order, names and labels, and told from other data."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy.data_marks import BOOKING_FACTS, REVIEW_FACTS, data_marks
from assets.raw.contract import RAW_BOOKINGS, RAW_REVIEWS

YEAR = "2016"


def bookings(seed: int, rows: int = 3000) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    left = [date(2016, 1, 1) + timedelta(days=int(day)) for day in rng.integers(0, 366, rows)]
    nights = rng.integers(1, 9, rows)
    return pl.DataFrame(
        {
            "delivery_day": left,
            "arrival_day": [day - timedelta(days=int(night)) for day, night in zip(left, nights, strict=True)],
            "weekend_nights": np.minimum(nights, 2), "week_nights": nights - np.minimum(nights, 2),
            "lead_time_days": rng.integers(0, 400, rows), "adults": rng.integers(1, 4, rows),
            "rate": rng.integers(4000, 30000, rows) / 100, "is_canceled": rng.random(rows) < 0.3,
        }
    )  # fmt: skip


def overlap(one: pl.DataFrame, two: pl.DataFrame) -> float:
    first, second = set(data_marks(one, YEAR)), set(data_marks(two, YEAR))
    return len(first & second) / min(len(first), len(second))


def test_the_facts_are_columns_of_the_raw_tables() -> None:
    assert set(BOOKING_FACTS) <= set(RAW_BOOKINGS.names)
    assert set(REVIEW_FACTS) <= set(RAW_REVIEWS.names)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.randoms())
def test_the_order_of_rows_and_repeats_tell_nothing(seed: int, rng) -> None:
    rows = bookings(seed, 400)
    order = list(range(400))
    rng.shuffle(order)
    assert data_marks(rows[order], YEAR) == data_marks(rows, YEAR)
    assert data_marks(pl.concat([rows, rows[:50]]), YEAR) == data_marks(rows, YEAR)


@pytest.mark.parametrize("dtype", [pl.Int8, pl.Int64, pl.UInt16])
def test_the_type_in_which_a_source_holds_a_number_tells_nothing(dtype: type[pl.DataType]) -> None:
    rows = bookings(1)
    assert data_marks(rows.with_columns(pl.col("adults").cast(dtype)), YEAR) == data_marks(rows, YEAR)
    assert data_marks(rows.with_columns(pl.col("rate") + 1e-9), YEAR) == data_marks(rows, YEAR)


def test_a_part_of_the_data_is_still_the_data() -> None:
    rows = bookings(2, 6000)
    assert overlap(rows, rows[::2]) > 0.3
    assert overlap(rows, rows[: int(6000 * 0.95)]) > 0.8
    assert overlap(rows, pl.concat([rows, bookings(3)])) > 0.4


def test_other_data_is_other_data() -> None:
    assert max(overlap(bookings(seed), bookings(seed + 100)) for seed in range(5)) == 0


def test_years_and_gaps() -> None:
    rows = bookings(4, 50)
    assert data_marks(rows, "2017") == []
    assert len(data_marks(rows, YEAR)) == 50
    gaps = rows.with_columns(adults=pl.lit(None, pl.Int32), rate=pl.lit(None, pl.Float64))
    assert len(data_marks(gaps, YEAR)) > 40
    assert len(data_marks(bookings(5), YEAR)) == 256
