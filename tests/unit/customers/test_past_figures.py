"""What was earned before T, and the price of the days ahead a year before."""

from datetime import timedelta

import polars as pl
import pytest

from assets.customers.past_figures import past_figures, price_per_night
from assets.customers.protocols import prospective_targets
from tests.unit.customers.build import DAY, booking, frame


def house(days_before, number, revenue, nights=(2, 2)):
    return [
        booking(f"h{n}", days_before, revenue, nights=nights, booking_id=f"{days_before}-{n}") for n in range(number)
    ]


def test_windows_end_and_begin_where_they_say():
    rows = [booking("a", days, value) for days, value in ((0, 1), (29, 2), (30, 4), (336, 8), (334, 16), (364, 32))]
    told = past_figures(frame([*rows, booking("a", 365, 64), booking("a", -1, 128)]), DAY, 30).row(0, named=True)
    assert told["past_revenue"] == 1 + 2
    assert told["past_year_revenue"] == 1 + 2 + 4 + 8 + 16 + 32
    assert told["year_earlier_revenue"] == 8 + 32


def test_the_season_is_known_from_a_year_of_history_with_enough_stays():
    stays = house(350, 60, 300)
    known = frame([*stays, booking("first", 400, 10)])
    cancelled = frame([*stays, booking("first", 400, 0, completed=False)])
    assert past_figures(cancelled, DAY, 30)["season_price"].unique().to_list() == [None], "stays begin in the window"
    assert past_figures(known, DAY, 30)["season_price"].unique().to_list() == [150.0]
    young = frame(stays)
    assert past_figures(young, DAY, 30)["season_price"].unique().to_list() == [None], "the window begins before it"
    few = frame([*house(350, 20, 300), booking("first", 400, 10)])
    assert past_figures(few, DAY, 30)["season_price"].unique().to_list() == [None]


def test_nothing_after_t_moves_a_figure():
    rows = frame([*house(350, 60, 300), booking("first", 400, 10)])
    later = pl.concat([rows, frame(house(-5, 70, 900)), frame([booking("h1", -1, 0, booking_id="350-1")])])
    assert past_figures(later, DAY, 30).equals(past_figures(rows, DAY, 30))


def test_the_price_of_the_horizon_is_an_outcome():
    rows = frame([*house(10, 60, 300), *house(-5, 70, 500)])
    targets = prospective_targets(rows, DAY, 30)
    assert targets["horizon_price"].unique().to_list() == [250.0]
    assert price_per_night(rows, DAY, DAY + timedelta(days=4)) is None
    lost = frame([booking(f"c{n}", -5, 0, completed=False) for n in range(80)])
    assert price_per_night(lost, DAY, DAY + timedelta(days=30)) is None


def test_a_horizon_longer_than_a_year_looks_back_no_further_than_t():
    rows = frame([booking("a", 300, 7), booking("a", -3, 1_000)])
    assert past_figures(rows, DAY, 500)["year_earlier_revenue"].to_list() == [pytest.approx(7.0)]
