import hashlib
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assets.raw.parse_bookings import parse_bookings
from assets.raw.settings import RawSettings
from resources.sources.base import BOOKING_COLUMNS, OPTIONAL_BOOKING_COLUMNS, Stream
from tests.unit.raw.builders import booking, delivery

COLUMNS = (*BOOKING_COLUMNS, *(name for name in OPTIONAL_BOOKING_COLUMNS if name != "room_number"))


def identified(frame: pl.DataFrame) -> pl.DataFrame:
    return parse_bookings(frame, RawSettings()).rows


def ids(*rows: dict[str, str | None]) -> list[str]:
    return identified(delivery(Stream.BOOKINGS, rows))["row_id"].to_list()


def test_content_hash_and_ordinal() -> None:
    frame = delivery(Stream.BOOKINGS, [booking(), booking(adr="1"), booking()])
    found = identified(frame)
    cells = [frame.row(0, named=True)[name] for name in COLUMNS]
    text = "\x1f".join("\x00" if cell is None else cell for cell in cells)
    digest = hashlib.sha256(text.encode()).hexdigest()[:24]
    assert found["row_id"].to_list()[::2] == [f"row:{digest}:1", f"row:{digest}:2"]
    assert found["repeat_ordinal"].to_list() == [1, 1, 2]


def test_a_room_number_alone_tells_rows_without_a_number_apart() -> None:
    plain, first, second = ids(booking(), booking(room_number="1"), booking(room_number="2"))
    assert len({plain[:28], first[:28], second[:28]}) == 3


def test_the_sources_key_is_used_where_given() -> None:
    found = ids(booking(reservation_id="R7"), booking(reservation_id=" "), booking(reservation_id=" r8"))
    assert found[::2] == ["reservation:R7", "reservation:R8"]
    assert found[1].startswith("row:")


def test_a_placeholder_is_no_key() -> None:
    found = ids(
        *(booking(reservation_id=word) for word in ("NULL", "nan", "0", "-", "00000000-0000-0000-0000-000000000000"))
    )
    assert all(name.startswith("row:") for name in found)


def test_a_key_that_comes_twice_in_a_day_stays_unique() -> None:
    first, second, third = ids(
        booking(reservation_id="R7"), booking(reservation_id="R7", adr="1"), booking(reservation_id="R7")
    )
    assert (first, third) == ("reservation:R7", "reservation:R7:again:2")
    assert second.startswith("reservation:R7:part:")


FORGED = (
    "X0", "x0", "X0#2", "X0:part:1", "X0:ROOM:1", "X0:room:1", "X0:again:2", "X0:AGAIN:2", "X0\x00", "X0 :room:1",
    "X0/1", "reservation:X0", "row:X0",
)  # fmt: skip


@hypothesis_settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(FORGED), st.none() | st.sampled_from(FORGED), st.sampled_from(["1", "2"])),
        max_size=12,
    )
)
def test_no_id_comes_twice_in_a_day_whatever_keys_look_like(rows: list[tuple[str, str | None, str]]) -> None:
    found = ids(*(booking(reservation_id=key, room_number=room, adr=rate) for key, room, rate in rows))
    assert len(set(found)) == len(rows)


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
    both = identified(pl.concat([other, today])).filter(pl.col("delivery_day") == date(2016, 7, 3))
    assert both["row_id"].to_list() == alone
    assert sorted(identified(today.reverse())["row_id"]) == sorted(alone)
    assert len(set(alone)) == len(alone)
