"""CSV text to rows of text, row by row: what can't be read is kept as it was delivered, and nothing stops the run.

A damaged row (wrong number of fields, a stray quote, a byte that is not UTF-8) becomes a row with ``_problem``
and ``_raw_text``. Only a file that can't be read as a whole (no header, wrong delimiter, missing column) raises.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple, cast

import polars as pl

from resources.errors import SourceError
from resources.sources.archives import open_bytes, true_kind
from resources.sources.file_rules import SECTION, USUAL_RULES, FileSettings
from resources.sources.first_lines import read_header
from resources.sources.headers import place_columns

MAX_FIELD_CHARACTERS = 16 * 1024 * 1024  # a field beyond this is a stray quote that swallows the file
BYTE_PROBLEM, NUL_PROBLEM = "holds a byte that is not UTF-8", "holds a NUL byte"
_CHUNK_ROWS = 20_000
_LONGEST_MAGIC = 16
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


class _Layout(NamedTuple):
    """How the rows of one file are read."""

    file: str
    wanted: dict[str, int]
    optional: tuple[str, ...]
    limits: FileSettings


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes were looked at."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        super().__init__()
        self._start, self._rest = start, rest

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The bytes looked at, then the others."""
        chunk = self._start or self._rest.read(len(buffer))
        self._start = b""
        buffer[: len(chunk)] = chunk
        return len(chunk)


class _Lines:
    """Physical lines that remember those of the current record and can be put back."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._waiting: deque[str] = deque()
        self.record: list[str] = []
        self.blank_lines = 0

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


def read_delimited(
    path: Path, required: Sequence[str], optional: Sequence[str] = (), limits: FileSettings = USUAL_RULES.settings
) -> pl.DataFrame:
    """Rows of a CSV file (plain or compressed): required and optional columns as text, then the lineage.

    Optional columns that the file lacks are null, other columns are ignored, the order of columns is free. A first
    line ``sep=;`` (Excel) names the delimiter. Columns without a name at the end of the header may hold nothing.

    Returns:
        A frame with ``required``, ``optional``, ``_source_file``, ``_source_row`` (1 = first data row),
        ``_problem`` and ``_raw_text``, in file order.

    Raises:
        SourceError: the file is empty, not UTF-8 text, has another delimiter, lacks a column or names one
            twice, its archive is damaged, or it holds more than the limits allow.
    """
    # The limit is process-wide: without it the csv module refuses fields over 131,072 characters.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_FIELD_CHARACTERS))
    with open_bytes(path, limits) as stream:
        start = stream.read(_LONGEST_MAGIC)
        refuse_other_kinds(path.name, start)
        text = io.TextIOWrapper(
            cast("IO[bytes]", _Rejoined(start, stream)), encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        lines = _Lines(iter(text))
        header, delimiter = read_header(lines, path.name, required)
        places = place_columns(path.name, header, required, optional)
        named = max((place for place, name in enumerate(header) if name), default=-1) + 1
        layout = _Layout(path.name, places, tuple(optional), limits)
        records = read_records(
            lines, len(header), delimiter=delimiter, named=named, most_blank=limits.max_rows, file=path.name
        )
        chunks = list(_chunks(records, layout))
    schema = {name: pl.String() for name in (*required, *optional)} | TEXT_SCHEMA
    return pl.concat(chunks).select(*schema) if chunks else pl.DataFrame(schema=schema)


def refuse_other_kinds(name: str, start: bytes) -> None:
    """Refuse a file that is no text by its first bytes.

    Raises:
        SourceError: names what it is instead.
    """
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = f"{name}: UTF-16 text, not UTF-8 text; save the file as CSV in UTF-8"
        raise SourceError(message)
    if kind := true_kind(start):
        message = f"{name}: is {kind} in spite of its name; save the table as CSV in UTF-8 or give the file its suffix"
        raise SourceError(message)


def read_records(
    lines: "_Lines | Iterator[str]",
    width: int,
    *,
    delimiter: str = ",",
    named: int | None = None,
    most_blank: int | None = None,
    file: str = "",
) -> Iterator[Record]:
    """Records of CSV lines; blank lines are no records.

    A record that is malformed or has not ``width`` fields gives its first line only; its other lines are read
    again, so that a stray quote costs one row and not the rest of the file.

    Args:
        lines: text lines with their line ends, bytes that are not UTF-8 escaped as surrogates.
        width: number of fields of a sound record.
        delimiter: between fields.
        named: fields that have a name; those behind them hold nothing in a sound record. None: all.
        most_blank: blank lines that are too many; None: any number.
        file: its name, for the message.

    Raises:
        SourceError: too many blank lines.
    """
    feed = lines if isinstance(lines, _Lines) else _Lines(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.record = []
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(None, f"not well-formed CSV ({error})", _readable(feed.put_back_all_but_first()))
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
            continue
        text = feed.record[0] if len(feed.record) == 1 else "".join(feed.record)
        if not fields:
            feed.blank_lines += 1
            if most_blank is not None and feed.blank_lines > most_blank:
                message = f"{file}: holds more than {most_blank:,} blank lines ({SECTION}.max_rows); fetch it again"
                raise SourceError(message)
            continue
        if len(fields) != width:
            raw = _readable(feed.put_back_all_but_first())
            yield Record(None, f"{len(fields)} fields, expected {width}", raw)
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
        elif problem := _byte_problem(text) or _surplus(fields, named):
            yield Record(None, problem, _readable(text))
        else:
            yield Record(fields)


def _surplus(fields: Sequence[str], named: int | None) -> str | None:
    if named is None or named == len(fields) or not any(map(str.strip, fields[named:])):
        return None
    return f"holds text behind the last named column, field {named}"


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


def _chunks(records: Iterator[Record], layout: "_Layout") -> Iterator[pl.DataFrame]:
    """Frames of up to ``_CHUNK_ROWS`` records, so that the file never lies in memory as Python lists."""
    batch: list[Record] = []
    first = 1
    for record in records:
        batch.append(record)
        if len(batch) == _CHUNK_ROWS:
            yield _frame(batch, first, layout)
            first += len(batch)
            batch = []
            if first > layout.limits.max_rows:
                raise too_many_rows(layout.file, layout.limits)
    if first + len(batch) - 1 > layout.limits.max_rows:
        raise too_many_rows(layout.file, layout.limits)
    if batch:
        yield _frame(batch, first, layout)


def too_many_rows(file: str, limits: FileSettings) -> SourceError:
    """The refusal of a file with too many rows."""
    return SourceError(
        f"{file}: holds more than {limits.max_rows:,} rows ({SECTION}.max_rows); raise the setting if that is right, "
        "or split the file"
    )


def _frame(batch: list[Record], first: int, layout: "_Layout") -> pl.DataFrame:
    wanted, file = layout.wanted, layout.file
    width = max(wanted.values()) + 1
    empty = [None] * width
    columns = list(zip(*((record.fields or empty)[:width] for record in batch), strict=True))
    series = [pl.Series(name, columns[index], dtype=pl.String) for name, index in wanted.items()]
    series += [pl.Series("_problem", [record.problem for record in batch], dtype=pl.String)]
    series += [pl.Series("_raw_text", [record.raw_text for record in batch], dtype=pl.String)]
    return pl.DataFrame(series).with_columns(
        pl.lit(file).alias("_source_file"),
        pl.int_range(first, first + len(batch), dtype=pl.Int64).alias("_source_row"),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in layout.optional if name not in wanted),
    )
