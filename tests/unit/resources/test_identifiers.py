"""Spellings of one e-mail, phone, card, name or row id are one; two different ones never are."""

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from resources.identifiers import (
    is_same_name,
    masked,
    name_words,
    plain_card,
    plain_email,
    plain_row_id,
    read_phones,
    row_id_scopes,
)
from resources.sources.keys import normalised_key


def same_phone(one: str, other: str) -> bool:
    return any(a.is_same(b) for a in read_phones(one) for b in read_phones(other))


@pytest.mark.parametrize(
    "spelling",
    ["+351 912 345 678", "00351 912345678", "(+351) 912-345.678", "+351 (0)912 345 678", "912345678", "0912/345 678",
     "351912345678", "tel:+351912345678", "+351 912 345 678 ext. 12", "Mobile: 912 345 678",
     "+351\u00a0912\u2011345\u2011678",
     "+３５１ 912345678", "+\u0663\u0665\u0661 912345678", "351912345678.0", "912345678; 210000001"],
)  # fmt: skip
def test_spellings_of_one_phone(spelling: str) -> None:
    assert same_phone(spelling, "+351 912 345 678")
    assert same_phone("+351912345678", spelling)


@pytest.mark.parametrize("other", ["+34 912 345 678", "912345679", "12345678", "", "n/a", "000000000", "unknown", "-"])
def test_other_phones(other: str) -> None:
    assert not same_phone(other, "+351 912 345 678")


def test_extensions_tell_lines_apart_where_both_are_given() -> None:
    assert not same_phone("+49 30 1234567 ext 1", "+49 30 1234567 ext 2")
    assert same_phone("+49 30 1234567 ext 1", "030 1234567")


@given(st.from_regex(r"[1-9][0-9]{7,9}", fullmatch=True), st.sampled_from(["351", "49", "1", "44", "7", "86"]),
       st.lists(st.sampled_from(["", " ", "-", ".", "/", "  "]), min_size=10, max_size=10))  # fmt: skip
def test_separators_never_matter(national: str, country: str, gaps: list[str]) -> None:
    spaced = "".join(f"{digit}{gap}" for digit, gap in zip(national, gaps, strict=False))
    assume(not re.search(r"\.0+\W*$", spaced))  # a number that came through a float: 912345678.0
    for head in (f"+{country} ", f"00{country}", "0", "", f"+{country} (0)", country):
        assert same_phone(head + spaced, f"+{country}{national}"), head


@pytest.mark.parametrize(
    "spelling", ["Anna@Example.ORG", " anna@example.org ", "Anna Doe <ANNA@example.org>", "mailto:anna@example.org",
                 "ａｎｎａ@example.org", "anna@example.org\u200b"],
)  # fmt: skip
def test_spellings_of_one_address(spelling: str) -> None:
    assert plain_email(spelling) == "anna@example.org"


def test_no_address() -> None:
    assert [plain_email(text) for text in (None, "", "n/a", "NULL", "@")] == [None] * 5
    assert plain_email("x@münchen.de") == plain_email("X@xn--mnchen-3ya.de")
    assert plain_email("x@mu\u0308nchen.de") == plain_email("x@M\u00dcNCHEN.de")


def test_cards() -> None:
    assert plain_card("4000 0012-3456 7899") == plain_card("4000001234567899") == "4000001234567899"
    assert plain_card("**** **** **** 7899") is None
    assert plain_card("XXXXXXXXXXXX7899") is None
    assert plain_card("7899") is None
    assert plain_card("0000000000000000") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("John Doe", "DOE, JOHN"), ("Inês Nunes", "ines nunes"), ("Müller Jan", "Jan Mueller"), 
     ("Mr. John Doe", "john doe"),
     ("J. Doe", "John Doe"), ("Ana Maria Luz", "Ana M. Luz"), ("O’Brien Pat", "Pat O'Brien"), 
     ("Jean-Luc Roy", "Roy Jean Luc"),
     ("Łukasz Żak", "Lukasz Zak"), ("", "John Doe")],
)  # fmt: skip
def test_names_of_one_person(one: str, other: str) -> None:
    assert is_same_name(name_words(one), name_words(other))
    assert is_same_name(name_words(other), name_words(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [("John Doe", "Jane Doe"), ("J. D.", "John Doe"), ("John Doe", "John Doe Jr"), ("Ana Silva", "Ana Maria Silva"),
     ("John", "Joe"), ("J. Doe", "K. Doe"), ("J", "John")],
)  # fmt: skip
def test_names_that_may_be_two_people(one: str, other: str) -> None:
    assert not is_same_name(name_words(one), name_words(other))
    assert not is_same_name(name_words(other), name_words(one))


@given(
    st.lists(st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=8), min_size=1, max_size=4),
    st.randoms(),
)
def test_order_case_and_form_of_a_name_never_matter(words: list[str], random: object) -> None:
    name = " ".join(words)
    random.shuffle(words)  # type: ignore[attr-defined]
    assert name_words(unicodedata.normalize("NFD", ", ".join(words))) == name_words(name)


def test_row_ids() -> None:
    assert plain_row_id(" Reservation : 12.0") == plain_row_id("reservation:12")
    assert plain_row_id("reservation:r1") == plain_row_id("reservation:R1")
    assert plain_row_id("review:1") != plain_row_id("reservation:1")


PART = ":part:0123456789ab"


@pytest.mark.parametrize(
    ("text", "scopes"),
    [("reservation: r1 ", ["reservation:R1"]),
     ("Reservation:r1:room:12b", ["reservation:R1", "reservation:R1:room:12B"]),
     (f"reservation:R1{PART}", ["reservation:R1", f"reservation:R1{PART}"]),
     (f"reservation:R1{PART}:2:again:3", ["reservation:R1", f"reservation:R1{PART}:2",
                                          f"reservation:R1{PART}:2:again:3"]),
     (f"reservation:A:1:room:7.0{PART}", ["reservation:A:1", "reservation:A:1:room:7",
                                          f"reservation:A:1:room:7{PART}"]),
     ("reservation:R1:ROOM:101", ["reservation:R1:ROOM:101"]),
     ("reservation:R1:part:x", ["reservation:R1:PART:X"]),
     ("reservation:R1:room:", ["reservation:R1"]),
     ("review:v1:again:2", ["review:V1", "review:V1:again:2"]),
     (f"review:V1{PART}", [f"review:V1{PART}"]),
     ("row:abc:1", ["row:abc:1"]),
     ("b.csv:7", ["B.CSV:7"])],
)  # fmt: skip
def test_a_number_covers_its_rooms(text: str, scopes: list[str]) -> None:
    assert list(row_id_scopes(text)) == scopes
    assert plain_row_id(text) == scopes[-1]


@given(st.text(), st.text(), st.text())
def test_no_number_can_pass_for_a_room_of_another(number: str, room: str, other: str) -> None:
    key, forged = normalised_key(number), normalised_key(f"{number}:room:{room}")
    at = normalised_key(room)
    if key and forged and at:
        assert row_id_scopes(f"reservation:{key}:room:{at}")[0] == f"reservation:{key}"
        assert row_id_scopes(f"reservation:{forged}") == (f"reservation:{forged}",)
    assert plain_row_id(plain_row_id(other)) == plain_row_id(other)


@given(st.text(min_size=1))
def test_a_masked_value_hides_most(value: str) -> None:
    told = masked(value)
    bare = value.split(":", 1)[-1]
    assert value not in told or not any(map(str.isalnum, value)) or len(bare) < 1 or told == value
