"""Monthly views: months that are over, bands, cells of k, ids that last one month."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.customers.monthly_views import (
    ANY,
    BANDS,
    VIEW_BANDS,
    VIEW_VALUE,
    band_words,
    bands_of,
    cells_hold_k,
    fold_small_cells,
    month_ends,
    month_view,
    view_ids,
)
from resources.secret_keys import SecretKey

KEY = SecretKey(b"a key of thirty-two bytes or more")


def test_only_months_that_are_over_are_shown() -> None:
    assert month_ends(date(2024, 1, 31), date(2024, 1, 31)) == [date(2024, 1, 31)]
    assert month_ends(date(2023, 12, 5), date(2024, 2, 28)) == [date(2023, 12, 31), date(2024, 1, 31)]
    assert month_ends(date(2024, 2, 1), date(2024, 2, 28)) == []


def test_bands_hold_their_borders() -> None:
    values = pl.DataFrame({
        "pseudo_customer_id": list("abcd"), "bookings": [1, 2, 5, 6], "clv": [0, 1, 249, 5_000],
        "last_day": [date(2024, 3, 31), date(2024, 4, 1), date(2024, 12, 31), date(2025, 1, 1)],
    })  # fmt: skip
    bands = bands_of(values)
    assert bands["bookings_band"].to_list() == ["1", "2", "3-5", "6+"]
    assert bands["value_band"].to_list() == ["0", "1-249", "1-249", "5000+"]
    assert bands["last_activity"].to_list() == ["2024-Q1", "2024-Q2", "2024-Q4", "2025-Q1"]
    assert band_words((1, 2, 3, 6)) == ["1", "2", "3-5", "6+"]


def cells(rows: list[tuple[str, str, str]]) -> pl.DataFrame:
    ids = [f"customer {number}" for number in range(len(rows))]
    return pl.DataFrame(rows, schema=list(BANDS), orient="row").with_columns(pseudo_customer_id=pl.Series(ids))


@given(
    st.lists(st.tuples(st.sampled_from("12"), st.sampled_from("abc"), st.sampled_from("xyz")), max_size=60),
    st.integers(2, 7),
)
def test_every_cell_holds_the_minimum_and_nobody_is_moved_into_another(
    rows: list[tuple[str, str, str]], minimum: int
) -> None:
    before = cells(rows).cast(pl.String)
    folded = fold_small_cells(before, BANDS, minimum)
    assert folded.rows.group_by(BANDS).len().filter(pl.col("len") < minimum).is_empty()
    assert folded.rows.height + folded.withheld == before.height
    both = folded.rows.join(before, on="pseudo_customer_id", suffix="_true")
    for name in BANDS:
        assert both.filter((pl.col(name) != ANY) & (pl.col(name) != pl.col(f"{name}_true"))).is_empty()


def test_a_small_cell_gives_up_the_quarter_first() -> None:
    rows = cells([("2024-Q1", "0", "1")] * 5 + [("2024-Q2", "0", "1")] * 2 + [("2024-Q3", "0", "1")] * 3)
    folded = fold_small_cells(rows, BANDS, 5).rows
    assert folded["last_activity"].to_list() == ["2024-Q1"] * 5 + [ANY] * 5
    assert set(folded["bookings_band"]) == {"1"}


def test_ids_do_not_outlast_their_month_or_view() -> None:
    customers = pl.Series(["a", "b"])
    january = view_ids(customers, VIEW_BANDS, "2024-01", KEY)
    assert january.to_list() == view_ids(customers, VIEW_BANDS, "2024-01", KEY).to_list()
    others = [view_ids(customers, VIEW_BANDS, "2024-02", KEY), view_ids(customers, VIEW_VALUE, "2024-01", KEY)]
    assert all(not set(january) & set(other) for other in others)
    assert not set(january) & set(customers)


def test_a_view_is_in_the_order_of_its_ids() -> None:
    rows = cells([("2024-Q1", "0", "1")] * 9)
    view = month_view(rows, BANDS, VIEW_BANDS, date(2024, 1, 31), KEY, 5).rows
    assert view["view_id"].is_sorted()
    assert "pseudo_customer_id" not in view.columns
    assert set(view["month"]) == {"2024-01"}


def test_a_cell_that_is_too_small_fails_the_check() -> None:
    shown = cells([("2024-Q1", "0", "1")] * 5).with_columns(month=pl.lit("2024-01"))
    assert cells_hold_k(shown, BANDS, 5).passed
    broken = cells_hold_k(shown, BANDS, 6)
    assert (broken.name, broken.passed, broken.rows) == ("every_cell_holds_k", False, 1)
