"""Stored bookings leave joins and scores from the notice on, and come back with a consent."""

from datetime import date

import polars as pl

from assets.privacy.contract import LABELLED_BOOKINGS
from assets.privacy.opt_outs import HISTORY, notice_history, without_opted_out
from assets.privacy.pseudonyms import keyed_hash
from resources.secret_keys import SecretKey
from resources.sources.keys import Placeholders

_TEXTS = {name: pl.String() for name in ("guest_key", "email", "guest_hash")}
KEY = SecretKey(b"k" * 32)
NOTICES = pl.DataFrame(
    {
        "identifier": ["A@x.org", "G2", "row:3", "G2"],
        "kind": ["opt-out", "opt-out", "opt-out", "consent"],
        "day": [date(2024, 1, 5), date(2024, 1, 3), date(2024, 1, 1), date(2024, 1, 8)],
    }
)


def history() -> pl.DataFrame:
    raw = pl.DataFrame({"row_id": ["row:1", "row:4"], "guest_key": ["G1", None], "email": ["a@x.org", None]})
    hashes = keyed_hash(["G1", "G2", None, None], "guest", KEY)
    named = pl.DataFrame(
        {"row_id": ["row:1", "row:2", "row:3", "row:4"], "booking_id": ["b1", "b2", "b3", "b4"], "guest_hash": hashes}
    )
    return notice_history(raw, named, NOTICES, KEY)


def test_a_notice_reaches_bookings_by_address_key_and_row() -> None:
    told = history()
    assert told["booking_id"].to_list() == ["b1", "b2", "b2", "b3"], "b2's raw row has left: its guest key still counts"


def test_a_reservation_reaches_the_bookings_of_its_rooms() -> None:
    ids = ["reservation:R1", "reservation:R1:room:7", "reservation:R1:part:0123456789ab", "reservation:R1:ROOM:7"]
    raw = pl.DataFrame({"row_id": ids[:1], "guest_key": [None], "email": [None]}, schema_overrides=_TEXTS)
    named = pl.DataFrame({"row_id": ids, "booking_id": ["b1", "b2", "b3", "b4"], "guest_hash": [None] * 4},
                         schema_overrides=_TEXTS)  # fmt: skip
    told = NOTICES.clear().vstack(NOTICES.head(1).with_columns(identifier=pl.lit("reservation:r1")))
    assert notice_history(raw, named, told, KEY)["booking_id"].to_list() == ["b1", "b2", "b3"]


def test_a_sources_own_word_for_no_key_reaches_nobody() -> None:
    raw = pl.DataFrame({"row_id": ["row:1"], "guest_key": ["Laufkunde"], "email": [None]}, schema_overrides=_TEXTS)
    named = pl.DataFrame({"row_id": ["row:1"], "booking_id": ["b1"], "guest_hash": [None]}, schema_overrides=_TEXTS)
    told = NOTICES.head(1).with_columns(identifier=pl.lit("laufkunde"))
    assert notice_history(raw, named, told, KEY).height == 1
    assert notice_history(raw, named, told, KEY, Placeholders.of(["laufkunde"])).is_empty()


def test_each_row_is_judged_as_of_its_day() -> None:
    days = [date(2024, 1, 2), date(2024, 1, 6), date(2024, 1, 9)]
    rows = pl.DataFrame({"booking_id": ["b1", "b2", "b3", "b4"] * 3, "day": [day for day in days for _ in range(4)]})
    left = without_opted_out(LABELLED_BOOKINGS, rows, history(), pl.col("day"))
    by_day = [left.filter(pl.col("day") == day)["booking_id"].to_list() for day in days]
    assert by_day == [["b1", "b2", "b4"], ["b4"], ["b2", "b4"]]


def test_without_notices_nothing_is_touched() -> None:
    rows = pl.DataFrame({"booking_id": ["b1"]})
    assert without_opted_out(LABELLED_BOOKINGS, rows, pl.DataFrame(schema=HISTORY), pl.lit(date(2024, 1, 1))) is rows
