from datetime import date
from pathlib import Path

import polars as pl
import pytest

from resources.errors import SourceError
from resources.sources.base import LINEAGE_COLUMNS, Stream
from resources.sources.public import PublicSource, main_history
from tests.unit.raw.builders import booking, review, write_files


@pytest.fixture
def source(tmp_path: Path) -> PublicSource:
    bookings = [booking(reservation_status_date=f"2016-07-{day:02d}", lead_time=str(day)) for day in (5, 3, 9, 3)]
    return PublicSource(
        write_files(tmp_path, bookings, [review(Review_Date="7/12/2016"), review(Review_Date="7/4/2016")])
    )


def test_history_spans_both_streams(source: PublicSource) -> None:
    assert (source.first_day, source.last_day) == (date(2016, 7, 3), date(2016, 7, 12))
    assert source.streams == {Stream.BOOKINGS, Stream.REVIEWS}
    assert source.missing_streams == {}
    assert source.name == "public"


def test_every_day_of_the_history_is_delivered(source: PublicSource) -> None:
    for stream in Stream:
        assert source.is_delivered(stream, date(2016, 7, 6))
        assert source.is_delivered(stream, source.last_day)
        assert not source.is_delivered(stream, date(2016, 7, 13))
        assert not source.is_delivered(stream, date(2016, 7, 2))


def test_rows_come_by_day_and_then_in_file_order(source: PublicSource) -> None:
    rows = source.rows(Stream.BOOKINGS, [date(2016, 7, 9), date(2016, 7, 3), date(2016, 7, 4), date(2016, 7, 3)])
    assert rows["_source_row"].to_list() == [2, 4, 3]
    assert rows.columns[-5:] == list(LINEAGE_COLUMNS)
    assert rows["lead_time"].to_list() == ["3", "3", "9"]


def test_days_asked_for_together_are_the_days_asked_for_one_by_one(source: PublicSource) -> None:
    days = pl.date_range(source.first_day, source.last_day, eager=True).to_list()
    for stream in Stream:
        together = source.rows(stream, days)
        assert together.equals(pl.concat([source.rows(stream, [day]) for day in days]))


def test_empty_and_unknown_days_give_no_rows(source: PublicSource) -> None:
    for days in ([], [date(2016, 7, 7)], [date(1999, 1, 1)]):
        rows = source.rows(Stream.REVIEWS, days)
        assert rows.is_empty()
        assert rows.schema == source.rows(Stream.REVIEWS, [date(2016, 7, 4)]).schema


def test_a_stream_without_file_has_the_same_columns(tmp_path: Path, source: PublicSource) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    lonely = PublicSource(write_files(folder, bookings=[]))
    assert lonely.streams == {Stream.REVIEWS}
    schema = source.rows(Stream.BOOKINGS, []).schema
    assert dict(lonely.rows(Stream.BOOKINGS, [lonely.first_day]).schema) == dict(schema)
    assert "hotel_bookings*" in lonely.missing_streams[Stream.BOOKINGS]


def test_fingerprint_follows_the_days_content_only(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder in folders:
        folder.mkdir()
    day, later = date(2016, 7, 3), "2016-07-05"
    one = PublicSource(write_files(folders[0], [booking(), booking(reservation_status_date=later)]))
    two = PublicSource(write_files(folders[1], [booking(reservation_status_date=later, adr="1"), booking()]))
    three = PublicSource(write_files(folders[2], [booking(adr="95.6")]))
    marks = [source.fingerprint(Stream.BOOKINGS, [day])[day] for source in (one, two, three)]
    assert marks[0] == marks[1] != marks[2]
    empty = one.fingerprint(Stream.BOOKINGS, [date(2016, 7, 4)])[date(2016, 7, 4)]
    assert empty not in marks


def test_hotels_are_the_two_published_ones(source: PublicSource) -> None:
    hotels = source.hotels()
    assert hotels["hotel"].to_list() == ["City Hotel", "Resort Hotel"]
    assert hotels["hotel_name"].to_list() == [None, None]
    assert hotels["country"].to_list() == ["PRT", "PRT"]
    assert hotels["is_city"].to_list() == [True, False]


def test_parquet_is_read_like_csv(tmp_path: Path, source: PublicSource) -> None:
    table = pl.DataFrame([booking(), booking(children="1")]).with_columns(
        pl.col("lead_time", "children").cast(pl.Int64),
        pl.col("adr").cast(pl.Float64),
        pl.col("reservation_status_date").str.to_date(),
    )
    folder = tmp_path / "parquet"
    folder.mkdir()
    table.write_parquet(folder / "hotel_bookings.parquet")
    rows = PublicSource(folder).rows(Stream.BOOKINGS, [date(2016, 7, 3)])
    assert rows.select("lead_time", "children", "adr", "reservation_status_date").rows() == [
        ("12", "0", "95.5", "2016-07-03"),
        ("12", "1", "95.5", "2016-07-03"),
    ]


def test_file_without_a_readable_day_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, [booking(reservation_status_date="yesterday")], [])
    with pytest.raises(
        SourceError, match="has no readable reservation_status_date; expected rows with a day written Y"
    ):
        _ = PublicSource(tmp_path).first_day


def test_rows_without_a_readable_day_stand_on_the_first(tmp_path: Path) -> None:
    rows = [booking(reservation_status_date="2016-07-05"), booking(reservation_status_date="soon")]
    source = PublicSource(write_files(tmp_path, rows, []))
    assert source.rows(Stream.BOOKINGS, [date(2016, 7, 5)])["_source_row"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ([2016], (2016, 2016)),
        ([2016, 2017, 2017, 2099], (2016, 2017)),
        ([1016, 2016, 2017], (2016, 2017)),
        ([2001, 2016], (2001, 2001)),  # a tie: the earlier stretch
    ],
)
def test_main_history_ignores_far_days(years: list[int], expected: tuple[int, int]) -> None:
    first, last = main_history(pl.Series([date(year, 6, 1) for year in years]))
    assert (first.year, last.year) == expected
