"""Files of any kind, whole, damaged or far too large: rows, or one clear refusal, and never another error."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import SourceError
from resources.sources.base import Stream
from resources.sources.file_rules import FileRules, FileSettings
from resources.sources.public import read_text
from tests.unit.raw.builders import booking, csv_text, review

TEXT = csv_text([booking(adr=f"{rate}.5") for rate in range(200)]).encode()


def zipped(method: int, *names: str) -> Callable[[bytes], bytes]:
    def pack(content: bytes) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name in names or ("t.csv",):
                archive.writestr(name, content)
        return buffer.getvalue()

    return pack


def parquet(_content: bytes) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame([booking(adr=f"{rate}.5") for rate in range(200)]).write_parquet(buffer)
    return buffer.getvalue()


KINDS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": (".csv", bytes),
    "gzip": (".csv.gz", gzip.compress),
    "bzip2": (".csv.bz2", bz2.compress),
    "xz": (".csv.xz", lzma.compress),
    "stored": (".zip", zipped(zipfile.ZIP_STORED)),
    "deflated": (".csv.zip", zipped(zipfile.ZIP_DEFLATED)),
    "zip with bzip2": (".zip", zipped(zipfile.ZIP_BZIP2)),
    "zip with lzma": (".zip", zipped(zipfile.ZIP_LZMA)),
    "parquet": (".parquet", parquet),
}


def read(folder: Path, name: str, content: bytes, rules: FileRules | None = None) -> pl.DataFrame:
    path = folder / name
    path.write_bytes(content)
    return read_text(path, Stream.BOOKINGS, rules or FileRules())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read(tmp_path: Path, kind: str) -> None:
    suffix, pack = KINDS[kind]
    rows = read(tmp_path, f"bookings{suffix}", pack(TEXT))
    assert rows["adr"].to_list() == [f"{rate}.5" for rate in range(200)]
    assert rows["_problem"].null_count() == 200


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), keep=st.floats(0, 1))
def test_damage_anywhere_is_a_refusal_or_costs_rows(
    tmp_path_factory: pytest.TempPathFactory, kind: str, place: float, value: int, keep: float
) -> None:
    suffix, pack = KINDS[kind]
    content = bytearray(pack(TEXT))
    content[int(place * len(content))] = value
    for damaged in (bytes(content), bytes(content[: int(keep * len(content))])):
        try:
            rows = read(tmp_path_factory.getbasetemp(), f"damaged{suffix}", damaged)
        except SourceError as error:
            assert f"damaged{suffix}" in str(error)  # noqa: PT017
        else:
            assert rows.height <= 201


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(TEXT), "is compressed with gzip in spite of its name"),
        (zipped(zipfile.ZIP_STORED)(TEXT), "is a ZIP archive or an Excel workbook in spite of its name"),
        (b"\x28\xb5\x2f\xfd" + TEXT, "is compressed with zstd"),
        (parquet(b""), "is a Parquet file in spite of its name"),
        (TEXT.decode().encode("utf-16"), "UTF-16 text, not UTF-8 text"),
    ],
)
def test_what_is_no_text_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read(tmp_path, "bookings.csv", content)


def test_a_zip_of_several_tables_or_of_another_kind_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"expected one CSV file in the archive, got 2 \(it holds a.csv, b.csv\)"):
        read(tmp_path, "bookings.zip", zipped(zipfile.ZIP_DEFLATED, "a.csv", "b.csv")(TEXT))
    with pytest.raises(SourceError, match=r"got 0 \(it holds inner.zip\)"):
        read(tmp_path, "bookings.zip", zipped(zipfile.ZIP_DEFLATED, "inner.zip")(TEXT))
    encrypted = bytearray(zipped(zipfile.ZIP_DEFLATED)(TEXT))
    for place in (6, encrypted.rindex(b"PK\x01\x02") + 8):  # the flags of the member and of the directory
        encrypted[place] |= 1
    with pytest.raises(SourceError, match="the archive is encrypted"):
        read(tmp_path, "bookings.zip", bytes(encrypted))


SMALL = FileRules(settings=FileSettings(max_unpacked_mb=1, max_line_mb=1, max_rows=50))
BOMBS = {
    "one line": b"x" * (3 << 20),
    "many bytes": TEXT.splitlines(keepends=True)[0] + b"a,b\r\n" * (1 << 18),
    "blank lines": TEXT.splitlines(keepends=True)[0] + b"\n" * 60,
    "many rows": TEXT,
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("kind", ["plain", "gzip", "bzip2", "xz", "deflated"])
def test_what_is_too_large_is_refused_with_the_setting(tmp_path: Path, bomb: str, kind: str) -> None:
    suffix, pack = KINDS[kind]
    with pytest.raises(SourceError, match=r"files\.max_(line_mb|unpacked_mb|rows)"):
        read(tmp_path, f"bookings{suffix}", pack(BOMBS[bomb]), SMALL)


def test_a_large_archive_is_given_up_while_it_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    whole = gzip.GzipFile.read

    def counted(self: gzip.GzipFile, size: int = -1) -> bytes:
        chunk = whole(self, size)
        taken.append(len(chunk))
        return chunk

    monkeypatch.setattr(gzip.GzipFile, "read", counted)
    with pytest.raises(SourceError, match=r"files\.max_(line|unpacked)_mb"):
        read(tmp_path, "bookings.csv.gz", gzip.compress(b"x" * (64 << 20)), SMALL)
    assert max(taken) <= 1 << 20
    assert sum(taken) < 2 << 20


def test_a_parquet_file_that_swells_is_refused(tmp_path: Path) -> None:
    rows = pl.DataFrame([booking(), *[booking(hotel="x" * 100_000)] * 40])
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    assert len(buffer.getvalue()) < 1 << 20
    with pytest.raises(SourceError, match=r"files\.max_unpacked_mb"):
        read(tmp_path, "bookings.parquet", buffer.getvalue(), SMALL)
    long = io.BytesIO()
    pl.DataFrame([booking(hotel="x" * (2 << 20))]).write_parquet(long)
    with pytest.raises(SourceError, match=r"files\.max_"):
        read(tmp_path, "bookings.parquet", long.getvalue(), SMALL)
    many = io.BytesIO()
    pl.DataFrame([booking()] * 51).write_parquet(many)
    with pytest.raises(SourceError, match=r"more than 50 rows \(files\.max_rows\)"):
        read(tmp_path, "bookings.parquet", many.getvalue(), SMALL)


CELLS = {
    "list": pl.Series([["a"], None]),
    "list of whole numbers": pl.Series([[1, 2], []]),
    "array": pl.Series([["a", "b"], ["c", "d"]], dtype=pl.Array(pl.String, 2)),
    "record": pl.Series([{"a": 1}, {"a": 2}]),
    "list of records": pl.Series([[{"a": 1}], []]),
    "decimal": pl.Series([Decimal("12.50"), None]),
    "category": pl.Series(["a", None], dtype=pl.Categorical),
    "levels": pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])),
    "bytes": pl.Series([b"a", b"\xff\x00"]),
    "truth": pl.Series([True, None]),
    "day": pl.Series([date(2024, 1, 2), None]),
    "point": pl.Series([datetime(2024, 1, 2, 3, 4, 5, 6), None]),  # noqa: DTZ001
    "point in UTC": pl.Series([datetime(2024, 1, 2, 3, tzinfo=UTC), None]),
    "nanoseconds in Tokyo": pl.Series([datetime(2024, 1, 2, tzinfo=UTC)] * 2).cast(pl.Datetime("ns", "Asia/Tokyo")),
    "time": pl.Series([time(1, 2), None]),
    "span": pl.Series([timedelta(days=3), None]),
    "not a number": pl.Series([float("nan"), float("inf")]),
    "nothing": pl.Series([None, None]),
    "unsigned": pl.Series([1, 2], dtype=pl.UInt8),
}


@pytest.mark.parametrize("name", ["Tags", "Posted_At", "Review_Date", "Hotel_Name", "review_key", "days_since_review"])
@pytest.mark.parametrize("cells", CELLS)
def test_parquet_of_any_type_is_text_or_a_row_with_its_reason(tmp_path: Path, name: str, cells: str) -> None:
    rows = pl.DataFrame([review(), review()]).with_columns(CELLS[cells].alias(name))
    path = tmp_path / "reviews.parquet"
    rows.write_parquet(path)
    found = read_text(path, Stream.REVIEWS, FileRules(), delivered=date(2024, 1, 2))
    assert found.schema[name] == pl.String
    assert found.height == 2


def test_tags_as_a_list_are_written_as_the_publisher_writes_them(tmp_path: Path) -> None:
    tags = [[" Leisure trip ", " Couple's "], None]
    pl.DataFrame([review(), review()]).with_columns(pl.Series("Tags", tags)).write_parquet(tmp_path / "r.parquet")
    found = read_text(tmp_path / "r.parquet", Stream.REVIEWS, FileRules())
    assert found["Tags"].to_list() == ["[' Leisure trip ', \" Couple's \"]", None]
    nested = pl.DataFrame([review()]).with_columns(pl.Series("Hotel_Name", [["Casa"]]))
    nested.write_parquet(tmp_path / "n.parquet")
    problem = read_text(tmp_path / "n.parquet", Stream.REVIEWS, FileRules())["_problem"][0]
    assert problem == "holds a list or a record where one value is expected"
