"""Labels of batches: k, cover, stays, order, days."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.privacy.class_labels import LEVEL_COLUMNS, NUMBER_COLUMNS
from assets.privacy.generalisation import batch_key, generalise
from resources.errors import ContractError
from tests.unit.privacy.builders import DAY, booking, bookings, linked, streams


def test_one_class_has_one_tight_label() -> None:
    rows = [booking(n, adults=1 + n % 2, country=["PRT", "ESP"][n % 2], nights=2 + n) for n in range(5)]
    labels = generalise(linked(bookings(rows)), k=5).labels
    assert labels.height == 5
    assert labels["class_id"].unique().to_list() == ["2016-03-01-stay-0"]
    row = labels.row(0, named=True)
    assert (row["adults_from"], row["adults_to"], row["country_levels"]) == (1, 2, "ESP|PRT")
    assert row["country_region"] == "Southern Europe"
    assert (row["nights_from"], row["nights_to"]) == (2, 6)
    assert (row["arrival_from"], row["arrival_to"]) == (date(2016, 2, 24), date(2016, 2, 28))
    assert row["class_size"] == 5


def test_missing_values_are_a_level_and_missing_children_are_none() -> None:
    rows = [booking(n, agent=None if n else "9", children=None, country=None) for n in range(5)]
    row = generalise(linked(bookings(rows)), k=5).labels.row(0, named=True)
    assert (row["agent_levels"], row["country_levels"], row["country_region"]) == ("9|?", "?", "Unknown")
    assert (row["children_from"], row["children_to"]) == (0, 0)


def test_separator_inside_a_value_does_not_look_like_two_levels() -> None:
    rows = [booking(n, agent="a|b") for n in range(5)]
    assert generalise(linked(bookings(rows)), k=5).labels["agent_levels"][0] == "a/b"


def test_completed_stays_and_others_are_partitioned_apart() -> None:
    rows = [booking(n) for n in range(5)]
    rows += [booking(n, reservation_status="Canceled", is_canceled=True) for n in range(5, 9)]
    result = generalise(linked(bookings(rows)), k=5)
    assert result.labels["is_completed"].all()
    assert result.withheld.height == 4
    assert result.withheld["reason"].unique().to_list() == ["below_k"]


def test_hotels_apart_have_labels_of_one_hotel_each() -> None:
    rows = [booking(n, hotel="ABC"[n % 3], nights=1 + n % 4) for n in range(45)]
    rows += [booking(n, hotel="D") for n in range(45, 49)]
    given_rows = linked(bookings(rows))
    together, apart = (generalise(given_rows, k=5, hotels_apart=choice) for choice in (False, True))
    assert together.labels["hotel_levels"].str.contains("|", literal=True).any()
    assert together.withheld.is_empty()
    assert set(apart.labels["hotel_levels"]) == {"A", "B", "C"}
    assert apart.withheld["reason"].to_list() == ["below_k"] * 4, "a hotel with four guests that day"
    sizes = apart.labels.group_by("class_id").agg(
        pl.len(), pl.col("class_size").first(), pl.col("hotel_levels").n_unique()
    )
    assert sizes["len"].sum() == 45
    assert (sizes["len"] == sizes["class_size"]).all()
    assert sizes["class_size"].min() >= 5
    assert (sizes["hotel_levels"] == 1).all(), "no two hotels share the name of a class"


def test_a_stay_that_ends_on_another_day_keeps_its_own_arrival_label() -> None:
    rows = [booking(n, arrival_day=DAY - timedelta(days=9)) for n in range(5)]
    row = generalise(linked(bookings(rows)), k=5).labels.row(0, named=True)
    assert row["class_id"] == "2016-03-01-other-0"
    assert row["is_completed"]
    assert row["arrival_from"] == row["arrival_to"] == DAY - timedelta(days=9)


def test_k_counts_guests_where_they_are_known() -> None:
    same = [booking(n, guest_key="one guest") for n in range(8)]
    assert generalise(linked(bookings(same)), k=2).labels.is_empty()
    other = [booking(n, guest_key=f"guest {n % 4}") for n in range(8)]
    assert generalise(linked(bookings(other)), k=4).labels["class_size"].unique().to_list() == [4]


def test_a_column_that_is_not_cut_on_is_still_k_anonymous() -> None:
    rows = [booking(n, adults=n % 3, lead_time_days=n) for n in range(20)]
    result = generalise(linked(bookings(rows)), k=5, quasi_identifiers=("nights",))
    assert result.labels["class_id"].n_unique() == 1
    assert result.labels["lead_time_to"].unique().to_list() == [19]


def test_no_rows_give_no_labels() -> None:
    result = generalise(linked(bookings([])), k=5)
    assert result.labels.is_empty()
    assert result.withheld.is_empty()


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ContractError, match="shoe_size"):
        generalise(linked(bookings([])), k=5, quasi_identifiers=("shoe_size",))
    with pytest.raises(ContractError, match="year"):
        batch_key(pl.Series([DAY]), "year")


def test_batches_end_on_their_last_day() -> None:
    days = pl.Series([date(2016, 2, 29), date(2016, 3, 6)])
    assert batch_key(days, "week").to_list() == [date(2016, 3, 6), date(2016, 3, 6)]
    assert batch_key(days, "month").to_list() == [date(2016, 2, 29), date(2016, 3, 31)]
    assert batch_key(days, "all").to_list() == [date(2016, 3, 6)] * 2


@settings(max_examples=15, deadline=None)
@given(raw=streams(), k=st.integers(2, 5))
def test_every_label_covers_the_true_value(raw: pl.DataFrame, k: int) -> None:
    rows = linked(raw)
    truth = rows.select(
        "booking_id",
        "delivery_day",
        *LEVEL_COLUMNS.values(),
        "arrival_day",
        "nights",
        "lead_time_days",
        "adults",
        pl.col("children").fill_null(0),
    )
    labels = generalise(rows, k=k).labels
    both = labels.join(truth, on="booking_id", validate="1:1")
    assert both.height == labels.height
    for name, column in NUMBER_COLUMNS.items():
        first, last = pl.col(f"{name}_from").cast(pl.Int32), pl.col(f"{name}_to").cast(pl.Int32)
        assert both.select(pl.col(column).is_between(first, last).all()).item()
    for name, column in LEVEL_COLUMNS.items():
        value = pl.col(column).cast(pl.Int8) if both.schema[column] == pl.Boolean else pl.col(column)
        value = value.cast(pl.String).str.replace_all("|", "/", literal=True).fill_null("?")
        assert both.select(value.is_in(pl.col(f"{name}_levels").str.split("|")).all()).item()


@settings(max_examples=10, deadline=None)
@given(raw=streams(), data=st.data())
def test_order_of_rows_and_range_of_days_do_not_matter(raw: pl.DataFrame, data: st.DataObject) -> None:
    rows = linked(raw)
    whole = generalise(rows, k=3)
    shuffled = rows[data.draw(st.permutations(range(rows.height)))] if rows.height else rows
    again = generalise(shuffled, k=3)
    assert whole.labels.equals(again.labels)
    assert whole.withheld.sort("booking_id").equals(again.withheld.sort("booking_id"))
    days = [generalise(rows.filter(pl.col("delivery_day") == day), k=3).labels for day in rows["delivery_day"].unique()]
    if days:
        assert pl.concat(days).sort("booking_id").equals(whole.labels.sort("booking_id"))
