import hashlib
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assets.raw.identity import with_row_ids
from resources.sources.base import BOOKING_COLUMNS, OPTIONAL_BOOKING_COLUMNS, Stream
from tests.unit.raw.builders import booking, delivery

COLUMNS = (*BOOKING_COLUMNS, *OPTIONAL_BOOKING_COLUMNS)


def identified(frame: pl.DataFrame) -> pl.DataFrame:
    return with_row_ids(frame, COLUMNS, "reservation_id", "reservation")


def test_content_hash_and_ordinal() -> None:
    frame = delivery(Stream.BOOKINGS, [booking(), booking(adr="1"), booking()])
    found = identified(frame)
    cells = [frame.row(0, named=True)[name] for name in COLUMNS]
    text = "\x1f".join("\x00" if cell is None else cell for cell in cells)
    digest = hashlib.sha256(text.encode()).hexdigest()[:24]
    assert found["row_id"].to_list()[::2] == [f"row:{digest}:1", f"row:{digest}:2"]
    assert found["repeat_ordinal"].to_list() == [1, 1, 2]


def test_the_sources_key_is_used_where_given() -> None:
    rows = [booking(reservation_id="R7"), booking(reservation_id=" "), booking(reservation_id="R8")]
    found = identified(delivery(Stream.BOOKINGS, rows))
    assert found["row_id"].to_list()[::2] == ["reservation:R7", "reservation:R8"]
    assert found["row_id"][1].startswith("row:")


def test_a_key_that_comes_twice_in_a_day_stays_unique() -> None:
    rows = [booking(reservation_id="R7"), booking(reservation_id="R7", adr="1"), booking(reservation_id="R7")]
    found = identified(delivery(Stream.BOOKINGS, rows))
    assert found["row_id"].to_list() == ["reservation:R7", "reservation:R7#2", "reservation:R7#3"]
    assert found["repeat_ordinal"].to_list() == [1, 1, 2]


def test_a_gap_is_not_an_empty_cell() -> None:
    found = identified(delivery(Stream.BOOKINGS, [booking(meal=None), booking(meal="")]))
    assert found["row_id"].n_unique() == 2
    assert found["repeat_ordinal"].to_list() == [1, 1]


def test_empty_delivery() -> None:
    assert identified(delivery(Stream.BOOKINGS, [])).is_empty()


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["1", "2", "3"]), max_size=8), st.lists(st.sampled_from(["1", "4"]), max_size=4))
def test_ids_do_not_depend_on_other_days_or_on_the_order(rates: list[str], others: list[str]) -> None:
    today = delivery(Stream.BOOKINGS, [booking(adr=rate) for rate in rates])
    other = delivery(Stream.BOOKINGS, [booking(adr=rate) for rate in others], date(2016, 7, 4))
    alone = identified(today)["row_id"].to_list()
    both = identified(pl.concat([other, today])).filter(pl.col("_delivery_day") == date(2016, 7, 3))
    assert both["row_id"].to_list() == alone
    assert sorted(identified(today.reverse())["row_id"]) == sorted(alone)
    assert len(set(alone)) == len(alone)
