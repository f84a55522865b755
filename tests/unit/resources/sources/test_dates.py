from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.sources.dates import iso_day, us_day

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(DAYS)
def test_written_days_are_read_back(day: date) -> None:
    texts = pl.DataFrame({"iso": [day.isoformat()], "us": [f" {day.month}/{day.day}/{day.year} "]})
    assert texts.select(iso_day(pl.col("iso")), us_day(pl.col("us"))).row(0) == (day, day)


@pytest.mark.parametrize("text", ["2016-02-30", "16-07-03", "2016-7-3", "2016-07-03 00:00", "", "NULL", None])
def test_anything_else_is_no_iso_day(text: str | None) -> None:
    assert pl.DataFrame({"t": [text]}, schema={"t": pl.String}).select(iso_day(pl.col("t"))).item() is None


@pytest.mark.parametrize("text", ["13/7/2016", "2/30/2016", "7/3/16", "2016-07-03", "", None])
def test_anything_else_is_no_us_day(text: str | None) -> None:
    assert pl.DataFrame({"t": [text]}, schema={"t": pl.String}).select(us_day(pl.col("t"))).item() is None
