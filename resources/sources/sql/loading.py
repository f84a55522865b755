"""Fills the tables from another source, day by day: closed days are left alone, so loading again adds what is new."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

import polars as pl

from resources.errors import SourceError
from resources.secret_keys import SecretText
from resources.sources.base import Source, Stream
from resources.sources.sql.connection import connect, driver, told
from resources.sources.sql.layout import COLUMNS, is_regular, typed
from resources.sources.sql.settings import SqlSettings

if TYPE_CHECKING:
    import psycopg

_DAYS_PER_TRANSACTION = 31
_LINEAGE = {"delivered_on": "_delivery_day", "position": "_source_row", "source_file": "_source_file"}
_NUL_PROBLEM = "holds a NUL byte (written \\x00)"


@dataclass(frozen=True)
class Loaded:
    """What one transaction did.

    Attributes:
        first: first day it looked at.
        last: last day.
        days: deliveries (stream and day) loaded and closed.
        rows: rows of these, irregular ones included.
        irregular: rows that no typed column could hold.
        skipped: deliveries that were there before.
    """

    first: date
    last: date
    days: int = 0
    rows: int = 0
    irregular: int = 0
    skipped: int = 0


def schema_sql() -> str:
    """Text of ``schema.sql``."""
    return resources.files("resources.sources.sql").joinpath("schema.sql").read_text("utf-8")


@contextmanager
def _errors_told(secret: SecretText) -> Iterator[None]:
    try:
        yield
    except driver().Error as error:
        reason = told(error, secret)
        message = f"loading stopped, nothing of the current days is kept: {reason}; see docs/operate/sql.md"
        raise SourceError(message) from None


def create_tables(secret: SecretText, settings: SqlSettings) -> None:
    """Make the schema and its tables where they are not there.

    Raises:
        SourceError: the database can't be reached or refuses.
    """
    with _errors_told(secret), connect(secret, settings) as connection:
        connection.autocommit = False
        _lock(connection, settings)
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{settings.schema}"'.encode())
        connection.execute("SET LOCAL client_min_messages = warning")
        connection.execute(schema_sql().encode())


def load_days(
    secret: SecretText,
    settings: SqlSettings,
    source: Source,
    days: Sequence[date],
    tell: Callable[[Loaded], None] = lambda _loaded: None,
) -> list[Loaded]:
    """Copy the deliveries of ``days`` that are not there yet, and close them.

    A month is one transaction: after a break, what was told is there, and nothing else.

    Args:
        secret: how to reach the database.
        settings: schema and patience.
        source: where rows come from; only days that it has delivered are closed.
        days: which days.
        tell: called after each transaction.

    Returns:
        One entry per transaction.

    Raises:
        SourceError: the database can't be reached or refuses; an asked day is open: someone is delivering it.
    """
    done: list[Loaded] = []
    wanted = sorted(set(days))
    with _errors_told(secret), connect(secret, settings) as connection:
        connection.autocommit = False
        with connection.transaction():
            _add_hotels(connection, source.hotels())
        for start in range(0, len(wanted), _DAYS_PER_TRANSACTION):
            with connection.transaction():
                _lock(connection, settings)
                part = _load_part(connection, source, wanted[start : start + _DAYS_PER_TRANSACTION])
            done.append(part)
            tell(part)
    return done


def day_range(first: date, last: date) -> list[date]:
    """The days from ``first`` to ``last``."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _lock(connection: "psycopg.Connection[Any]", settings: SqlSettings) -> None:
    """Two loaders of one schema take turns."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"stayworth load {settings.schema}",))


def _add_hotels(connection: "psycopg.Connection[Any]", hotels: pl.DataFrame) -> None:
    statement = (
        "INSERT INTO hotels (hotel, hotel_name, city, country, descriptor, is_city) "
        "SELECT %(hotel)s, %(hotel_name)s, %(city)s, %(country)s, %(descriptor)s, %(is_city)s "
        "WHERE NOT EXISTS (SELECT 1 FROM hotels WHERE hotel = %(hotel)s) ON CONFLICT (hotel) DO NOTHING"
    )
    for hotel in hotels.iter_rows(named=True):
        connection.execute(statement, hotel)


def _load_part(connection: "psycopg.Connection[Any]", source: Source, days: Sequence[date]) -> Loaded:
    deliveries = rows = irregular = skipped = 0
    hotels = [name for (name,) in connection.execute("SELECT hotel FROM hotels").fetchall()]
    for stream in sorted(source.streams):
        delivered = [day for day in days if source.is_delivered(stream, day)]
        todo = _not_there(connection, stream, delivered)
        skipped += len(delivered) - len(todo)
        if not todo:
            continue
        frame = source.rows(stream, todo)
        fits = is_regular(stream)
        if stream is Stream.BOOKINGS:
            fits &= pl.col("hotel").is_null() | pl.col("hotel").is_in(hotels)
        split = frame.with_columns(fits.alias("_is_regular"))
        _copy_regular(connection, stream, split.filter("_is_regular"))
        _copy_irregular(connection, stream, split.filter(~pl.col("_is_regular")))
        _close(connection, stream, todo)
        deliveries, rows = deliveries + len(todo), rows + frame.height
        irregular += split.height - int(split["_is_regular"].sum())
    return Loaded(days[0], days[-1], deliveries, rows, irregular, skipped)


def _not_there(connection: "psycopg.Connection[Any]", stream: Stream, days: Sequence[date]) -> list[date]:
    query = "SELECT delivered_on, is_complete FROM deliveries WHERE stream = %s AND delivered_on = ANY(%s)"
    there = dict(connection.execute(query, (stream.value, list(days))).fetchall())
    for day, is_complete in sorted(there.items()):
        if not is_complete:
            message = (
                f"the delivery of {stream} for {day} is open: another system is writing it; close it "
                "(deliveries.is_complete) or leave the day out"
            )
            raise SourceError(message)
    return [day for day in days if day not in there]


def _copy_regular(connection: "psycopg.Connection[Any]", stream: Stream, rows: pl.DataFrame) -> None:
    place = [pl.col(name).alias(column) for column, name in _LINEAGE.items()]
    values = [value.alias(column) for column, value in typed(stream, "b").items()]
    _copy(connection, stream.value, rows.select(*place, *values))
    contacts = typed(stream, "c")
    if contacts:
        table = rows.select(*place[:2], *(value.alias(column) for column, value in contacts.items()))
        _copy(connection, "booking_contacts", table.filter(pl.any_horizontal(pl.col(list(contacts)).is_not_null())))


def _copy_irregular(connection: "psycopg.Connection[Any]", stream: Stream, rows: pl.DataFrame) -> None:
    columns = ("stream", *_LINEAGE, "fields", "problem", "raw_text")
    _copy_rows(connection, "irregular_rows", columns, (_irregular(stream, row) for row in rows.iter_rows(named=True)))


def _irregular(stream: Stream, row: dict[str, Any]) -> tuple[Any, ...]:
    r"""Values of a row of ``irregular_rows``; PostgreSQL's text can't hold NUL, which becomes ``\x00``."""
    texts = {name: row[name] for name in (*COLUMNS[stream], "_raw_text")}
    problem = row["_problem"]
    if any("\0" in text for text in texts.values() if text is not None):
        texts = {name: None if text is None else text.replace("\0", "\\x00") for name, text in texts.items()}
        problem = problem or _NUL_PROBLEM
    raw_text = texts.pop("_raw_text")
    place = (row[name] for name in _LINEAGE.values())
    return (stream.value, *place, json.dumps(texts, ensure_ascii=False), problem, raw_text)


def _copy(connection: "psycopg.Connection[Any]", table: str, frame: pl.DataFrame) -> None:
    _copy_rows(connection, table, frame.columns, frame.iter_rows())


def _copy_rows(
    connection: "psycopg.Connection[Any]", table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _close(connection: "psycopg.Connection[Any]", stream: Stream, days: Sequence[date]) -> None:
    statement = (
        "INSERT INTO deliveries (stream, delivered_on, is_complete) "
        "SELECT %s, day, true FROM unnest(%s::date[]) AS day ORDER BY day "
        "ON CONFLICT (stream, delivered_on) DO UPDATE SET is_complete = true"
    )
    connection.execute(statement, (stream.value, list(days)))
