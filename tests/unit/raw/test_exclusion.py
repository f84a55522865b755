"""Rows of erased guests and of guests who opted out never come in, and every row is accounted for."""

from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.raw.contract import QUARANTINE, RAW_BOOKINGS
from assets.raw.exclusion import NO_NOTICES, without_erased, without_opted_out
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.quarantine import Parsed
from assets.raw.settings import RawSettings
from resources.secret_keys import SecretKey
from resources.sources.base import Stream
from resources.tombstones import EMAIL, GUEST_KEY, RESERVATION, ROW, TEXT, Tombstones
from tests.unit.raw.builders import booking, delivery, review

DAY = date(2024, 1, 10)
EMPTY = Tombstones(SecretKey(b"k" * 32))


def parsed(*rows: dict[str, object], texts: tuple[str, ...] = ()) -> Parsed:
    given_rows = [{"delivery_day": DAY, **row} for row in rows]
    columns = {name: RAW_BOOKINGS.schema[name] for name in ("row_id", "guest_key", "email", "delivery_day")}
    bad = [{"row_id": f"f:{index}", "raw_text": text, "delivery_day": DAY} for index, text in enumerate(texts)]
    return Parsed(pl.DataFrame(given_rows, schema=columns), pl.DataFrame(bad, schema=QUARANTINE.schema))


def erased(**values: str) -> Tombstones:
    marks = {kind: frozenset({EMPTY.mark(kind, value)}) for kind, value in values.items()}
    return Tombstones(SecretKey(b"k" * 32), marks)


def test_nobody_erased_leaves_everything() -> None:
    rows = parsed({"row_id": "a"}, texts=("x",))
    assert without_erased(rows, EMPTY)[0] is rows
    assert without_opted_out(rows, NO_NOTICES, EMPTY)[1].is_empty()


def test_each_kind_of_tombstone_is_known_again() -> None:
    rows = parsed({"row_id": "a", "email": "X@y.org"}, {"row_id": "b", "guest_key": "G1"}, {"row_id": "c"},
                  {"row_id": "d"}, texts=("one", "two"))  # fmt: skip
    left, gone = without_erased(rows, erased(**{EMAIL: "x@Y.org", GUEST_KEY: "G1", ROW: "c", TEXT: "two"}))
    assert left.rows["row_id"].to_list() == ["d"]
    assert left.problems["raw_text"].to_list() == ["one"]
    assert gone["reason"].unique().to_list() == ["erased"]
    assert gone["row_id"].to_list() == [EMPTY.mark(ROW, value) for value in ("a", "b", "c", "f:1")]


def notices(*said: tuple[str, str, int]) -> pl.DataFrame:
    rows = [(who, kind, DAY + timedelta(days=offset)) for who, kind, offset in said]
    return pl.DataFrame(rows, schema=NO_NOTICES.schema, orient="row")


def test_the_last_notice_up_to_the_day_counts() -> None:
    rows = parsed({"row_id": "a", "email": "a@x.org"}, {"row_id": "b", "guest_key": "G1"}, {"row_id": "c"},
                  {"row_id": "d", "guest_key": "G2"})  # fmt: skip
    told = notices(("A@x.org", "opt-out", 0), ("G1", "opt-out", -3), ("G1", "consent", -1), ("c", "opt-out", 1),
                   ("G2", "consent", 0), ("G2", "opt-out", 0))  # fmt: skip
    left, gone = without_opted_out(rows, told, EMPTY)
    assert left.rows["row_id"].to_list() == ["b", "c"]
    assert gone["row_id"].to_list() == [EMPTY.mark(ROW, "a"), EMPTY.mark(ROW, "d")]
    assert gone["reason"].unique().to_list() == ["opt-out"]


@given(st.lists(st.sampled_from(["G1", "G2", None]), max_size=8), st.lists(st.sampled_from(["one", "two"]), max_size=4))
def test_rows_are_conserved(keys: list[str | None], texts: list[str]) -> None:
    rows = parsed(*({"row_id": str(index), "guest_key": key} for index, key in enumerate(keys)), texts=tuple(texts))
    willing, out = without_opted_out(rows, notices(("G2", "opt-out", 0)), EMPTY)
    left, gone = without_erased(willing, erased(**{GUEST_KEY: "G1", TEXT: "one"}))
    assert left.rows.height + left.problems.height + out.height + gone.height == len(keys) + len(texts)
    assert "G1" not in left.rows["guest_key"].to_list()


PART = ":part:0123456789ab"


def test_a_notice_of_a_reservation_covers_its_rooms_and_no_other_number() -> None:
    names = ("reservation:R1", "reservation:R1:room:7", f"reservation:R1{PART}", f"reservation:R1{PART}:again:2")
    others = ("reservation:R1:ROOM:7", "reservation:R12", "review:R1", f"review:R1{PART}")
    rows = parsed(*({"row_id": name} for name in (*names, *others)))
    left, _ = without_opted_out(rows, notices(("reservation:r1", "opt-out", 0)), EMPTY)
    assert left.rows["row_id"].to_list() == list(others)
    left, _ = without_opted_out(rows, notices(("reservation:r1:room:7.0", "opt-out", 0)), EMPTY)
    assert set(names) - set(left.rows["row_id"]) == {"reservation:R1:room:7"}
    consented = notices(("reservation:R1", "opt-out", -1), ("reservation:R1:room:7", "consent", 0))
    left, _ = without_opted_out(rows, consented, EMPTY)
    assert set(names) & set(left.rows["row_id"]) == {"reservation:R1:room:7"}


def test_a_further_room_of_an_erased_reservation_stays_out_where_it_names_nobody() -> None:
    rows = parsed({"row_id": f"reservation:R1{PART}"}, {"row_id": "reservation:R1:room:8", "guest_key": "G2"},
                  {"row_id": "reservation:R1:room:9", "email": "b@x.org"}, {"row_id": "reservation:R2"})  # fmt: skip
    left, _ = without_erased(rows, erased(**{RESERVATION: "reservation:R1"}))
    assert left.rows["row_id"].to_list() == [f"reservation:R1:room:{room}" for room in (8, 9)] + ["reservation:R2"]


def test_damaged_rows_are_known_by_the_spelling_and_the_words_of_the_source() -> None:
    cells = {"email": "a@x.org", "adr": "bad"}
    rows = [booking(reservation_id=" r1", room_number="7.0", **cells), booking(guest_key="Laufkunde", **cells),
            booking(guest_key="G2", **cells)]  # fmt: skip
    bad = parse_bookings(delivery(Stream.BOOKINGS, rows), RawSettings(placeholders=("laufkunde",)))
    words = RawSettings(placeholders=("laufkunde",)).words
    assert without_erased(bad, erased(**{ROW: "reservation:R1:room:7"}))[0].problems["source_row"].to_list() == [2, 3]
    by_mail = erased(**{EMAIL: "a@x.org"})
    assert without_erased(bad, by_mail, words)[0].problems["source_row"].to_list() == [3]
    told = notices(("reservation:R1", "opt-out", -9_999), ("laufkunde", "opt-out", -9_999))
    assert without_opted_out(bad, told, EMPTY, words)[0].problems["source_row"].to_list() == [2, 3]
    assert without_opted_out(bad, told, EMPTY)[0].problems["source_row"].to_list() == [3]


def test_a_review_that_names_an_erased_guest_s_stay_stays_out_or_loses_the_number() -> None:
    rows = [review(review_key="V1", reservation_id="r1"), review(review_key="V2", reservation_id="R1", guest_key="G2"),
            review(review_key="V3", reservation_id="R2"), review(review_key="V4", guest_key="G1"),
            review(review_key="V5", reservation_id="R3")]  # fmt: skip
    gone = erased(**{RESERVATION: "reservation:R1", GUEST_KEY: "G1", ROW: "reservation:R3"})
    left, out = without_erased(parse_reviews(delivery(Stream.REVIEWS, rows)), gone)
    assert left.rows.select("row_id", "reservation_id", "guest_key").rows() == [
        ("review:V2", None, "G2"), ("review:V3", "reservation:R2", None),
    ]  # fmt: skip
    assert out.height == 3


def test_an_opt_out_by_key_keeps_reviews_out_too() -> None:
    rows = parse_reviews(delivery(Stream.REVIEWS, [review(guest_key="g1"), review(guest_key="G2")], DAY))
    left, out = without_opted_out(rows, notices(("G1", "opt-out", 0)), EMPTY)
    assert left.rows["guest_key"].to_list() == ["G2"]
    assert out.height == 1


def test_damaged_reviews_are_known_by_the_key_and_the_stay_that_they_carry() -> None:
    bad = {"Reviewer_Score": "bad"}
    rows = [review(review_key="V1", reservation_id="r1", **bad), review(review_key="V2", guest_key="g1", **bad),
            review(review_key="V3", reservation_id="R1", guest_key="G2", **bad),
            review(review_key="V4", **bad)]  # fmt: skip
    damaged = parse_reviews(delivery(Stream.REVIEWS, rows))
    gone = erased(**{ROW: "reservation:R1", GUEST_KEY: "G1"})
    assert without_erased(damaged, gone)[0].problems["source_row"].to_list() == [3, 4]
    assert without_erased(damaged, erased(**{ROW: "review:V4"}))[0].problems["source_row"].to_list() == [1, 2, 3]
