"""The list of a group's hotels, checked like every other input: encoding, rows, keys, country codes.

A row that can't be read costs its hotel and no more; whatever was left out, taken twice or guessed is told.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
import pycountry

from resources.errors import SourceError
from resources.sources.archives import open_bytes, true_kind
from resources.sources.delimited import read_records
from resources.sources.file_rules import USUAL_RULES, FileSettings
from resources.sources.headers import clean_name, place_columns
from resources.sources.keys import is_placeholder

HOTELS_FILE = "hotels.csv"
HOTEL_COLUMNS = ("hotel", "hotel_name", "city", "country", "descriptor", "is_city")
_MOST_BYTES = 64 * 1024 * 1024  # ten thousand hotels take one of them
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_YES, _NO = frozenset({"true", "1", "yes", "t", "y"}), frozenset({"false", "0", "no", "f", "n"})
# Codes and names in use that ISO 3166 does not list.
_COUNTRIES = {"uk": "GBR", "el": "GRC", "england": "GBR", "scotland": "GBR", "wales": "GBR", "northern ireland": "GBR",
              "great britain": "GBR", "xk": "XKX", "xkx": "XKX", "kosovo": "XKX", "turkey": "TUR", "russia": "RUS",
              "ivory coast": "CIV", "cape verde": "CPV", "swaziland": "SWZ", "macedonia": "MKD", "usa": "USA",
              "holland": "NLD"}  # fmt: skip


@dataclass(frozen=True)
class HotelList:
    """The hotels, and what a person should know about the file."""

    frame: pl.DataFrame
    notes: tuple[str, ...] = ()


def read_hotels(path: Path, limits: FileSettings = USUAL_RULES.settings) -> HotelList:
    """The hotels of a file, with ISO alpha-3 countries.

    Raises:
        SourceError: the file is missing, can't be read as a whole, lacks a column or names no hotel at all.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not in"
        where = "" if path.is_dir() else f" {str(path.parent)!r}"
        message = f"{path.name} {what}{where}; give one row per hotel: {', '.join(HOTEL_COLUMNS)}"
        raise SourceError(message)
    text, notes = _decoded(path, limits)
    rows: list[tuple[int, dict[str, str | None]]] = []
    for number, row, problem in _rows(path.name, text):
        if row is None:
            notes.append(f"{path.name} row {number}: {problem}; its hotel is left out")
        else:
            rows.append((number, row))
    kept = _without_repeats(path.name, rows, notes)
    notes += _alike(path.name, [row for _, row in kept])
    for number, row in kept:
        row["country"] = _country_of(path.name, number, row["country"], notes)
        row["is_city"] = _flag_of(path.name, number, row["is_city"], notes)
        if row["hotel_name"] is None:
            notes.append(f"{path.name} row {number}: has no name, so that no review can be told to be of this hotel")
    if not kept:
        message = f"{path.name}: names no hotel; give one row per hotel: {', '.join(HOTEL_COLUMNS)}"
        raise SourceError(message)
    frame = pl.DataFrame([row for _, row in kept], schema=dict.fromkeys(HOTEL_COLUMNS, pl.String))
    is_city = (pl.col("is_city") == "true").fill_null(value=False)
    return HotelList(frame.with_columns(is_city, pl.col("descriptor").fill_null("")), tuple(notes))


def country_code_of(text: str) -> str | None:
    """ISO alpha-3 of a code (two or three letters) or an English name; None where it is none."""
    word = re.sub(r"\s+", " ", text.strip(" .")).casefold()
    if word in _COUNTRIES:
        return _COUNTRIES[word]
    return _known_countries().get(word)


@cache
def _known_countries() -> dict[str, str]:
    known: dict[str, str] = {}
    for country in pycountry.countries:
        names = (
            getattr(country, name, None) for name in ("alpha_2", "alpha_3", "name", "common_name", "official_name")
        )
        known |= {name.casefold(): country.alpha_3 for name in names if name}
    return known


def _decoded(path: Path, limits: FileSettings) -> tuple[str, list[str]]:
    with open_bytes(path, limits) as stream:
        content = stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        message = f"{path.name}: is too large for a list of hotels; give one row per hotel"
        raise SourceError(message)
    if kind := true_kind(content):
        message = f"{path.name}: is {kind} in spite of its name; save the list as CSV in UTF-8"
        raise SourceError(message)
    if content.startswith(_UTF_16):
        return content.decode("utf-16", "replace"), [f"{path.name}: read as UTF-16; better save it as CSV in UTF-8"]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), [
            f"{path.name}: is not UTF-8 and was read as Windows-1252, as Excel saves it; check the names with accents, "
            "better save it as CSV in UTF-8"
        ]
    except UnicodeDecodeError as error:
        message = f"{path.name}: is neither UTF-8 nor Windows-1252 text; save the list as CSV in UTF-8"
        raise SourceError(message) from error


def _rows(name: str, text: str) -> Iterator[tuple[int, dict[str, str | None] | None, str]]:
    """Number in the file, cells by column (None where the row can't be read), and why it can't be."""
    lines = iter(io.StringIO(text.lstrip("\ufeff"), newline=""))
    header_line = next((line for line in lines if line.strip()), None)
    if header_line is None:
        message = f"{name}: the file is empty; give one row per hotel: {', '.join(HOTEL_COLUMNS)}"
        raise SourceError(message)
    delimiter = ","
    if named := re.fullmatch(r'"?sep=(.)"?', header_line.strip(), re.IGNORECASE):
        delimiter, header_line = named[1], next(lines, "")
    elif "," not in header_line:
        delimiter = max(";\t|", key=header_line.count)
    try:
        header = [clean_name(cell) for cell in next(csv.reader([header_line], delimiter=delimiter))]
    except csv.Error:  # a field beyond the limit of the csv module
        header = []
    if len(header) <= 1:
        message = f"{name}: the first line is no comma-separated line of the columns {', '.join(HOTEL_COLUMNS)}"
        raise SourceError(message)
    places = place_columns(name, header, HOTEL_COLUMNS, ())
    width = max(place for place, written in enumerate(header) if written) + 1
    for number, record in enumerate(read_records(lines, len(header), delimiter=delimiter, named=width, file=name), 1):
        if record.fields is None:
            yield number, None, str(record.problem)
            continue
        cells = {column: record.fields[place].strip() or None for column, place in places.items()}
        if cells["hotel"] is None or is_placeholder(cells["hotel"]):
            yield number, None, f"hotel {cells['hotel'] or ''!r} is no key"
        else:
            yield number, cells | {"hotel_name": _named(cells["hotel_name"])}, ""


def _named(name: str | None) -> str | None:
    return None if name is None or is_placeholder(name) else name


def _without_repeats(
    name: str, rows: Sequence[tuple[int, dict[str, str | None]]], notes: list[str]
) -> list[tuple[int, dict[str, str | None]]]:
    """One row per hotel. Rows that contradict each other are all left out: nothing says which one is right."""
    first: dict[str, dict[str, str | None]] = {}
    contradicted: Counter[str] = Counter()
    kept: list[tuple[int, dict[str, str | None]]] = []
    for number, row in rows:
        key = str(row["hotel"])
        if key not in first:
            first[key] = row
            kept.append((number, row))
        elif first[key] == row:
            notes.append(
                f"{name} row {number}: hotel {key!r} stands there already with the same fields; it counts once"
            )
        else:
            contradicted[key] += 1
    for key, times in contradicted.items():
        notes.append(f"{name}: hotel {key!r} has {times + 1} rows that contradict each other; it is left out")
    return [(number, row) for number, row in kept if row["hotel"] not in contradicted]


def _alike(name: str, rows: Sequence[dict[str, str | None]]) -> list[str]:
    """Hotels that a reader may take for one: keys that differ in letter case only, one name for several."""
    notes: list[str] = []
    for column, why in (
        ("hotel", "differ in letter case only; bookings name them as they are written"),
        ("hotel_name", "have the same name, so that a review may find either"),
    ):
        keys: dict[str, list[str]] = {}
        for row in rows:
            if row[column] is not None:
                keys.setdefault(" ".join(str(row[column]).casefold().split()), []).append(str(row["hotel"]))
        notes += [f"{name}: hotels {', '.join(map(repr, same))} {why}" for same in keys.values() if len(same) > 1]
    return notes


def _country_of(name: str, number: int, given: str | None, notes: list[str]) -> str | None:
    code = country_code_of(given) if given and not _is_gap(given) else None
    if code is None:
        notes.append(
            f"{name} row {number}: country {given or ''!r} is no ISO 3166-1 alpha-3 code (nor alpha-2, nor an English "
            "name); the hotel has none"
        )
    elif code != given:
        notes.append(f"{name} row {number}: country {given!r} is read as {code}")
    return code


def _is_gap(country: str) -> bool:
    return len(country) != 2 and is_placeholder(country)  # NA is Namibia here


def _flag_of(name: str, number: int, given: str | None, notes: list[str]) -> str:
    word = (given or "").casefold()
    if word not in _YES | _NO:
        notes.append(f"{name} row {number}: is_city {given or ''!r} is neither true nor false; false is taken")
    return "true" if word in _YES else "false"
