import csv
import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import SourceError
from resources.sources.delimited import read_delimited, read_records
from resources.sources.headers import place_columns

CELL = st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8)


def records(text: str, width: int) -> list[tuple[list[str] | None, str | None]]:
    return [(item.fields, item.problem) for item in read_records(iter(io.StringIO(text, newline="")), width)]


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=6))
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(rows)
    assert records(buffer.getvalue(), 3) == [(row, None) for row in rows]


@given(st.text(alphabet='ab,"\n\r ', max_size=60))
def test_any_text_gives_records_with_fields_or_a_problem(text: str) -> None:
    for fields, problem in records(text, 3):
        assert (fields is None) != (problem is None)
        assert fields is None or len(fields) == 3


@given(st.lists(st.sampled_from(["1,2", '"', 'x"y,"', "1,2,3", '"a']), min_size=1, max_size=12))
def test_damage_never_takes_sound_unquoted_rows_with_it(lines: list[str]) -> None:
    sound = sum(line == "1,2" for line in lines)
    closed = [line for line in lines if line not in ('"', '"a')]
    text = "\n".join([*closed, "1,2"])
    assert sum(fields == ["1", "2"] for fields, _ in records(text, 2)) == sound + 1


def test_blank_lines_are_no_records() -> None:
    assert records("\n1,2\n\r\n\n", 2) == [(["1", "2"], None)]


def test_an_unclosed_quote_costs_one_line() -> None:
    assert records('1,2\n"3,4\n5,6\n', 2) == [
        (["1", "2"], None),
        (None, "not well-formed CSV (unexpected end of data)"),
        (["5", "6"], None),
    ]


def test_many_stray_quotes_cost_linear_time() -> None:
    text = '1,"2\n' * 4_000
    started = time.perf_counter()
    found = records(text, 2)
    assert len(found) == 4_000
    assert time.perf_counter() - started < 2.0


def test_optional_columns_are_null_and_others_ignored(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("extra,b,a\nx,2,1\n", "utf-8")
    frame = read_delimited(tmp_path / "t.csv", ["a", "b"], ["c"])
    assert frame.columns == ["a", "b", "c", "_source_file", "_source_row", "_problem", "_raw_text"]
    assert frame.row(0) == ("1", "2", None, "t.csv", 1, None, None)


def test_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", "utf-8-sig")
    assert read_delimited(tmp_path / "t.csv", ["a", "b"]).height == 1


def test_header_only_gives_no_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n", "utf-8")
    assert read_delimited(tmp_path / "t.csv", ["a", "b"]).shape == (0, 6)


def test_header_that_is_no_csv_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('a,"b\n1,2\n', "utf-8")
    with pytest.raises(SourceError, match="header line is not well-formed CSV"):
        read_delimited(tmp_path / "t.csv", ["a", "b"])


def test_row_numbers_run_over_chunks(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n" + "1,2\n" * 40_001, "utf-8")
    frame = read_delimited(tmp_path / "t.csv", ["a", "b"])
    assert frame["_source_row"].to_list() == list(range(1, 40_002))


def test_all_column_problems_are_told_at_once() -> None:
    with pytest.raises(SourceError, match=r"missing column\(s\) a, b; .*twice: c; unexpected column\(s\) x"):
        place_columns("t.csv", ["c", "c", "x"], ["a", "b", "c"], [])
