"""The first lines of a CSV file: the names of its columns and its delimiter, or why there are none."""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from resources.errors import SourceError
from resources.sources.headers import bare_name, clean_name

_SEP_LINE = re.compile(r'"?sep=(\\t|.)"?', re.IGNORECASE)  # Excel's first line, which names the delimiter
_OTHER_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "vertical bar"}
_MOST_COLUMNS = 10_000
_MOST_BLANK = 1_000  # lines above the header
_LOOKED_AT = 30  # lines below a first line that is no header
_ENOUGH = 0.5  # of the expected names make a line a header


def read_header(lines: Iterator[str], file: str, required: Sequence[str]) -> tuple[list[str], str]:
    """Names of the columns, cleaned, and the delimiter; blank lines above them are passed over.

    Args:
        lines: text lines, bytes that are not UTF-8 escaped as surrogates; read up to the header.
        file: name of the file, for the message.
        required: names that are expected.

    Raises:
        SourceError: names why there is no header.
    """
    header, text = _first_fields(lines, file, ",")
    delimiter = ","
    if mark := _SEP_LINE.fullmatch(text.strip("\ufeff\r\n ")):
        delimiter = {"\\t": "\t"}.get(mark[1], mark[1])
        header, text = _first_fields(lines, file, delimiter)
    _refuse_bytes(text, file)
    if len(header) > _MOST_COLUMNS:
        message = f"{file}: the first line has {len(header):,} fields, which no table has; fetch the file again"
        raise SourceError(message)
    if len(header) == 1 or not _hits(header, required):
        _refuse_other_text(text, file)
        _refuse_lines_above(lines, file, required)
    if len(header) == 1:
        message = f"{file}: {_delimiter_problem(text)}"
        raise SourceError(message)
    return [clean_name(column) for column in header], delimiter


def _first_fields(lines: Iterator[str], file: str, delimiter: str) -> tuple[list[str], str]:
    """Fields of the first line that is not blank, and its text without byte order marks."""
    taken: list[str] = []

    def unmarked() -> Iterator[str]:
        for line in lines:
            taken.append(line.lstrip("\ufeff"))  # a mark would stand before a quote
            yield taken[-1]

    try:
        for header in islice(csv.reader(unmarked(), delimiter=delimiter, strict=True), _MOST_BLANK):
            if any(map(str.strip, header)):
                return header, "".join(taken).lstrip("\r\n")
    except csv.Error as error:
        _refuse_other_text("".join(taken), file)
        message = f"{file}: the header line is not well-formed CSV ({error}); fetch the file again"
        raise SourceError(message) from error
    message = f"{file}: the file is empty; expected a header line with the publisher's column names"
    raise SourceError(message)


def _refuse_bytes(text: str, file: str) -> None:
    if "\0" in text:
        message = f"{file}: holds NUL bytes as UTF-16 text does, not UTF-8 text; save the file as CSV in UTF-8"
        raise SourceError(message)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        message = f"{file}: the header line is not UTF-8 text; save the file as CSV in UTF-8"
        raise SourceError(message) from error


def _refuse_other_text(text: str, file: str) -> None:
    """A page of a portal that wanted a password, or another format of text."""
    start = text.lstrip()[:1]
    kind = {"<": "a web page or XML", "{": "JSON", "[": "JSON"}.get(start)
    if kind:
        message = f"{file}: is {kind}, no CSV; look into the file, and save the table as CSV in UTF-8"
        raise SourceError(message)


def _refuse_lines_above(lines: Iterator[str], file: str, required: Sequence[str]) -> None:
    """A title or a comment stands where the names of the columns should."""
    for number, line in enumerate(islice(lines, _LOOKED_AT), 1):
        if any(_hits(line.split(mark), required) >= len(required) * _ENOUGH for mark in (",", *_OTHER_DELIMITERS)):
            message = (
                f"{file}: the names of the columns stand {number} line(s) below the first line with text; delete what "
                "stands above them"
            )
            raise SourceError(message)


def _delimiter_problem(text: str) -> str:
    counts = {mark: text.count(mark) for mark in _OTHER_DELIMITERS}
    likely = max(counts, key=counts.__getitem__)
    if not counts[likely]:
        return (
            "the first line is one field, so it holds no names of columns between commas; save the table as CSV, "
            "comma-separated"
        )
    got = f"{_OTHER_DELIMITERS[likely]} ({likely!r})"
    return f"wrong delimiter: {got} where a comma is expected; save the file comma-separated"


def _hits(fields: Sequence[str], required: Sequence[str]) -> int:
    """How many of the expected names are among the fields."""
    return len({bare_name(field) for field in fields} & {bare_name(name) for name in required})
