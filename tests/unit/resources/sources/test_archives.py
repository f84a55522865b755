import gzip
import zipfile
from pathlib import Path

import pytest

from resources.errors import SourceError
from resources.sources.archives import find_file, list_folder, open_bytes


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["hotel_bookings.csv.zip", "hotel_bookings.csv"], "hotel_bookings.csv"),
        (["hotel_bookings_sample.csv", "hotel_bookings.parquet"], "hotel_bookings.parquet"),
        (["hotel_bookings_sample.csv.gz"], "hotel_bookings_sample.csv.gz"),
        (["HOTEL_BOOKINGS.CSV"], "HOTEL_BOOKINGS.CSV"),
        (["bookings.csv", "hotel_bookings.txt"], None),
        ([], None),
    ],
)
def test_preferred_file(names: list[str], expected: str | None) -> None:
    found = find_file([Path(name) for name in names], r"hotel_bookings.*")
    assert (found.name if found else None) == expected


def test_bytes_are_the_same_plain_zipped_and_gzipped(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x,y\n")
    with gzip.open(tmp_path / "a.csv.gz", "wb") as packed:
        packed.write(b"x,y\n")
    with zipfile.ZipFile(tmp_path / "a.csv.zip", "w") as archive:
        archive.writestr("A.CSV", b"x,y\n")
        archive.writestr("__MACOSX/._A.CSV", b"\0\0")
    for path in list_folder(tmp_path):
        with open_bytes(path) as stream:
            assert stream.read() == b"x,y\n"


def test_several_tables_in_an_archive_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one.csv", "")
        archive.writestr("two.csv", "")
    with pytest.raises(SourceError, match="got 2 .*one.csv, two.csv"), open_bytes(tmp_path / "a.zip"):
        pass


def test_encrypted_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.csv", "a,b\n")
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # the flag in the central directory
    path.write_bytes(bytes(raw))
    with pytest.raises(SourceError, match="encrypted; unpack it"), open_bytes(path):
        pass


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone.csv: can't be read"), open_bytes(tmp_path / "gone.csv"):
        pass
