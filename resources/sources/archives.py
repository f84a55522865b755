"""Files as publishers ship them: finding one by its usual names and opening it as a stream of bytes.

Nothing is unpacked in one piece: bytes and the length of the line are counted while they stream by, so that an
archive of a few kilobytes that unpacks to gigabytes is refused before it takes memory.
"""

import bz2
import gzip
import io
import lzma
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from resources.errors import SourceError
from resources.sources.file_rules import SECTION, USUAL_RULES, FileSettings

# In order of preference.
SUFFIXES = (".csv", ".csv.zip", ".zip", ".csv.gz", ".csv.bz2", ".csv.xz", ".parquet")
_MAGIC = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "a database file",
}


def list_folder(folder: Path) -> list[Path]:
    """Files of the folder by name.

    Raises:
        SourceError: the folder does not exist or can't be listed.
    """
    return [path for path in list_entries(folder) if path.is_file()]


def list_entries(folder: Path) -> list[Path]:
    """Everything in the folder by name, folders and broken links included.

    Raises:
        SourceError: the folder does not exist or can't be listed.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        message = (
            f"data folder {str(folder)!r} {what}; give the folder with the published files (core.data, make DATA=)"
        )
        raise SourceError(message)
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        message = f"data folder {str(folder)!r} can't be listed ({error.strerror or error}); check its permissions"
        raise SourceError(message) from error


def suffix_of(name: str) -> str | None:
    """The longest of ``SUFFIXES`` that the name ends with, upper and lower case alike."""
    lower = name.lower()
    return max((suffix for suffix in SUFFIXES if lower.endswith(suffix)), key=len, default=None)


def find_file(files: list[Path], stem_pattern: str) -> Path | None:
    """The preferred file whose name without suffix matches, or None.

    A whole file is preferred to a sample, then the order of ``SUFFIXES`` decides, then the name.

    Args:
        files: candidates, all in one folder.
        stem_pattern: regular expression for the name before its suffix, upper and lower case alike.
    """
    candidates: list[tuple[bool, int, str, Path]] = []
    for path in files:
        name, suffix = path.name.lower(), suffix_of(path.name)
        if suffix and re.fullmatch(stem_pattern, name.removesuffix(suffix), re.DOTALL):
            candidates.append(("sample" in name, SUFFIXES.index(suffix), path.name, path))
    return min(candidates)[-1] if candidates else None


@contextmanager
def open_bytes(path: Path, limits: FileSettings = USUAL_RULES.settings) -> Iterator[IO[bytes]]:
    """The bytes of a plain or compressed CSV file.

    Args:
        path: the file; its suffix says how it is packed.
        limits: how many bytes, and how many of one line, are too many.

    Raises:
        SourceError: the file can't be opened, the archive is damaged or truncated (also while it is read), a zip
            file holds no or several CSV files, or there are more bytes than the limits allow.
    """
    try:
        packed = _open(path, limits)
    except SourceError:
        raise
    except NotImplementedError as error:
        message = f"{path.name}: {error}; unpack it and put the CSV file into the folder"
        raise SourceError(message) from error
    except Exception as error:  # whatever an unpacker raises over damaged bytes
        raise _unreadable(path, error) from error
    with packed, io.BufferedReader(cast("io.RawIOBase", _Counted(packed, path, limits))) as stream:
        yield cast("IO[bytes]", stream)


def true_kind(start: bytes) -> str | None:
    """What a file is that begins so, where it is none of text."""
    return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), None)


def _open(path: Path, limits: FileSettings) -> IO[bytes]:
    name = path.name.lower()
    if name.endswith(".zip"):
        return cast("IO[bytes]", _Member(path, limits))
    if name.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if name.endswith(".bz2"):
        return bz2.open(path, "rb")
    if name.endswith(".xz"):
        return lzma.open(path, "rb")
    return path.open("rb")


def _unreadable(path: Path, error: Exception) -> SourceError:
    if isinstance(error, OSError) and error.errno is not None:
        return SourceError(f"{path.name}: can't be read ({error.strerror}); check the file and its permissions")
    reason = str(error) or type(error).__name__
    return SourceError(
        f"{path.name}: the archive is damaged or truncated ({reason}); fetch it again from its publisher"
    )


class _Member(io.RawIOBase):
    """The one CSV file of a zip archive."""

    def __init__(self, path: Path, limits: FileSettings) -> None:
        super().__init__()
        self._archive = zipfile.ZipFile(path)
        try:
            self._stream = self._archive.open(_member(self._archive, path, limits))
        except BaseException:
            self._archive.close()
            raise

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Unpacked bytes."""
        return self._stream.read(size)

    def close(self) -> None:
        """Close the archive too."""
        self._archive.close()
        super().close()


class _Counted(io.RawIOBase):
    """A stream that is given up as soon as it holds more than the limits allow, or can't be unpacked further."""

    def __init__(self, source: IO[bytes], path: Path, limits: FileSettings) -> None:
        super().__init__()
        self._source, self._path, self._limits = source, path, limits
        self._bytes = self._line = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Bytes into a buffer; 0 at the end.

        Raises:
            SourceError: damaged, or too much of it.
        """
        try:
            chunk = self._source.read(len(buffer))
        except Exception as error:  # whatever an unpacker raises over damaged bytes
            raise _unreadable(self._path, error) from error
        self._bytes += len(chunk)
        if self._bytes > self._limits.max_bytes:
            raise _too_large(self._path, self._limits)
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._line = self._line + len(chunk) if last < 0 else len(chunk) - last
        if self._line > self._limits.max_line_bytes:
            message = (
                f"{self._path.name}: a line is longer than {self._limits.max_line_mb} MB ({SECTION}.max_line_mb); "
                "the file is damaged or is no CSV with one line per row"
            )
            raise SourceError(message)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _too_large(path: Path, limits: FileSettings) -> SourceError:
    return SourceError(
        f"{path.name}: holds more than {limits.max_unpacked_mb} MB once unpacked ({SECTION}.max_unpacked_mb); "
        "raise the setting if that is right, or split the file"
    )


def _member(archive: zipfile.ZipFile, path: Path, limits: FileSettings) -> zipfile.ZipInfo:
    members = [item for item in archive.infolist() if not item.filename.startswith("__MACOSX") and not item.is_dir()]
    tables = [item for item in members if item.filename.lower().endswith(".csv")]
    if len(tables) != 1:
        names = ", ".join(item.filename for item in members[:10]) or "nothing"
        message = f"{path.name}: expected one CSV file in the archive, got {len(tables)} (it holds {names})"
        raise SourceError(message)
    if tables[0].flag_bits & 0x1:  # bit 0 of the general purpose flags: encrypted
        message = f"{path.name}: the archive is encrypted; unpack it and put the CSV file into the folder"
        raise SourceError(message)
    if tables[0].file_size > limits.max_bytes:
        raise _too_large(path, limits)
    return tables[0]
