"""A real server, and a schema of its own for each test."""

import itertools
from collections.abc import Iterator
from datetime import date

import pytest

from resources.secret_keys import SecretText
from resources.sources.base import Stream
from resources.sources.demo import DemoSettings, DemoSource
from resources.sources.sql.settings import SqlSettings
from tests.integration.server import NotAvailableError, Server, running_server

psycopg = pytest.importorskip("psycopg", reason="the extra stayworth[sql] is not installed")
_NUMBERS = itertools.count(1)
DEMO = DemoSettings(guests=2_000, days=30, hotels=3)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server; tests are skipped with the reason where none can be started."""
    started = running_server()
    try:
        entered = started.__enter__()
    except NotAvailableError as reason:
        pytest.skip(str(reason))
    yield entered
    started.__exit__(None, None, None)


@pytest.fixture
def secret(server: Server) -> SecretText:
    return SecretText(server.dsn)


@pytest.fixture
def settings() -> SqlSettings:
    """A schema that no other test uses, and no waiting."""
    return SqlSettings(schema=f"test_{next(_NUMBERS)}", first_wait_seconds=0.0, history_start=DEMO.start)


@pytest.fixture
def database(server: Server, settings: SqlSettings) -> Iterator["psycopg.Connection"]:
    """A superuser's connection with the test's schema in its search path; statements commit by themselves."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("SELECT set_config('search_path', %s, false)", (settings.schema,))
        yield connection


@pytest.fixture(scope="session")
def demo() -> DemoSource:
    return DemoSource(DEMO)


def add_review(database: "psycopg.Connection", day: date, text: str) -> None:
    """A row as a live system inserts it."""
    database.execute(
        "INSERT INTO reviews (delivered_on, hotel_name, posted_on, score, positive_text, tags) "
        "VALUES (%s, 'Inn', %s, 8.5, %s, '[]')",
        (day, day, text),
    )


def close_day(database: "psycopg.Connection", stream: Stream, day: date) -> None:
    """Close a day as a live system does."""
    database.execute(
        "INSERT INTO deliveries (stream, delivered_on, is_complete) VALUES (%s, %s, true) "
        "ON CONFLICT (stream, delivered_on) DO UPDATE SET is_complete = true",
        (stream.value, day),
    )
