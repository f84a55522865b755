"""Bad input, item by item: each ends in a clear message or in the quarantine, never in a crash or a lost row."""

import gzip
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.quarantine import Parsed, conservation
from assets.raw.settings import RawSettings
from resources.errors import SourceError
from resources.sources.base import Stream
from resources.sources.public import PublicSource
from tests.unit.raw.builders import booking, csv_text, review, write_files

SETTINGS = RawSettings()


def read(folder: Path, stream: Stream) -> Parsed:
    """Everything of one stream, parsed; conservation is checked on the way."""
    source = PublicSource(folder)
    days = pl.date_range(source.first_day, source.last_day, eager=True).to_list()
    rows = source.rows(stream, days)
    parsed = parse_bookings(rows, SETTINGS) if stream == Stream.BOOKINGS else parse_reviews(rows)
    assert conservation(rows, parsed).passed
    return parsed


def only_problem(parsed: Parsed) -> dict[str, object]:
    assert parsed.problems.height == 1, parsed.problems
    return parsed.problems.row(0, named=True)


def first_day(folder: Path) -> date:
    return PublicSource(folder).first_day


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"data folder '.*nowhere' does not exist; give the folder"):
        PublicSource(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(SourceError, match=r"'.*data' is a file"):
        PublicSource(tmp_path / "data")


def test_missing_files_are_named_with_the_names_looked_for(tmp_path: Path) -> None:
    (tmp_path / "hotel_reviews_context.parquet").write_bytes(b"")
    with pytest.raises(SourceError, match=r"hotel_bookings\*.*Hotel_Reviews\*"):
        PublicSource(tmp_path)


def test_one_missing_file_leaves_the_other_stream(tmp_path: Path) -> None:
    source = PublicSource(write_files(tmp_path, reviews=[]))
    assert source.streams == {Stream.BOOKINGS}
    assert "Hotel_Reviews*" in source.missing_streams[Stream.REVIEWS]
    assert source.rows(Stream.REVIEWS, [source.first_day]).is_empty()
    assert not source.is_delivered(Stream.REVIEWS, source.first_day)


def test_missing_column_is_named(tmp_path: Path) -> None:
    row = booking()
    del row["adr"]
    with pytest.raises(SourceError, match=r"hotel_bookings.csv: missing column\(s\) adr;"):
        first_day(write_files(tmp_path, bookings=[row]))


def test_renamed_column_is_named_with_its_replacement(tmp_path: Path) -> None:
    row = {("Score" if name == "Reviewer_Score" else name): cell for name, cell in review().items()}
    with pytest.raises(SourceError, match=r"missing column\(s\) Reviewer_Score; unexpected column\(s\) Score;"):
        first_day(write_files(tmp_path, reviews=[row]))


def test_column_named_twice_is_named(tmp_path: Path) -> None:
    text = csv_text([booking()]).replace("babies", "children", 1)
    write_files(tmp_path).joinpath("hotel_bookings.csv").write_text(text)
    with pytest.raises(SourceError, match=r"missing column\(s\) babies; column\(s\) named twice: children"):
        first_day(tmp_path)


def test_reordered_columns_are_read_alike(tmp_path: Path) -> None:
    straight, turned = tmp_path / "straight", tmp_path / "turned"
    straight.mkdir()
    turned.mkdir()
    row = booking(country="FRA", adr="12.25")
    write_files(straight, bookings=[row])
    write_files(turned, bookings=[dict(reversed(row.items()))])
    assert read(straight, Stream.BOOKINGS).rows.equals(read(turned, Stream.BOOKINGS).rows)


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")])
def test_wrong_delimiter_is_named(tmp_path: Path, mark: str, name: str) -> None:
    write_files(tmp_path).joinpath("hotel_bookings.csv").write_text(csv_text([booking()], delimiter=mark))
    with pytest.raises(SourceError, match=f"wrong delimiter: {name}"):
        first_day(tmp_path)


def test_empty_file_is_named(tmp_path: Path) -> None:
    write_files(tmp_path).joinpath("Hotel_Reviews.csv").write_text("")
    with pytest.raises(SourceError, match=r"Hotel_Reviews.csv: the file is empty"):
        first_day(tmp_path)


def test_header_without_rows_is_named(tmp_path: Path) -> None:
    write_files(tmp_path).joinpath("hotel_bookings.csv").write_text(csv_text([booking()]).splitlines()[0])
    with pytest.raises(SourceError, match=r"hotel_bookings.csv: has no data rows"):
        first_day(tmp_path)


def test_other_encoding_is_named(tmp_path: Path) -> None:
    write_files(tmp_path).joinpath("hotel_bookings.csv").write_text(csv_text([booking()]), "utf-16")
    with pytest.raises(SourceError, match=r"not UTF-8 text; save the file as CSV in UTF-8"):
        first_day(tmp_path)


def test_truncated_gzip_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(csv_text([booking(adr=f"{rate}.5") for rate in range(2000)]).encode())
    (tmp_path / "hotel_bookings.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match=r"hotel_bookings.csv.gz: the archive is damaged or truncated"):
        first_day(tmp_path)


@pytest.mark.parametrize("keep", [0.5, 0.98])
def test_truncated_zip_is_named(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "hotel_bookings.csv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hotel_bookings.csv", csv_text([booking(adr=f"{rate}.5") for rate in range(2000)]))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(SourceError, match=r"hotel_bookings.csv.zip: the archive is damaged or truncated"):
        first_day(tmp_path)


def test_zip_with_a_flipped_byte_is_named(tmp_path: Path) -> None:
    path = tmp_path / "Hotel_Reviews.csv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Hotel_Reviews.csv", csv_text([review(lat=f"51.{row}") for row in range(2000)]))
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    path.write_bytes(bytes(damaged))
    with pytest.raises(SourceError, match=r"Hotel_Reviews.csv.zip"):
        first_day(tmp_path)


def test_zip_without_csv_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "hotel_bookings.zip", "w") as archive:
        archive.writestr("README.txt", "nothing here")
    with pytest.raises(SourceError, match=r"expected one CSV file in the archive, got 0 \(it holds README.txt\)"):
        first_day(tmp_path)


def test_damaged_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / "hotel_bookings.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(SourceError, match=r"hotel_bookings.parquet: not a readable Parquet file"):
        first_day(tmp_path)


def test_a_byte_that_is_not_utf8_costs_its_row_only(tmp_path: Path) -> None:
    text = csv_text([review(), review(Positive_Review="caf#"), review(Positive_Review="née à côté")])
    write_files(tmp_path).joinpath("Hotel_Reviews.csv").write_bytes(text.encode().replace(b"caf#", b"caf\xe9"))
    parsed = read(tmp_path, Stream.REVIEWS)
    problem = only_problem(parsed)
    assert (problem["source_row"], problem["column"]) == (2, None)
    assert problem["reason"] == "holds a byte that is not UTF-8"
    assert "caf\\xe9" in str(problem["raw_text"])
    assert parsed.rows["positive_text"].to_list() == [" Lovely view ", "née à côté"]


def test_a_nul_byte_costs_its_row_only(tmp_path: Path) -> None:
    write_files(tmp_path, reviews=[review(), review(Positive_Review="a\0b")])
    assert only_problem(read(tmp_path, Stream.REVIEWS))["reason"] == "holds a NUL byte"


@pytest.mark.parametrize(
    ("tail", "reason"),
    [("City Hotel,0,12\n", "3 fields, expected 32"), ("a,b," * 20 + "c\n", "41 fields, expected 32")],
)
def test_a_row_with_another_number_of_fields_costs_its_row_only(tmp_path: Path, tail: str, reason: str) -> None:
    lines = csv_text([booking(), booking()]).splitlines(keepends=True)
    write_files(tmp_path).joinpath("hotel_bookings.csv").write_text("".join([*lines[:2], tail, *lines[2:]]))
    parsed = read(tmp_path, Stream.BOOKINGS)
    problem = only_problem(parsed)
    assert (problem["source_row"], problem["reason"], problem["raw_text"]) == (2, reason, tail.strip())
    assert parsed.rows.height == 2


@pytest.mark.parametrize("place", ["first", "last"])
def test_a_stray_quote_costs_its_row_only(tmp_path: Path, place: str) -> None:
    lines = csv_text([booking() for _ in range(50)]).splitlines(keepends=True)
    lines[10] = '"' + lines[10] if place == "first" else lines[10].replace("2016-07-03", '"2016-07-03')
    write_files(tmp_path).joinpath("hotel_bookings.csv").write_text("".join(lines))
    parsed = read(tmp_path, Stream.BOOKINGS)
    assert only_problem(parsed)["source_row"] == 10
    assert parsed.rows.height == 49


def test_a_file_cut_off_in_a_row_costs_that_row_only(tmp_path: Path) -> None:
    text = csv_text([booking() for _ in range(5)])
    write_files(tmp_path).joinpath("hotel_bookings.csv").write_text(text[: len(text) - 60])
    parsed = read(tmp_path, Stream.BOOKINGS)
    assert only_problem(parsed)["source_row"] == 5
    assert parsed.rows.height == 4


def test_impossible_date_is_quarantined_on_the_first_day(tmp_path: Path) -> None:
    rows = [booking(reservation_status_date="2016-07-05"), booking(reservation_status_date="2017-02-30")]
    problem = only_problem(read(write_files(tmp_path, bookings=rows), Stream.BOOKINGS))
    assert problem["column"] == "reservation_status_date"
    assert problem["reason"] == "got '2017-02-30', expected a day of the calendar, YYYY-MM-DD"
    assert problem["delivery_day"] == date(2016, 7, 5)


def test_impossible_arrival_is_quarantined(tmp_path: Path) -> None:
    rows = [booking(arrival_date_month="February", arrival_date_day_of_month="30")]
    problem = only_problem(read(write_files(tmp_path, bookings=rows), Stream.BOOKINGS))
    assert problem["column"] == "arrival_date_day_of_month"
    assert str(problem["reason"]).startswith("got '30'")


def test_a_mistyped_year_does_not_stretch_the_history(tmp_path: Path) -> None:
    rows = [booking(), booking(reservation_status_date="2061-07-03"), booking(reservation_status_date="2016-07-04")]
    write_files(tmp_path, bookings=rows)
    source = PublicSource(tmp_path)
    assert (source.first_day, source.last_day) == (date(2016, 7, 3), date(2016, 7, 4))
    assert "2061-07-03 is far from the rest of the file" in str(only_problem(read(tmp_path, Stream.BOOKINGS))["reason"])


def test_review_date_of_another_form_is_quarantined(tmp_path: Path) -> None:
    days = ("7/14/2016", "7/15/2016", "7/16/2016", "7/17/2016", "18/7/2016")
    parsed = read(write_files(tmp_path, reviews=[review(Review_Date=day) for day in days]), Stream.REVIEWS)
    problem = only_problem(parsed)
    assert problem["source_row"] == 5
    assert problem["reason"] == "Review_Date '18/7/2016' is not written M/D/YYYY like the rest of the column"


def test_negative_night_is_quarantined_with_the_row_as_delivered(tmp_path: Path) -> None:
    write_files(tmp_path, bookings=[booking(), booking(stays_in_week_nights="-1")])
    problem = only_problem(read(tmp_path, Stream.BOOKINGS))
    assert (problem["column"], problem["source_row"]) == ("stays_in_week_nights", 2)
    assert problem["reason"] == "got '-1', expected a whole number, from 0 to 365"
    assert problem["raw_text"] == (tmp_path / "hotel_bookings.csv").read_text().splitlines()[2]


def test_emoji_only_review_is_kept(tmp_path: Path) -> None:
    write_files(tmp_path, reviews=[review(Positive_Review="😀👍🏽", Negative_Review="🇵🇹")])
    parsed = read(tmp_path, Stream.REVIEWS)
    assert parsed.problems.is_empty()
    assert parsed.rows.select("positive_text", "negative_text").row(0) == ("😀👍🏽", "🇵🇹")


def test_review_of_one_megabyte_is_kept(tmp_path: Path) -> None:
    text = 'A long\nstory, "quoted". ' * 43_691
    assert len(text) > 1_000_000
    write_files(tmp_path, reviews=[review(), review(Negative_Review=text), review()])
    parsed = read(tmp_path, Stream.REVIEWS)
    assert parsed.problems.is_empty()
    assert parsed.rows["negative_text"].to_list() == ["No Negative", text, "No Negative"]


def test_unknown_country_code_is_quarantined(tmp_path: Path) -> None:
    problem = only_problem(read(write_files(tmp_path, bookings=[booking(), booking(country="XQZ")]), Stream.BOOKINGS))
    assert problem["column"] == "country"
    assert str(problem["reason"]).startswith("got 'XQZ', expected an ISO 3166-1 alpha-3 code")


def test_every_problem_of_a_row_is_told(tmp_path: Path) -> None:
    write_files(tmp_path, bookings=[booking(adults="two", country="XQZ", adr="-1")])
    parsed = read(tmp_path, Stream.BOOKINGS)
    assert parsed.rows.is_empty()
    assert parsed.problems["column"].to_list() == ["adults", "country", "adr"]
    assert parsed.problems["row_id"].unique().to_list() == ["hotel_bookings.csv:1"]
