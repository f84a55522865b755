"""Day and month: the whole column says which is which, or the setting does; points in time become business days."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import SourceError
from resources.sources.dates import ISO_DAY, US_DAY, DayColumn, local_text, us_day, with_exchange_days
from resources.sources.file_rules import FileRules, FileSettings

REVIEWS = DayColumn(name="day", form=US_DAY)


def frame(days: list[str | None], ages: list[str] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {"day": days, "age": ages or [None] * len(days), "_problem": [None] * len(days), "_source_file": "r.csv"},
        schema=dict.fromkeys(("day", "age", "_problem", "_source_file"), pl.String),
    )


def read(days: list[str | None], column: DayColumn = REVIEWS, order: str = "auto", zone: str = "UTC") -> pl.DataFrame:
    rules = FileRules(settings=FileSettings(date_order=order), time_zone=zone)
    return with_exchange_days(frame(days), column, rules)


def written(day: date, form: str) -> str:
    return day.strftime(form)


DAYS = st.lists(st.dates(date(2015, 1, 1), date(2017, 12, 31)), min_size=1, max_size=40)


@given(DAYS, st.sampled_from("-/. "), st.booleans())
def test_a_column_that_shows_its_order_is_read_in_it(days: list[date], mark: str, is_day_first: bool) -> None:
    days = [*days, date(2016, 3, 31)]
    form = mark.join(("%d", "%m", "%Y") if is_day_first else ("%m", "%d", "%Y"))
    found = read([day.strftime(form) for day in days])
    assert found.select(us_day(pl.col("day"))).to_series().to_list() == days
    assert found["_problem"].null_count() == len(days)


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%d 00:00:00", "%Y-%m-%dT13:05"]))
def test_the_year_first_leaves_nothing_open(days: list[date], form: str) -> None:
    for name in (US_DAY, ISO_DAY):
        found = read([day.strftime(form) for day in days], DayColumn(name="day", form=name))["day"]
        assert found.to_list() == [
            f"{day.month}/{day.day}/{day.year}" if name == US_DAY else day.isoformat() for day in days
        ]


@pytest.mark.parametrize("column", [REVIEWS, DayColumn(name="day", form=ISO_DAY)])
def test_the_day_in_the_middle_is_refused(column: DayColumn) -> None:
    days = [date(2016, 3, 1) + timedelta(days=place) for place in range(31)]
    with pytest.raises(SourceError, match="YYYY-DD-MM.* in 19 rows and after it in 0; write the column as YYYY-MM-DD"):
        read([written(day, "%Y-%d-%m") for day in days], column)
    one_slip = [*(written(day, "%Y-%m-%d") for day in days), "2016-31-03"]
    assert read(one_slip, column)["day"].to_list()[-1] == "2016-31-03"


def test_an_open_column_is_refused_with_the_setting_that_decides() -> None:
    with pytest.raises(SourceError, match=r"r\.csv: .* set files\.date_order to mdy .* or dmy"):
        read(["3/7/2016", "4/7/2016"])
    assert read(["3/7/2016"], order="mdy")["day"].to_list() == ["3/7/2016"]
    assert read(["3/7/2016"], order="dmy")["day"].to_list() == ["7/3/2016"]
    assert read(["5/5/2016"])["day"].to_list() == ["5/5/2016"]
    assert read(["3/7/2016"], order="ymd")["_problem"].null_count() == 0


def test_a_mixed_column_is_refused_and_a_single_slip_costs_its_row() -> None:
    with pytest.raises(SourceError, match=r"2 rows have the month first and 2 the day; set files\.date_order"):
        read(["1/31/2016", "31/1/2016", "2/28/2016", "28/2/2016"])
    found = read(["1/31/2016", "2/28/2016", "3/28/2016", "4/28/2016", "28/5/2016"])
    assert found["_problem"].to_list() == [
        *[None] * 4,
        "day '28/5/2016' is not written M/D/YYYY like the rest of the column",
    ]
    found = read(["31/1/2016", "2/28/2016"], order="dmy")
    assert found["_problem"][1] is not None


def test_one_slip_does_not_turn_an_open_column() -> None:
    with pytest.raises(SourceError, match=r"files\.date_order"):
        read([*["3/7/2016"] * 200, "13/7/2016"])


@pytest.mark.parametrize(("turned", "first"), [(False, "3/7/2016"), (True, "7/3/2016")])
def test_the_age_of_a_row_tells_the_order(turned: bool, first: str) -> None:
    made = date(2017, 8, 3)
    days = [date(2016, 3, 7), date(2016, 4, 9), date(2016, 6, 11)]
    texts: list[str | None] = [
        f"{day.day}/{day.month}/{day.year}" if turned else f"{day.month}/{day.day}/{day.year}" for day in days
    ]
    ages = [f"{(made - day).days} day" for day in days]
    assert texts[0] == first
    column = DayColumn(name="day", form=US_DAY, ages="age")
    assert with_exchange_days(frame(texts, ages), column, FileRules())["day"].to_list()[0] == "3/7/2016"


def test_the_day_of_the_delivery_tells_the_order() -> None:
    delivered = date(2024, 3, 5)
    column = DayColumn(name="day", form=US_DAY, delivered=delivered)
    assert read(["3/5/2024", "3/4/2024"], column)["day"].to_list() == ["3/5/2024", "3/4/2024"]
    assert read(["5/3/2024", "4/3/2024"], column)["day"].to_list() == ["3/5/2024", "3/4/2024"], "May has not come yet"
    later = DayColumn(name="day", form=US_DAY, delivered=date(2024, 5, 3))
    with pytest.raises(SourceError, match=r"files\.date_order"):
        read(["3/5/2024"], later)  # the delivery's own day, or the fifth of March
    assert read(["4/9/2024"], later)["day"].to_list() == ["4/9/2024"], "the exchange format's own order"


def test_what_was_delivered_beside_it_tells_the_order() -> None:
    column = DayColumn(name="day", form=US_DAY, others=(date(2016, 7, 1), date(2016, 7, 20)))
    assert read(["7/3/2016"], column)["day"].to_list() == ["7/3/2016"]
    assert read(["3/7/2016"], column)["day"].to_list() == ["7/3/2016"]


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York", "Asia/Tokyo", "UTC"])
def test_points_in_utc_become_days_of_the_business(zone: str) -> None:
    midnights = pl.datetime_range(pl.datetime(2024, 3, 20), pl.datetime(2024, 4, 10), "1d", time_zone=zone, eager=True)
    utc = midnights.dt.convert_time_zone("UTC")
    days: list[str | None] = utc.dt.strftime("%Y-%m-%dT%H:%M:%SZ").to_list()
    expected = [str(date(2024, 3, 20) + timedelta(days=day)) for day in range(22)]
    assert read(days, DayColumn(name="day", form=ISO_DAY), zone=zone)["day"].to_list() == expected


def test_a_time_with_a_zone_is_local_time_without_one() -> None:
    cells = pl.Series(["2024-01-05T23:30:00Z", "2024-01-05 23:30:00+00:00", "2024-01-05T20:30:00.25-0300",
                       "2024-07-05T22:30Z", "2024-01-05T23:30:00", None, "soon"])  # fmt: skip
    assert local_text(cells, "Europe/Madrid").to_list() == [
        "2024-01-06T00:30:00", "2024-01-06T00:30:00", "2024-01-06T00:30:00.250000", "2024-07-06T00:30:00",
        "2024-01-05T23:30:00", None, "soon",
    ]  # fmt: skip
