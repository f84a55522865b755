"""Headers as programs write them: read where it is clear what is meant, else refused with the cause."""

from pathlib import Path

import polars as pl
import pytest

from resources.errors import SourceError
from resources.sources.base import BOOKING_COLUMNS, Stream
from resources.sources.public import read_text
from tests.unit.raw.builders import booking, csv_text

LINES = csv_text([booking(), booking(adr="7")]).splitlines()


def read(folder: Path, *lines: str, encoding: str = "utf-8") -> pl.DataFrame:
    path = folder / "hotel_bookings.csv"
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return read_text(path, Stream.BOOKINGS)


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


@pytest.mark.parametrize(
    "spell", [str.upper, camel, lambda name: name.replace("_", " ").title(), lambda name: f" {name} \u200b",
              lambda name: name.replace("_", "-")],
)  # fmt: skip
def test_other_spellings_of_the_names_are_read(tmp_path: Path, spell) -> None:
    header = ",".join(spell(name) for name in LINES[0].split(","))
    assert read(tmp_path, header, *LINES[1:])["adr"].to_list() == ["95.5", "7"]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_line_that_names_the_delimiter_is_read(tmp_path: Path, mark: str) -> None:
    lines = csv_text([booking(), booking(adr="7")], delimiter=mark).splitlines()
    assert read(tmp_path, f"sep={mark}", *lines)["adr"].to_list() == ["95.5", "7"]
    assert read(tmp_path, f'\ufeff"SEP={mark}"', *lines)["adr"].to_list() == ["95.5", "7"]


@pytest.mark.parametrize("first", ["\ufeff", "\ufeff\ufeff", "\ufeff\ufeff\ufeff"])
def test_byte_order_marks_are_no_part_of_a_name(tmp_path: Path, first: str) -> None:
    assert read(tmp_path, first + LINES[0], *LINES[1:])["hotel"].to_list() == ["City Hotel"] * 2
    quoted = ",".join(f'"{name}"' for name in LINES[0].split(","))
    assert read(tmp_path, first + quoted, *LINES[1:])["hotel"].to_list() == ["City Hotel"] * 2


def test_columns_without_a_name_may_hold_nothing(tmp_path: Path) -> None:
    rows = read(tmp_path, LINES[0] + ",,", LINES[1] + ",,", LINES[2] + ",, shifted")
    assert rows["adr"].to_list() == ["95.5", None]
    assert rows["_problem"].to_list() == [
        None,
        f"holds text behind the last named column, field {len(BOOKING_COLUMNS)}",
    ]


def test_an_index_column_is_ignored(tmp_path: Path) -> None:
    rows = read(tmp_path, "," + LINES[0], "0," + LINES[1], "1," + LINES[2])
    assert rows["_problem"].null_count() == 2
    assert rows["hotel"].to_list() == ["City Hotel"] * 2


def test_two_columns_that_could_be_meant_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="named twice: ADR and Adr"):
        read(tmp_path, LINES[0].replace("adr", "ADR") + ",Adr", LINES[1] + ",1")
    rows = read(tmp_path, LINES[0] + ",ADR", LINES[1] + ",1")
    assert rows["adr"].to_list() == ["95.5"], "the name as it is written comes first"


def test_what_looks_like_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError,
        match=r"missing column\(s\) lead_time; unexpected column\(s\) LeadTimes; perhaps LeadTimes is lead_time",
    ):
        read(tmp_path, LINES[0].replace("lead_time", "LeadTimes"), *LINES[1:])


def test_a_row_in_the_place_of_the_header_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no line of column names") as caught:
        read(tmp_path, LINES[1].replace("City Hotel", "Ann Guest"), LINES[2])
    assert "Ann Guest" not in str(caught.value)


def test_another_encoding_is_named_where_no_row_can_be_read(tmp_path: Path) -> None:
    from resources.sources.public import PublicSource

    (tmp_path / "hotel_bookings.csv").write_bytes(
        "\n".join([LINES[0], LINES[1].replace("City", "Cité")]).encode("cp1252")
    )
    with pytest.raises(SourceError, match=r"not UTF-8; the file is in another encoding \(Windows-1252"):
        _ = PublicSource(tmp_path).first_day


@pytest.mark.parametrize("above", [["", "  "], ["\ufeff", ","]])
def test_blank_lines_above_the_names_are_passed_over(tmp_path: Path, above: list[str]) -> None:
    assert read(tmp_path, *above, *LINES)["adr"].to_list() == ["95.5", "7"]


@pytest.mark.parametrize(
    "above", [["# export of 2024"], ["Bookings, all hotels,,", ""], ["Bookings", "made on 5 May", "", ""]]
)
def test_lines_above_the_names_are_told(tmp_path: Path, above: list[str]) -> None:
    with pytest.raises(SourceError, match=f"stand {len(above)} line.* below the first line with text; delete"):
        read(tmp_path, *above, *LINES)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("<!DOCTYPE html><html>", "web page"), ('[{"hotel": "a", "adr": 1}]', "JSON"), ('{"hotel":1,"x":2}', "JSON")],
)
def test_other_formats_of_text_are_named(tmp_path: Path, text: str, kind: str) -> None:
    with pytest.raises(SourceError, match=kind):
        read(tmp_path, text)


def test_a_first_line_of_one_field_is_not_blamed_on_the_delimiter(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the first line is one field"):
        read(tmp_path, "hello", "world")


def test_utf_16_without_its_mark_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="UTF-16"):
        read(tmp_path, *LINES, encoding="utf-16-le")


def test_a_header_of_very_many_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="1,000,000 fields"):
        read(tmp_path, ",".join(map(str, range(1_000_000))), *LINES[1:])


def test_a_header_of_many_names_costs_linear_time(tmp_path: Path) -> None:
    others = ",".join(f"other{number}" for number in range(9_000))
    assert read(tmp_path, f"{LINES[0]},{others}", *(f"{line}{',' * 9_000}" for line in LINES[1:]))["adr"].len() == 2
