"""PostgreSQL as a source: closed days, read incrementally, the same for the whole run."""

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from resources.errors import SourceError
from resources.secret_keys import SecretText
from resources.sources.base import LINEAGE_COLUMNS, SourceFacts, Stream
from resources.sources.facts import delivered_facts, has_key
from resources.sources.sql.connection import Snapshot
from resources.sources.sql.layout import COLUMNS, day_query
from resources.sources.sql.settings import SqlSettings

if TYPE_CHECKING:
    import psycopg

_NOTHING_DELIVERED = "nothing delivered"
_HOTEL_TYPES = {
    "hotel": pl.String(), "hotel_name": pl.String(), "city": pl.String(), "country": pl.String(),
    "descriptor": pl.String(), "is_city": pl.Boolean(),
}  # fmt: skip


class SqlSource:
    """Rows of a PostgreSQL database by delivery day (see ``base.Source`` for the methods).

    Which days are closed is read once, when the object is made: that is what the run knows. A day that is closed
    later belongs to the next run. Reads go through one snapshot. If the connection drops, the new snapshot shows
    later rows, but only closed days are read and those can't change; that they did not is checked all the same.

    Args:
        secret: how to reach the database.
        settings: schema, chunks, patience.
        sleep: waits the given seconds between attempts.

    Attributes:
        missing_streams: why a stream is not delivered, for those that aren't.

    Raises:
        SourceError: the database can't be reached, or no day is closed in it.
    """

    name = "sql"

    def __init__(
        self, secret: SecretText, settings: SqlSettings | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.settings = settings or SqlSettings()
        self._known: dict[Stream, dict[date, datetime]] | None = None
        self._snapshot = Snapshot(secret, self.settings, self._opened, sleep)
        self._closed = self._snapshot.read(lambda _connection: self._known) or {}
        self.missing_streams = {
            stream: f"no closed day in table deliveries of schema {self.settings.schema!r}"
            for stream in Stream
            if stream not in self._closed
        }
        if not self._closed:
            message = (
                f"schema {self.settings.schema!r} has no closed day; load one with `stayworth load-sql`, or set "
                "deliveries.is_complete where rows are there"
            )
            raise SourceError(message)

    def close(self) -> None:
        """Give the connection back; a later read makes a new one."""
        self._snapshot.close()

    @property
    def facts(self) -> SourceFacts:
        """What the table of hotels says; and whether a booking names its guest."""
        query = b"SELECT DISTINCT guest_key FROM bookings WHERE guest_key IS NOT NULL LIMIT 1000"
        keys = self._snapshot.read(lambda connection: connection.execute(query).fetchall())
        named = has_key(pl.Series([key for (key,) in keys], dtype=pl.String))
        return delivered_facts(self.streams, self.hotels(), names_guests=named)

    @property
    def streams(self) -> frozenset[Stream]:
        """The streams with a closed day."""
        return frozenset(self._closed)

    @property
    def first_day(self) -> date:
        """First closed day of either stream."""
        return min(min(days) for days in self._closed.values())

    @property
    def last_day(self) -> date:
        """Last closed day of either stream."""
        return max(max(days) for days in self._closed.values())

    def is_delivered(self, stream: Stream, day: date) -> bool:
        """Whether the day was closed when the run began; a closed day may be empty."""
        return day in self._closed.get(stream, {})

    def rows(self, stream: Stream, days: Sequence[date]) -> pl.DataFrame:
        """Rows of those of the days that are closed, by day and position (see ``base.Source.rows``)."""
        wanted = self._wanted(stream, days)
        if not wanted:
            return _frame(stream, [])
        query = f"{day_query(stream)} ORDER BY delivered_on, position"
        chunks = self._snapshot.read(lambda connection: self._fetch(connection, stream, query, wanted))
        return pl.concat(chunks)

    def hotels(self) -> pl.DataFrame:
        """The hotels in the order in which they were entered."""
        query = f"SELECT {', '.join(_HOTEL_TYPES)} FROM hotels ORDER BY hotel_id"
        rows = self._snapshot.read(lambda connection: connection.execute(query.encode()).fetchall())
        return pl.DataFrame(rows, schema=_HOTEL_TYPES, orient="row")

    def fingerprint(self, stream: Stream, days: Sequence[date]) -> dict[date, str]:
        """SHA-256 of each day's cells in order, made by the database: the rows stay there."""
        marks = dict.fromkeys(days, _NOTHING_DELIVERED)
        wanted = self._wanted(stream, days)
        cells = ", ".join(f'd."{name}"' for name in (*COLUMNS[stream], "problem", "raw_text"))
        query = (
            f"SELECT delivered_on, encode(sha256(convert_to(string_agg(ROW({cells})::text, E'\\n' "
            f"ORDER BY position), 'UTF8')), 'hex') FROM ({day_query(stream)}) AS d GROUP BY delivered_on"
        )
        if wanted:
            marks_by_day = self._snapshot.read(lambda open_: open_.execute(query.encode(), {"days": wanted}).fetchall())
            marks |= dict(marks_by_day)
        return marks

    def _wanted(self, stream: Stream, days: Sequence[date]) -> list[date]:
        return sorted({day for day in days if self.is_delivered(stream, day)})

    def _fetch(
        self, connection: "psycopg.Connection[Any]", stream: Stream, query: str, days: list[date]
    ) -> list[pl.DataFrame]:
        """Frames of at most ``chunk_rows`` rows each, through a cursor on the server's side; at least one."""
        chunks = [_frame(stream, [])]
        with connection.cursor(name="stayworth_rows") as cursor:
            cursor.execute(query.encode(), {"days": days})
            while rows := cursor.fetchmany(self.settings.chunk_rows):
                chunks.append(_frame(stream, rows))
        return chunks

    def _opened(self, connection: "psycopg.Connection[Any]") -> None:
        """Learn the closed days on the first connection; on a later one, make sure that they are the same."""
        query = b"SELECT stream, delivered_on, closed_at FROM deliveries WHERE is_complete"
        closed: dict[Stream, dict[date, datetime]] = {}
        for stream, day, closed_at in connection.execute(query):
            closed.setdefault(Stream(stream), {})[day] = closed_at
        if self._known is None:
            self._known = closed
            return
        for stream, days in self._known.items():
            changed = sorted(day for day, closed_at in days.items() if closed.get(stream, {}).get(day) != closed_at)
            if changed:
                message = (
                    f"the connection dropped, and meanwhile the delivery of {stream} for {changed[0]} was opened or "
                    "closed again; this run can't be finished consistently: start it again"
                )
                raise SourceError(message)


def _frame(stream: Stream, rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Rows of the reading query as the exchange format with its lineage."""
    names = (*COLUMNS[stream], *LINEAGE_COLUMNS)
    types = dict.fromkeys(names, pl.String()) | {"_delivery_day": pl.Date(), "_source_row": pl.Int64()}
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    series = [pl.Series(name, cells, dtype=types[name]) for name, cells in zip(names, columns, strict=True)]
    return pl.DataFrame(series)
