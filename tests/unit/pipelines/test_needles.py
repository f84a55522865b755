"""Needles are found as words of their own, in text and bytes, and written over without harming the rest."""

import json

from hypothesis import given
from hypothesis import strategies as st

from pipelines.guests.needles import Needle, blank_out, held_kinds, holds

MAIL, NAME = Needle("email", "anna9@x.org"), Needle("name", "Inês Nunes")


def test_words_of_their_own_only() -> None:
    assert holds("write to ANNA9@x.org.", MAIL)
    assert not holds("joanna9@x.org", MAIL)
    assert not holds(None, MAIL)
    assert held_kinds(b"joanna9@x.org anna9@x.org", [MAIL]) == {"email"}
    assert held_kinds(b"joanna9@x.orgs", [MAIL]) == set()


def test_the_spelling_of_json_is_found_and_written_over() -> None:
    for ascii_only in (True, False):
        text = json.dumps({"guest": "Inês Nunes", "n": 1}, ensure_ascii=ascii_only)
        assert held_kinds(text.encode(), [NAME]) == {"name"}
        assert json.loads(blank_out(text, [NAME])) == {"guest": "[erased]", "n": 1}


def test_no_needle_shows_its_value() -> None:
    assert "anna9" not in repr(MAIL)


@given(st.text(), st.text())
def test_what_is_written_over_is_gone(before: str, after: str) -> None:
    assert not holds(blank_out(f"{before} anna9@x.org {after}", [MAIL]), MAIL) or "anna9@x.org" in (before + after)
