import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assets.raw.cells import (
    Field,
    code,
    contact,
    decimal,
    flag,
    free_text,
    key,
    label,
    plain,
    read_fields,
    whole_number,
)
from assets.raw.settings import RawSettings
from resources.sources.keys import USUAL

ANY_CELL = st.none() | st.text(max_size=12) | st.sampled_from(["NULL", "NA", " 1 ", "-2", "1e3", "nan", "inf", "2.0"])


def outcome(field: Field, cell: str | None) -> tuple[object, str | None]:
    frame = pl.DataFrame({"c": [cell]}, schema={"c": pl.String})
    return read_fields(frame, ["c"], [field]).select("=n", field.reason.alias("reason")).row(0)


@pytest.mark.parametrize(("cell", "value"), [("3", 3), (" 3 ", 3), ("3.0", 3), ("0", 0), ("+5", 5), ("007", 7)])
def test_whole_numbers(cell: str, value: int) -> None:
    assert outcome(whole_number("c", "n"), cell) == (value, None)


@pytest.mark.parametrize("cell", ["3.5", "-1", "x", "1e3", "12345678901", "", "NULL", None, "١"])
def test_no_whole_numbers(cell: str | None) -> None:
    reason = outcome(whole_number("c", "n"), cell)[1]
    assert reason == f"got '{'nothing' if cell is None else cell}', expected a whole number, 0 or more"


def test_gaps_are_null_where_allowed() -> None:
    for cell in ("NA", "NULL", "", " ", None):
        assert outcome(whole_number("c", "n", nullable=True), cell) == (None, None)
        assert outcome(label("c", "n", nullable=True), cell) == (None, None)
        assert outcome(code("c", "n"), cell) == (None, None)


@pytest.mark.parametrize(("cell", "value"), [("95.5", 95.5), ("0", 0.0), (".5", 0.5), ("1e2", 100.0), ("5.", 5.0)])
def test_decimals(cell: str, value: float) -> None:
    assert outcome(decimal("c", "n", maximum=500), cell) == (value, None)


@pytest.mark.parametrize("cell", ["nan", "inf", "-0.01", "500.01", "75,50", "1e999", "NULL"])
def test_no_decimals(cell: str) -> None:
    assert outcome(decimal("c", "n", maximum=500), cell)[1] == f"got '{cell}', expected a number, from 0.0 to 500"


@pytest.mark.parametrize(("cell", "value"), [("0", False), ("1", True), ("1.0", True)])
def test_flags(cell: str, value: bool) -> None:
    assert outcome(flag("c", "n"), cell) == (value, None)


@pytest.mark.parametrize("cell", ["2", "yes", "", None])
def test_no_flags(cell: str | None) -> None:
    assert "expected 0 or 1" in str(outcome(flag("c", "n"), cell)[1])


def test_labels_outside_the_allowed_are_refused() -> None:
    field = label("c", "n", allowed=["a", "b"])
    assert outcome(field, "a") == ("a", None)
    assert outcome(field, "z")[1] == "got 'z', expected one of a, b"


def test_a_word_is_a_gap_in_every_column_but_where_it_is_a_value() -> None:
    gaps = RawSettings(values=("c:Undefined",)).gaps(["k"])
    frame = pl.DataFrame(
        {"c": ["Undefined", "unknown", "0"], "d": ["undefined", "#N/A", "0"], "k": ["-", "NaN", "0.0"]}
    )
    found = read_fields(frame, ["c", "d", "k"], [label("c", "c")], gaps).select("~c", "~d", "~k")
    assert found.rows() == [("Undefined", None, None), (None, None, None), ("0", "0", None)]


def test_words_of_a_source_are_set() -> None:
    gaps = RawSettings(placeholders=("Laufkunde", "9999"), values=("*:None",)).gaps([])
    frame = pl.DataFrame({"c": ["LAUFKUNDE", "9999", "none", "999"]})
    assert read_fields(frame, ["c"], [label("c", "c")], gaps)["~c"].to_list() == [None, None, "none", "999"]


def test_contacts_and_keys() -> None:
    assert outcome(contact("c", "n"), " Ann Lee ") == (" Ann Lee ", None)
    assert outcome(contact("c", "n"), "n/a") == (None, None)
    assert outcome(key("c", "n", USUAL), " g7\u200b") == ("G7", None)
    assert outcome(key("c", "n", USUAL), "0000") == (None, None)


def test_codes_lose_the_tail_that_floats_give_them() -> None:
    assert outcome(code("c", "n"), "9.0") == ("9", None)
    assert outcome(code("c", "n"), "10.50") == ("10.50", None)


def test_free_text_stays_as_delivered() -> None:
    assert outcome(free_text("c", "n"), " NA ") == (" NA ", None)
    assert outcome(free_text("c", "n"), "  ") == (None, None)


def test_long_cells_are_cut_in_the_reason() -> None:
    assert len(str(outcome(whole_number("c", "n"), "x" * 5000)[1])) < 200


@hypothesis_settings(max_examples=20, deadline=None)
@given(st.lists(ANY_CELL, min_size=1, max_size=20))
def test_every_cell_has_a_value_or_a_reason_or_is_an_allowed_gap(cells: list[str | None]) -> None:
    frame = pl.DataFrame({"c": cells}, schema={"c": pl.String})
    for make in (whole_number, decimal):
        strict, loose = make("c", "n"), make("c", "n", nullable=True)
        found = read_fields(frame, ["c"], [strict]).select(
            pl.col("=n").alias("value"),
            strict.reason.alias("reason"),
            loose.reason.alias("loose"),
            plain("c").alias("p"),
            "_is_bad",
        )
        assert (found["_is_bad"] == found["reason"].is_not_null()).all()
        assert found.filter(pl.col("reason").is_null() & pl.col("value").is_null()).is_empty()
        assert found.filter(
            pl.col("loose").is_null() & pl.col("value").is_null() & pl.col("p").is_not_null()
        ).is_empty()
        assert found.filter(pl.col("loose").is_not_null() & pl.col("reason").is_null()).is_empty()
