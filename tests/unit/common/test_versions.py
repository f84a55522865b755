from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.common.versions import latest_versions, with_superseded_on

DAY = date(2024, 1, 1)
ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), unique=True, max_size=12)


def frame(rows: list[tuple[str, int]]) -> pl.DataFrame:
    data = [(key, DAY + timedelta(days=day), f"{key}{day}") for key, day in rows]
    return pl.DataFrame(data, schema={"key": pl.String, "delivery_day": pl.Date, "content": pl.String}, orient="row")


@given(ROWS, st.integers(-1, 10))
def test_each_key_once_as_it_came_last_by_the_day(rows: list[tuple[str, int]], as_of: int) -> None:
    latest = latest_versions(frame(rows), "key", DAY + timedelta(days=as_of))
    expected = {key: max(d for k, d in rows if k == key and d <= as_of) for key, day in rows if day <= as_of}
    assert dict(latest.select("key", "content").iter_rows()) == {key: f"{key}{day}" for key, day in expected.items()}
    assert latest["key"].to_list() == sorted(expected)


@given(ROWS)
def test_a_version_is_superseded_by_the_next_of_its_key(rows: list[tuple[str, int]]) -> None:
    for key, day, _, after in with_superseded_on(frame(rows), "key").iter_rows():
        later = [DAY + timedelta(days=d) for k, d in rows if k == key and DAY + timedelta(days=d) > day]
        assert after == min(later, default=None)
