"""Placeholders and the one spelling of a key: what is a gap, what is one key, what stays apart."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.sources.keys import (
    PLACEHOLDERS,
    USUAL,
    Placeholders,
    is_placeholder,
    key_expression,
    normalised_key,
    placeholder_expression,
)

GAPS = (
    "", " ", "\t", "\u00a0", "\u200b", "NULL", "null", "Null", "(null)", "<NULL>", "[null]", "'NULL'", "NA", "N/A",
    "n/a", "n.a.", "<NA>", "#N/A", "#n/a", "nan", "NaN", "NAN", "-nan", "None", "NONE", "nil", "NaT", "\\N", "-",
    "--", "-----", "\u2013", "\u2014", ".", "...", "?", "???", "*", "_", "0", "0.0", "00", "0000000000", "-1",
    "UNKNOWN", "unknown ", "WALK-IN", "walk in", "Walkin", "WALK_IN", "ＮＵＬＬ", "Unbekannt", "INCONNU",
    "Non renseigne\u0301", "xxx", "XXXX", "00000000-0000-0000-0000-000000000000",
    "{00000000-0000-0000-0000-000000000000}", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "#REF!", "Undefined",
    "undefined", "TBD", "Not available", "N\u200bULL",
)  # fmt: skip
KEYS = (
    "7", "007", "10", "100", "0001", "1", "-7", "G-0", "A", "NANA", "Nanette", "X1", "ff", "f", "ref", "name", "value",
    "10000000-0000-0000-0000-000000000000", "anna@example.com", "0@0.com", "null@example.com", "Noneman", "1e5", "é",
    "1.5", "1E+5", "E+12", "4E+1A",
)  # fmt: skip


@pytest.mark.parametrize("text", GAPS)
def test_a_word_for_none_is_a_gap(text: str) -> None:
    assert is_placeholder(text)
    assert normalised_key(text) is None


@pytest.mark.parametrize("text", KEYS)
def test_a_key_is_a_key(text: str) -> None:
    assert not is_placeholder(text)
    assert normalised_key(text) is not None


@pytest.mark.parametrize("word", PLACEHOLDERS)
def test_every_listed_word_is_met_in_capitals_and_between_blanks(word: str) -> None:
    assert is_placeholder(f"\u00a0{word.upper()} ")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" G-1 ", "G-1"), ("\u00a0g-1\u200b", "G-1"), ("G\u20111", "G-1"), ("g\u20131", "G-1"), ("Ｇ-１", "G-1"),
        ("G-1\ufeff", "G-1"), ("7.0", "7"), ("7.000", "7"), ("-7.0", "-7"), ("7.5", "7.5"), ("007", "007"),
        ("007.0", "007.0"), ("1.0.0", "1.0.0"), ("Anna@Example.COM", "ANNA@EXAMPLE.COM"), ("Straße", "STRASSE"),
        ("MU\u0308LLER", "MüLLER"), ("müller", "MüLLER"), ("a \t b", "A B"), ("a\u00a0b", "A B"), ("1e5", "1E5"),
    ],
)  # fmt: skip
def test_one_key_has_one_spelling(text: str, key: str) -> None:
    assert normalised_key(text) == key


def test_leading_zeros_and_inner_blanks_tell_keys_apart() -> None:
    assert len({normalised_key(text) for text in ("7", "07", "007", "1 23", "12 3", "123", "1e5", "100000")}) == 8


def test_a_number_that_a_spreadsheet_shortened_is_nobodys_key() -> None:
    assert {normalised_key(text) for text in ("1.23457E+12", "1,23457e+12", "4E+15", "1.00000000000007e+17")} == {None}
    assert not USUAL.mean("1.5E+02", zeros=False)


def test_zeros_are_values_where_a_number_is_expected() -> None:
    assert not USUAL.mean("0", zeros=False)
    assert not USUAL.mean("0.0", zeros=False)
    assert USUAL.mean("nan", zeros=False)
    assert USUAL.mean("-", zeros=False)


def test_a_list_of_ones_own_takes_the_place_of_the_usual_one() -> None:
    own = Placeholders.of([*PLACEHOLDERS, "Laufkunde", "9999"])
    assert normalised_key("LAUF-KUNDE", own) is None
    assert normalised_key("9999", own) is None
    assert normalised_key("99999", own) == "99999"
    assert normalised_key("Laufkunde") == "LAUFKUNDE"


TEXTS = st.text(max_size=12) | st.sampled_from(GAPS + KEYS) | st.from_regex(r"[ 0-9.x\-]{0,6}", fullmatch=True)


@given(st.lists(st.none() | TEXTS, max_size=8))
def test_expression_and_function_say_the_same(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"key": texts}, schema={"key": pl.String})
    keys = frame.select(key_expression(pl.col("key"))).to_series().to_list()
    assert keys == [None if text is None else normalised_key(text) for text in texts]
    gaps = frame.select(placeholder_expression(pl.col("key"), zeros=False)).to_series().to_list()
    assert gaps == [None if text is None else USUAL.mean(text, zeros=False) for text in texts]


@given(TEXTS)
def test_a_spelling_is_stable_and_blind_to_form(text: str) -> None:
    key = normalised_key(text)
    if key is not None:
        assert normalised_key(key) == key
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert normalised_key(f"\u2009{unicodedata.normalize(form, text)}\u200d ") == key


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=12))
def test_letters_of_either_case_are_one(text: str) -> None:
    assert normalised_key(text.upper()) == normalised_key(text.lower())


def test_the_name_of_a_column_is_kept() -> None:
    assert pl.DataFrame({"a": ["X1"]}).select(key_expression(pl.col("a"))).columns == ["a"]
