"""The chapter on the customers: what is drawn of them, and what is said where there are none."""

from dataclasses import replace
from datetime import date

import polars as pl

from assets.customers.statistics import customer_statistics_rows
from assets.reports.chapters.customers.chapter import CHAPTER
from assets.reports.chapters.customers.section import booking_days, booking_figures
from assets.reports.telling.absence import Presence
from assets.reports.telling.blocks import Notice, Picture, Table
from assets.reports.telling.wording import MISSING
from tests.unit.reports.fixtures import MINIMUM, behaving, empty_world, full_world
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


def test_of_few_customers_nothing_is_told_but_that_they_are_few() -> None:
    full = full_world()
    few = behaving(full.tables["customers"].head(MINIMUM - 1))
    one = {"published_bookings": full.tables["published_bookings"].head(1),
           "customer_statistics": customer_statistics_rows(few, MINIMUM)}  # fmt: skip
    world = full.without_rows().with_tables(**one)
    assert keys_of(world) == ["value_segments", "describe_bookings", "describe_customers"]
    notices = [block.text for block in world.section(CHAPTER).blocks if isinstance(block, Notice)]
    assert notices[0] == "Concentration and spread of value: fewer than 10 customers are behind it."
    tables = {block.key: block for block in world.section(CHAPTER).blocks if isinstance(block, Table)}
    assert {cell for row in tables["value_segments"].rows for cell in row[1:]} == {MISSING}
    assert {cell for row in tables["describe_customers"].rows for cell in row[2:]} == {MISSING}


def test_the_sentence_says_what_was_measured_and_no_more() -> None:
    world = full_world()
    (drawn,) = [block for block in world.section(CHAPTER).blocks if getattr(block, "key", "") == "concentration"]
    assert isinstance(drawn, Picture)
    assert drawn.sentence.startswith("Of 900 markets, the best 10 % bring ")
    assert "the best 1 %" not in drawn.sentence, "nine customers are fewer than ten"
    silent = world.with_branch("customers", {"count": 12})
    (drawn,) = [block for block in silent.section(CHAPTER).blocks if getattr(block, "key", "") == "concentration"]
    assert isinstance(drawn, Picture)
    assert drawn.sentence == "Of 12 markets, too few are the best tenth to tell of them."


def test_a_booking_was_made_its_lead_time_before_it_began() -> None:
    rows = pl.DataFrame(
        {"arrival_from": [date(2016, 5, 10)], "arrival_to": [date(2016, 5, 12)], "lead_time_from": [4],
         "lead_time_to": [6]}
    )  # fmt: skip
    assert booking_days(rows).to_list() == [date(2016, 5, 6)]


def test_intervals_are_described_by_their_midpoint() -> None:
    rows = pl.DataFrame({"nights_from": [1, 3], "nights_to": [2, 3], "mean_revenue": [0, 20], "k": [5, 5]})
    assert booking_figures(rows).to_dict(as_series=False) == {"nights": [1.5, 3.0], "mean_revenue": [0.0, 20.0]}


def test_guests_are_called_guests_and_markets_markets() -> None:
    world = full_world()
    guests = replace(world, run=replace(world.run, unit="guest")).section(CHAPTER)
    assert guests.lead.startswith("A customer is a guest")
    assert world.section(CHAPTER).lead.startswith("A customer is a market")
    titles = {block.key: block.title for block in guests.blocks if isinstance(block, Picture)}
    assert titles["clv_distribution"] == "Realised value of a guest"
