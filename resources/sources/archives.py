"""Files as publishers ship them: finding one by its usual names and opening it as a stream of bytes."""

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from resources.errors import SourceError

SUFFIXES = (".csv", ".csv.zip", ".zip", ".csv.gz", ".parquet")  # in order of preference


def list_folder(folder: Path) -> list[Path]:
    """Files of the folder by name.

    Raises:
        SourceError: the folder does not exist or can't be listed.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        message = (
            f"data folder {str(folder)!r} {what}; give the folder with the published files (core.data, make DATA=)"
        )
        raise SourceError(message)
    return sorted(path for path in folder.iterdir() if path.is_file())


def find_file(files: list[Path], stem_pattern: str) -> Path | None:
    """The preferred file whose name without suffix matches, or None.

    A whole file is preferred to a sample, then the order of ``SUFFIXES`` decides, then the name.

    Args:
        files: candidates, all in one folder.
        stem_pattern: regular expression for the name before its suffix, upper and lower case alike.
    """
    found: list[tuple[bool, int, str, Path]] = []
    for path in files:
        name = path.name.lower()
        suffix = max((suffix for suffix in SUFFIXES if name.endswith(suffix)), key=len, default=None)
        if suffix and re.fullmatch(stem_pattern, name.removesuffix(suffix), re.DOTALL):
            found.append(("sample" in name, SUFFIXES.index(suffix), path.name, path))
    return min(found)[-1] if found else None


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a plain, zipped or gzipped CSV file.

    Raises:
        SourceError: the file can't be opened, the archive is damaged or truncated (also while it is read),
            or a zip file holds no or several CSV files.
    """
    try:
        if path.name.lower().endswith(".zip"):
            with zipfile.ZipFile(path) as archive, archive.open(_member(archive, path)) as stream:
                yield stream
        elif path.name.lower().endswith(".gz"):
            with gzip.open(path, "rb") as stream:
                yield stream  # type: ignore[misc]
        else:
            with path.open("rb") as stream:
                yield stream
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as error:
        message = f"{path.name}: the archive is damaged or truncated ({error}); fetch it again from its publisher"
        raise SourceError(message) from error
    except NotImplementedError as error:
        message = f"{path.name}: {error}; unpack it and put the CSV file into the folder"
        raise SourceError(message) from error
    except OSError as error:
        message = f"{path.name}: can't be read ({error.strerror or error}); check the file and its permissions"
        raise SourceError(message) from error


def _member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    members = [item for item in archive.infolist() if not item.filename.startswith("__MACOSX")]
    tables = [item for item in members if item.filename.lower().endswith(".csv")]
    if len(tables) != 1:
        names = ", ".join(item.filename for item in members[:10]) or "nothing"
        message = f"{path.name}: expected one CSV file in the archive, got {len(tables)} (it holds {names})"
        raise SourceError(message)
    if tables[0].flag_bits & 0x1:  # bit 0 of the general purpose flags: encrypted
        message = f"{path.name}: the archive is encrypted; unpack it and put the CSV file into the folder"
        raise SourceError(message)
    return tables[0]
