"""CSV text to rows of text, row by row: what can't be read is kept as it was delivered, and nothing stops the run.

A damaged row (wrong number of fields, a stray quote, a byte that is not UTF-8) becomes a row with ``_problem``
and ``_raw_text``. Only a file that can't be read as a whole (no header, wrong delimiter, missing column) raises.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from resources.errors import SourceError
from resources.sources.archives import open_bytes

MAX_FIELD_CHARACTERS = 16 * 1024 * 1024  # a field beyond this is a stray quote that swallows the file
BYTE_PROBLEM, NUL_PROBLEM = "holds a byte that is not UTF-8", "holds a NUL byte"
_CHUNK_ROWS = 20_000
_OTHER_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "vertical bar"}
TEXT_SCHEMA: dict[str, pl.DataType] = {
    "_source_file": pl.String(),
    "_source_row": pl.Int64(),
    "_problem": pl.String(),
    "_raw_text": pl.String(),
}


class Record(NamedTuple):
    """One delivered row: its fields, or why it can't be read and its text."""

    fields: list[str] | None
    problem: str | None = None
    raw_text: str | None = None


class _Lines:
    """Physical lines that remember those of the current record and can be put back."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._waiting: deque[str] = deque()
        self.record: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._source)
        self.record.append(line)
        return line

    def put_back_all_but_first(self) -> str:
        """Return the first line of the record; the others will be read again as records of their own."""
        first, rest = self.record[0], self.record[1:]
        self._waiting.extendleft(reversed(rest))
        return first


def read_delimited(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> pl.DataFrame:
    """Rows of a CSV file (plain, zipped or gzipped): required and optional columns as text, then the lineage.

    Optional columns that the file lacks are null, other columns are ignored, the order of columns is free.

    Returns:
        A frame with ``required``, ``optional``, ``_source_file``, ``_source_row`` (1 = first data row),
        ``_problem`` and ``_raw_text``, in file order.

    Raises:
        SourceError: the file is empty, not UTF-8 text, has another delimiter, lacks a column or names one
            twice, or its archive is damaged.
    """
    # The limit is process-wide: without it the csv module refuses fields over 131,072 characters.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD_CHARACTERS))
    with open_bytes(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
        lines = _Lines(iter(text))
        header = _read_header(lines, path.name)
        check_columns(path.name, header, required, optional)
        wanted = {name: header.index(name) for name in (*required, *optional) if name in header}
        chunks = list(_chunks(read_records(lines, len(header)), wanted, optional, path.name))
    schema = {name: pl.String() for name in (*required, *optional)} | TEXT_SCHEMA
    return pl.concat(chunks).select(*schema) if chunks else pl.DataFrame(schema=schema)


def check_columns(name: str, header: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> None:
    """Check the header of a table against the columns that are needed.

    Raises:
        SourceError: names every missing column, every repeated one and what stands there instead.
    """
    missing = [column for column in required if column not in header]
    repeated = sorted({column for column in header if list(header).count(column) > 1})
    if not missing and not repeated:
        return
    known = set(required) | set(optional)
    problems = [f"missing column(s) {', '.join(missing)}"] if missing else []
    problems += [f"column(s) named twice: {', '.join(repeated)}"] if repeated else []
    unexpected = [column for column in header if column not in known]
    problems += [f"unexpected column(s) {', '.join(unexpected)}"] if unexpected else []
    message = f"{name}: {'; '.join(problems)}; expected the publisher's {len(required)} column names, in any order"
    raise SourceError(message)


def read_records(lines: "_Lines | Iterator[str]", width: int) -> Iterator[Record]:
    """Records of CSV lines; blank lines are no records.

    A record that is malformed or has not ``width`` fields gives its first line only; its other lines are read
    again, so that a stray quote costs one row and not the rest of the file.

    Args:
        lines: text lines with their line ends, bytes that are not UTF-8 escaped as surrogates.
        width: number of fields of a sound record.
    """
    feed = lines if isinstance(lines, _Lines) else _Lines(lines)
    reader = csv.reader(feed, strict=True)
    while True:
        feed.record = []
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(None, f"not well-formed CSV ({error})", _readable(feed.put_back_all_but_first()))
            reader = csv.reader(feed, strict=True)
            continue
        text = feed.record[0] if len(feed.record) == 1 else "".join(feed.record)
        if not fields:
            continue
        if len(fields) != width:
            raw = _readable(feed.put_back_all_but_first())
            yield Record(None, f"{len(fields)} fields, expected {width}", raw)
            reader = csv.reader(feed, strict=True)
        elif problem := _byte_problem(text):
            yield Record(None, problem, _readable(text))
        else:
            yield Record(fields)


def _read_header(lines: _Lines, name: str) -> list[str]:
    try:
        header = next(csv.reader(lines, strict=True))
    except StopIteration as error:
        message = f"{name}: the file is empty; expected a header line with the publisher's column names"
        raise SourceError(message) from error
    except csv.Error as error:
        message = f"{name}: the header line is not well-formed CSV ({error}); fetch the file again"
        raise SourceError(message) from error
    text = "".join(lines.record)
    if _byte_problem(text):
        message = f"{name}: the header line is not UTF-8 text; save the file as CSV in UTF-8"
        raise SourceError(message)
    if len(header) == 1:
        counts = {mark: text.count(mark) for mark in _OTHER_DELIMITERS}
        mark = max(counts, key=counts.__getitem__)
        got = f"{_OTHER_DELIMITERS[mark]} ({mark!r})" if counts[mark] else "none"
        message = f"{name}: wrong delimiter: {got} where a comma is expected; save the file comma-separated"
        raise SourceError(message)
    return [column.strip() for column in header]


def _byte_problem(text: str) -> str | None:
    if "\0" in text:
        return NUL_PROBLEM
    if text.isascii():
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return BYTE_PROBLEM
    return None


def _readable(text: str) -> str:
    r"""The delivered text with undecodable bytes shown as ``\xNN``."""
    raw = text.rstrip("\r\n").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return raw.replace("\0", "\\x00")


def _chunks(
    records: Iterator[Record], wanted: dict[str, int], optional: Sequence[str], file: str
) -> Iterator[pl.DataFrame]:
    """Frames of up to ``_CHUNK_ROWS`` records, so that the file never lies in memory as Python lists."""
    batch: list[Record] = []
    first = 1
    for record in records:
        batch.append(record)
        if len(batch) == _CHUNK_ROWS:
            yield _frame(batch, first, wanted, optional, file)
            first += len(batch)
            batch = []
    if batch:
        yield _frame(batch, first, wanted, optional, file)


def _frame(batch: list[Record], first: int, wanted: dict[str, int], optional: Sequence[str], file: str) -> pl.DataFrame:
    width = max(wanted.values()) + 1
    empty = [None] * width
    columns = list(zip(*((record.fields or empty)[:width] for record in batch), strict=True))
    series = [pl.Series(name, columns[index], dtype=pl.String) for name, index in wanted.items()]
    series += [pl.Series("_problem", [record.problem for record in batch], dtype=pl.String)]
    series += [pl.Series("_raw_text", [record.raw_text for record in batch], dtype=pl.String)]
    return pl.DataFrame(series).with_columns(
        pl.lit(file).alias("_source_file"),
        pl.int_range(first, first + len(batch), dtype=pl.Int64).alias("_source_row"),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in optional if name not in wanted),
    )
