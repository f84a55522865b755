"""Needles are found as words of their own, in text and bytes, and written over without harming the rest."""

import json
import unicodedata

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.guests.needles import Needle, blank_out, held_kinds, holds, may_hold

MAIL, NAME = Needle("email", "anna9@x.org"), Needle("guest_name", "Inês Nunes")


def test_words_of_their_own_only() -> None:
    assert holds("write to ANNA9@x.org.", MAIL)
    assert not holds("joanna9@x.org", MAIL)
    assert not holds(None, MAIL)
    assert held_kinds(b"joanna9@x.org anna9@x.org", [MAIL]) == {"email"}
    assert held_kinds(b"joanna9@x.orgs", [MAIL]) == set()


def test_the_spelling_of_json_is_found_and_written_over() -> None:
    for ascii_only in (True, False):
        text = json.dumps({"guest": "Inês Nunes", "n": 1}, ensure_ascii=ascii_only)
        assert held_kinds(text.encode(), [NAME]) == {"guest_name"}
        assert json.loads(blank_out(text, [NAME])) == {"guest": "[erased]", "n": 1}


def test_no_needle_shows_its_value() -> None:
    assert "anna9" not in repr(MAIL)


@given(st.text(), st.text())
def test_what_is_written_over_is_gone(before: str, after: str) -> None:
    assert not holds(blank_out(f"{before} anna9@x.org {after}", [MAIL]), MAIL) or "anna9@x.org" in (before + after)


PHONE = Needle("phone", "+351 912 345 678")


@pytest.mark.parametrize(
    "text",
    ["call 00351912345678", "(+351) 912-345.678", "+351 (0)912 345 678!", '"912345678"', "0912/345 678",
     "tel:+351912345678", "9 1 2 3 4 5 6 7 8", "fax 12, 912345678", "+351\u00a0912\u00a0345\u00a0678"],
)  # fmt: skip
def test_a_phone_is_found_in_its_usual_spellings(text: str) -> None:
    assert holds(text, PHONE)
    assert held_kinds(text.encode(), [PHONE]) == {"phone"}
    assert may_hold(pl.Series([text]), [PHONE]).to_list() == [True]
    assert not holds(blank_out(text, [PHONE]), PHONE)


@pytest.mark.parametrize(
    "text", ["+34 912345678", "0034912345678", "9912345678", "9123456789", "a912345678b", "912,345,678"]
)
def test_another_number_is_not_that_phone(text: str) -> None:
    assert not holds(text, PHONE)
    assert held_kinds(text.encode(), [PHONE]) == set()


@pytest.mark.parametrize("text", ["INÊS NUNES", "ine\u0302s  nunes", "IN\\u00CAS nunes", "Ｉｎês\u00a0Nunes"])
def test_names_are_found_in_any_case_and_form(text: str) -> None:
    assert holds(text, NAME)
    assert held_kinds(text.encode(), [NAME]) == {"guest_name"}
    assert may_hold(pl.Series([text.replace("\\u00CA", "Ê")]), [NAME]).to_list() == [True]
    assert blank_out(f"<{text}>", [NAME]) == "<[erased]>"


@example("AA\u0130", "NFC")  # its small form is two characters, the first of them plain
@given(
    st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x17F), min_size=3, max_size=8),
    st.sampled_from(["NFC", "NFD"]),
)
def test_case_and_form_never_hide_a_name(word: str, form: str) -> None:
    needle = Needle("guest_name", f"{word} Doe")
    for text in (needle.text.upper(), needle.text.lower(), needle.text):
        written = unicodedata.normalize(form, f"x {text} y")
        assert holds(written, needle)
        assert held_kinds(written.encode(), [needle])
        assert may_hold(pl.Series([written]), [needle])[0]


def test_a_card_is_found_with_any_separators() -> None:
    card = Needle("card_number", "4000 0012 3456 7899")
    assert holds("paid by 4000001234567899.", card)
    assert holds("4000-0012-3456-7899", card)
    assert not holds("44000001234567899", card)


def test_the_id_of_one_room_is_not_that_of_another() -> None:
    needle = Needle("row id", "reservation:R1")
    for added in (":room:7", ":part:0123456789ab", ":again:2"):
        text = f'{{"id": "reservation:R1{added}"}}'
        assert not held_kinds(text.encode(), [needle])
        assert blank_out(text, [needle]) == text
    told = "reservation:R1: gone, reservation:R1:roommate"
    assert held_kinds(told.encode(), [needle])
    assert blank_out(told, [needle], "-") == "-: gone, -:roommate"
