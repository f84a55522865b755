"""The chapter on the customers: what is drawn of them, and what is said where there are none."""

from datetime import date

import polars as pl
import pytest

from assets.reports.chapters.customers.chapter import CHAPTER
from assets.reports.chapters.customers.section import (
    MAX_MAP_COLUMNS,
    behaviour_columns,
    booking_days,
    booking_figures,
)
from assets.reports.telling.absence import Presence
from assets.reports.telling.blocks import Notice, Picture, Table
from tests.unit.reports.fixtures import empty_world, full_world
from tests.unit.reports.world import World


def keys_of(world: World) -> list[str]:
    return [block.key for block in world.section(CHAPTER).blocks if isinstance(block, Picture | Table)]


def test_value_comes_first_then_when_and_what_moves_together() -> None:
    assert keys_of(full_world()) == [
        "concentration", "clv_distribution", "value_segments", "booking_density", "describe_bookings",
        "describe_customers", "correlations",
    ]  # fmt: skip


def test_without_customers_the_first_lack_is_told() -> None:
    world = empty_world()
    none = World(run=world.run, presence=Presence(bookings=9, published=0, customers=0))
    said = [block.text for block in none.section(CHAPTER).blocks if isinstance(block, Notice)]
    assert [text.split(":")[0] for text in said] == [
        "Customers and their value", "Density of booking times", "Correlation maps",
    ]  # fmt: skip
    assert all("no booking could be published" in text for text in said)
    assert keys_of(none) == []


def test_one_customer_with_one_booking_is_told_without_a_density() -> None:
    world = full_world().without_rows()
    one = {name: full_world().tables[name].head(1) for name in ("customers", "published_bookings")}
    assert keys_of(world.with_tables(**one)) == [
        "concentration", "clv_distribution", "value_segments", "describe_bookings", "describe_customers",
    ]  # fmt: skip


def test_a_booking_was_made_its_lead_time_before_it_began() -> None:
    rows = pl.DataFrame(
        {"arrival_from": [date(2016, 5, 10)], "arrival_to": [date(2016, 5, 12)], "lead_time_from": [4],
         "lead_time_to": [6]}
    )  # fmt: skip
    assert booking_days(rows).to_list() == [date(2016, 5, 6)]


def test_intervals_are_described_by_their_midpoint() -> None:
    rows = pl.DataFrame({"nights_from": [1, 3], "nights_to": [2, 3], "mean_revenue": [0, 20], "k": [5, 5]})
    assert booking_figures(rows).to_dict(as_series=False) == {"nights": [1.5, 3.0], "mean_revenue": [0.0, 20.0]}


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ({"b_x": [1.0, 2.0, 3.0]}, ["b_x"]),
        ({"b_x": [1.0, 1.0, 1.0]}, []),
        ({"b_x": [1.0, None, None]}, []),
        ({"b_x": ["a", "b", "c"]}, []),
        ({"other": [1.0, 2.0, 3.0]}, []),
        (
            {f"b_{number:02d}": [1.0, 2.0, 3.0] for number in range(20)},
            [f"b_{number:02d}" for number in range(MAX_MAP_COLUMNS)],
        ),
    ],
)
def test_a_map_shows_features_that_vary_and_are_mostly_known(columns: dict, kept: list[str]) -> None:
    assert behaviour_columns(pl.DataFrame(columns)) == kept
