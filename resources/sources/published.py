"""What the two published data sets are known by, so that other files of their form are not taken for them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import polars as pl

from resources.sources.base import SourceFacts, Stream
from resources.sources.facts import has_key

_HOTELS = [
    # The publishers hide the hotels' names; region and kind are from their description (Data in Brief 22).
    ("City Hotel", None, "Lisbon", "PRT", "city hotel lisbon portugal centre urban business sightseeing", True),
    ("Resort Hotel", None, "Algarve", "PRT", "resort hotel algarve portugal beach sea pool golf holiday", False),
]
_HOTEL_COLUMNS = ("hotel", "hotel_name", "city", "country", "descriptor", "is_city")


@dataclass(frozen=True)
class _Published:
    """The rows that the publishers ship: their first and last day, and how a report calls them."""

    first_day: date
    last_day: date
    covers: str


_PUBLISHED = {
    Stream.BOOKINGS: _Published(
        date(2014, 10, 17), date(2017, 9, 14), "the public booking data of two Portuguese hotels"
    ),
    Stream.REVIEWS: _Published(date(2015, 8, 4), date(2017, 8, 3), "public reviews of European hotels"),
}


class Rows(Protocol):
    """What is asked of the rows of a stream."""

    first_day: date
    last_day: date

    def values(self, column: str) -> pl.Series:
        """Different texts of a column, without gaps."""
        ...


def published_facts(tables: Mapping[Stream, Rows], optional: Mapping[Stream, tuple[str, ...]]) -> SourceFacts | None:
    """Facts of the published rows; None where a stream has other hotels, other days, or columns that they lack.

    Args:
        tables: rows of each stream that is delivered.
        optional: columns of the exchange format that the publishers do not have.
    """
    if not all(_is_published(stream, table, optional[stream]) for stream, table in tables.items()):
        return None
    parts = [_PUBLISHED[stream].covers for stream in Stream if stream in tables]
    return SourceFacts(title="the public data sets", covers=" and ".join(parts), is_published=True)


def own_facts(facts: SourceFacts) -> SourceFacts:
    """The facts of a group's own rows that come as such files."""
    return replace(facts, covers=f"{facts.title}, from files in the form of the public data sets")


def hotel_table(named: set[str]) -> pl.DataFrame:
    """The two published hotels, whose names the publishers hide; then others that bookings name."""
    others = sorted(named - {hotel for hotel, *_ in _HOTELS} - {""})
    rows = [*_HOTELS, *((hotel, hotel, None, None, "", False) for hotel in others)]
    schema = {name: pl.Boolean() if name == "is_city" else pl.String() for name in _HOTEL_COLUMNS}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _is_published(stream: Stream, table: Rows, optional: tuple[str, ...]) -> bool:
    known = _PUBLISHED[stream]
    if not known.first_day <= table.first_day <= table.last_day <= known.last_day:
        return False
    hotels = set(table.values("hotel").str.strip_chars()) if stream is Stream.BOOKINGS else set()
    return hotels <= {hotel for hotel, *_ in _HOTELS} and not any(has_key(table.values(name)) for name in optional)
