"""An inbox as people fill it: names that miss the mark, rivals for one day, a list of hotels with slips."""

import gzip
import os
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from resources.errors import SourceError
from resources.sources.base import Stream
from resources.sources.deliveries import DeliveriesSource
from resources.sources.hotel_list import HOTEL_COLUMNS, country_code_of, read_hotels
from resources.sources.inbox_names import delivery_of
from tests.unit.raw.builders import booking, csv_text, review

DAY = date(2016, 7, 3)
SOUND = "alfa,Casa Alfa,Lisbon,PRT,hotel,true"
HEADER = ",".join(HOTEL_COLUMNS)


def inbox(folder: Path, **files: str) -> DeliveriesSource:
    (folder / "hotels.csv").write_text(f"{HEADER}\nCity Hotel,Casa,Lisbon,PRT,hotel,true\n", "utf-8")
    (folder / f"bookings-{DAY}.csv").write_text(csv_text([booking()]), "utf-8")
    (folder / f"reviews-{DAY}.csv").write_text(csv_text([review()]), "utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return DeliveriesSource(folder)


@pytest.mark.parametrize(
    ("name", "stream", "day"),
    [
        ("bookings_2024-01-02.csv", "bookings", "2024-01-02"),
        ("bookings-2024-01-02 (1).csv", "bookings", "2024-01-02"),
        ("bookings-2024-01-02-beta.csv", "bookings", "2024-01-02"),
        ("Reviews 20240102.csv", "reviews", "2024-01-02"),
        ("bookings-02.01.2024.csv", "bookings", "2024-01-02"),
        ("reservations-2024-01-02.csv", "bookings", "2024-01-02"),
        ("bookings-2024-1-2.csv", "bookings", "2024-01-02"),
        ("reviews-2024-01-02.xlsx", "reviews", "2024-01-02"),
        ("reviews-2024-01-02.csv.zst", "reviews", "2024-01-02"),
        ("reviews-2024-01-02.txt", "reviews", "2024-01-02"),
        ("2024-01-02.csv", None, "2024-01-02"),
        ("bookings.csv", "bookings", None),
        ("bookings-2024-02-30.csv", "bookings", None),
        ("bookings-2024-01-02.csv.csv", "bookings", "2024-01-02"),
    ],
)
def test_what_looks_like_a_delivery_is_named(tmp_path: Path, name: str, stream: str | None, day: str | None) -> None:
    source = inbox(tmp_path, **{name: "x"})
    (found,) = source.unread
    assert (found.name, found.stream, str(found.day or "") or None) == (name, stream, day)
    assert f"{name} is not read: " in source.notes[0]
    if found.stream and found.day:
        reason = source.absence(found.stream, found.day)
        assert reason is not None
        assert name in reason


@pytest.mark.parametrize(
    "name",
    [
        "bookings-2024-01-02.csv.part", ".bookings-2024-01-02.csv.swp", "~$bookings-2024-01-02.xlsx", "README.md",
        "bookings-2024-01-02.csv.tmp", "bookings-2024-01-02.csv.crdownload", "delivery-log.csv", ".DS_Store",
    ],
)  # fmt: skip
def test_what_is_passing_or_foreign_is_left_alone(tmp_path: Path, name: str) -> None:
    assert not inbox(tmp_path, **{name: "x"}).unread


def test_folders_and_dead_links_in_the_place_of_a_file_are_named(tmp_path: Path) -> None:
    (tmp_path / "bookings-2024-01-02.csv").mkdir()
    (tmp_path / "reviews-2024-01-02.csv").symlink_to(tmp_path / "nowhere")
    source = inbox(tmp_path)
    assert [item.reason.partition(";")[0] for item in source.unread] == [
        "it is a folder",
        "it is a link that leads nowhere",
    ]
    assert not source.is_delivered(Stream.BOOKINGS, date(2024, 1, 2))


@pytest.mark.parametrize("folder", ["2024", "bookings", "2024/01", "archive"])
def test_a_folder_that_holds_deliveries_is_named(tmp_path: Path, folder: str) -> None:
    source = inbox(tmp_path)
    (tmp_path / folder).mkdir(parents=True)
    assert not source.unread
    (tmp_path / folder / "bookings-2024-01-02.csv").write_text("x")
    (found,) = inbox(tmp_path).unread
    assert found.name == folder.split("/")[0]
    assert "bookings-2024-01-02.csv" in found.reason


@pytest.mark.parametrize("name", ["hotels (1).csv", "hotels.xlsx", "hotel.csv", "Hotels-2024.csv", "hotels.csv.gz"])
def test_another_list_of_hotels_is_named(tmp_path: Path, name: str) -> None:
    assert [found.name for found in inbox(tmp_path, **{name: "x"}).unread] == [name]


@pytest.mark.parametrize("first", ["x" * 10**6, "<html>"])
def test_a_list_whose_first_line_is_none_of_names_is_refused(tmp_path: Path, first: str) -> None:
    (tmp_path / "hotels.csv").write_text(f"{first}\n{SOUND}\n")
    with pytest.raises(SourceError, match="the first line is no"):
        read_hotels(tmp_path / "hotels.csv")


@pytest.mark.parametrize(
    ("other", "note"),
    [("ALFA,Casa Beta,Lisbon,PRT,hotel,true", "differ in letter case only"),
     ("beta, casa  ALFA,Lisbon,PRT,hotel,true", "have the same name")],
)  # fmt: skip
def test_hotels_that_may_be_taken_for_one_are_told(tmp_path: Path, other: str, note: str) -> None:
    (tmp_path / "hotels.csv").write_text(f"{HEADER}\n{SOUND}\n{other}\n")
    listed = read_hotels(tmp_path / "hotels.csv")
    assert listed.frame.height == 2
    assert [note in told for told in listed.notes] == [True]


def test_upper_case_is_no_other_name() -> None:
    assert delivery_of("BOOKINGS-2024-01-02.CSV") == (Stream.BOOKINGS, date(2024, 1, 2))


def test_two_files_of_one_day_count_only_where_they_say_the_same(tmp_path: Path) -> None:
    source = inbox(tmp_path)
    text = (tmp_path / f"bookings-{DAY}.csv").read_bytes()
    twin = tmp_path / f"bookings-{DAY}.csv.gz"
    twin.write_bytes(gzip.compress(text))
    source = DeliveriesSource(tmp_path)
    assert source.is_delivered(Stream.BOOKINGS, DAY)
    assert source.rows(Stream.BOOKINGS, [DAY]).height == 1
    twin.write_bytes(gzip.compress(csv_text([booking(adr="1")]).encode()))
    source = DeliveriesSource(tmp_path)
    assert not source.is_delivered(Stream.BOOKINGS, DAY)
    assert "do not say the same" in str(source.problem(Stream.BOOKINGS, DAY))
    assert "do not say the same" in source.missing_streams[f"bookings of {DAY}"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_no_delivery(tmp_path: Path) -> None:
    source = inbox(tmp_path)
    (tmp_path / f"bookings-{DAY}.csv").chmod(0)
    assert "can't be read" in str(source.problem(Stream.BOOKINGS, DAY))


def hotels(folder: Path, *rows: str, encoding: str = "utf-8", header: str = HEADER) -> tuple[pl.DataFrame, str]:
    (folder / "hotels.csv").write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    found = read_hotels(folder / "hotels.csv")
    return found.frame, " | ".join(found.notes)


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "read as UTF-16"), ("cp1252", "read as Windows-1252")],
)
def test_a_list_in_any_encoding_keeps_its_names(tmp_path: Path, encoding: str, note: str) -> None:
    frame, told = hotels(tmp_path, "alfa,Pensão Alfa,Lisboa,PRT,hotel,true", encoding=encoding)
    assert frame["hotel_name"].to_list() == ["Pensão Alfa"]
    assert note in told
    assert bool(told) == bool(note)


@pytest.mark.parametrize(
    ("row", "note", "left"),
    [
        ("beta,Casa Beta, Lda,Porto,PRT,hotel,true", "row 2: 7 fields, expected 6", ["alfa"]),
        (",Casa,Porto,PRT,hotel,true", "row 2: hotel '' is no key", ["alfa"]),
        ("NULL,Casa,Porto,PRT,hotel,true", "row 2: hotel 'NULL' is no key", ["alfa"]),
        (SOUND, "stands there already", ["alfa"]),
        ("beta,Casa,Porto,PT,hotel,true", "country 'PT' is read as PRT", ["alfa", "beta"]),
        ("beta,Casa,Porto,Portugal,hotel,true", "country 'Portugal' is read as PRT", ["alfa", "beta"]),
        ("beta,Casa,Porto,Atlantis,hotel,true", "country 'Atlantis' is no ISO", ["alfa", "beta"]),
        ("beta,Casa,Porto,,hotel,true", "country '' is no ISO", ["alfa", "beta"]),
        ("beta,Casa,Porto,PRT,hotel,maybe", "is_city 'maybe' is neither", ["alfa", "beta"]),
        ("beta,NULL,Porto,PRT,hotel,true", "row 2: has no name", ["alfa", "beta"]),
    ],
)
def test_a_slip_in_the_list_costs_its_row_and_is_told(tmp_path: Path, row: str, note: str, left: list[str]) -> None:
    frame, told = hotels(tmp_path, SOUND, row)
    assert frame["hotel"].to_list() == left
    assert note in told


def test_rows_that_contradict_each_other_are_left_out(tmp_path: Path) -> None:
    frame, told = hotels(tmp_path, SOUND, "beta,Casa,Porto,PRT,hotel,true", "beta,Other,Porto,PRT,hotel,true")
    assert frame["hotel"].to_list() == ["alfa"]
    assert "'beta' has 2 rows that contradict each other" in told


def test_hotels_that_the_list_lacks_are_told(tmp_path: Path) -> None:
    source = inbox(tmp_path)
    (tmp_path / f"bookings-{DAY}.csv").write_text(csv_text([booking(), booking(hotel="Other")]), "utf-8")
    assert any("bookings name 1 hotel(s) that it lacks: 'Other'" in note for note in DeliveriesSource(tmp_path).notes)
    assert source.hotels()["hotel"].to_list() == ["City Hotel"]


def test_a_list_without_any_hotel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="names no hotel"):
        hotels(tmp_path, ",Casa,Porto,PRT,hotel,true")


@pytest.mark.parametrize(
    ("given", "code"),
    [("PT", "PRT"), ("prt", "PRT"), ("Portugal", "PRT"), ("UK", "GBR"), ("NA", "NAM"), ("Czechia", "CZE"),
     ("xk", "XKX"), ("Türkiye", "TUR"), ("Atlantis", None), ("", None)],
)  # fmt: skip
def test_countries_by_code_or_name(given: str, code: str | None) -> None:
    assert country_code_of(given) == code
