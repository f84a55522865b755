"""The relational source without a server: which cells fit their columns, settings, secrets, a missing driver."""

import re
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from pipelines.homes import world_of
from pipelines.partitions import business_days, history, yesterday
from pipelines.workspace import check_settings
from resources.errors import SettingsError, SourceError
from resources.secret_keys import SecretText, load_database_secret
from resources.settings import CoreSettings, Settings, build_section, load_settings
from resources.sources.base import Stream
from resources.sources.sql.connection import Snapshot, driver, told
from resources.sources.sql.layout import CELLS, COLUMNS, Kind, is_regular, typed
from resources.sources.sql.loading import day_range, schema_sql
from resources.sources.sql.settings import SqlSettings
from tests.unit.raw.builders import booking, delivery, review

SECRET = "postgresql://clerk:hush-hush@127.0.0.1:1/hotel"


def regular(stream: Stream, **cells: str | None) -> bool:
    row = booking(**cells) if stream is Stream.BOOKINGS else review(**cells)
    return delivery(stream, [row]).select(is_regular(stream)).item()


@pytest.mark.parametrize(
    ("column", "fits", "does_not"),
    [
        ("lead_time", ["0", "-3", "2147483647", None], ["NA", "2.0", "007", " 1", "2147483648", "", "-0", "9" * 30]),
        ("adr", ["95.50", "-6.38", "0", "5400", "0.0", None], ["1e3", "a lot", ".5", "5.", "-0.0", "NaN", "00.1", ""]),
        ("is_canceled", ["0", "1", None], ["true", "", "2", " 1"]),
        ("reservation_status_date", ["2016-02-29", None], ["2015-02-29", "2016-2-9", "0000-01-01", "soon", ""]),
        ("arrival_date_day_of_month", ["1", "31"], ["01", "32", "0", None, "1.0"]),
        ("arrival_date_month", ["July", "August"], ["july", "Jul", "7", "February 1", None]),
        ("meal", ["BB", "", " ", "NULL", "naïve 名 \\N", None], ["a\0b"]),
    ],
)
def test_cells_that_keep_their_text_fit_their_column(
    column: str, fits: list[str | None], does_not: list[str | None]
) -> None:
    assert [text for text in fits if not regular(Stream.BOOKINGS, **{column: text})] == []
    assert [text for text in does_not if regular(Stream.BOOKINGS, **{column: text})] == []


@pytest.mark.parametrize(
    ("column", "fits", "does_not"),
    [
        ("Review_Date", ["8/3/2017", "12/31/1999", None], ["08/3/2017", "13/1/2017", "2017-08-03", "8/3/17"]),
        (
            "Posted_At",
            ["2024-01-01T07:27:36", None],
            ["2024-01-01T07:27", "2024-01-01 07:27:36", "2024-01-01T25:00:09"],
        ),
        ("lat", ["51.5014001", "-0.1160092"], ["NA"]),
    ],
)
def test_review_cells(column: str, fits: list[str | None], does_not: list[str | None]) -> None:
    assert [text for text in fits if not regular(Stream.REVIEWS, **{column: text})] == []
    assert [text for text in does_not if regular(Stream.REVIEWS, **{column: text})] == []


def test_an_arrival_without_any_part_is_a_gap() -> None:
    parts = ("arrival_date_year", "arrival_date_month", "arrival_date_day_of_month")
    assert regular(Stream.BOOKINGS, **dict.fromkeys(parts))


def test_rows_that_cannot_be_read_are_irregular() -> None:
    row = delivery(Stream.BOOKINGS, [booking()])
    for column in ("_problem", "_raw_text"):
        assert not row.with_columns(pl.lit("?").alias(column)).select(is_regular(Stream.BOOKINGS)).item()


@tried(deadline=None, max_examples=30)
@given(st.integers(-(2**31) + 1, 2**31 - 1), st.dates(date(1, 1, 1)), st.decimals(-1000, 1000, places=2))
def test_whole_numbers_days_and_rates_keep_their_value(number: int, day: date, rate: object) -> None:
    cells = {
        "lead_time": str(number),
        "reservation_status_date": day.isoformat(),
        "adr": str(rate).removeprefix("-0.00") or "0",
    }
    row = delivery(Stream.BOOKINGS, [booking(**cells)])
    assert row.select(is_regular(Stream.BOOKINGS)).item()
    values = row.select(**typed(Stream.BOOKINGS, "b"))
    assert values["lead_time_days"].to_list() == [number]
    assert values["status_on"].to_list() == [day]
    assert values["rate"].to_list() == [cells["adr"]]


def test_every_cell_of_the_exchange_format_has_a_column() -> None:
    assert set(CELLS) == set(COLUMNS) == set(Stream)
    for stream in Stream:
        assert tuple(cell.exchange for cell in CELLS[stream]) == COLUMNS[stream]
    contacts = {cell.column for cell in CELLS[Stream.BOOKINGS] if cell.table == "c"}
    assert contacts == {"guest_name", "email", "phone", "card_number"}


def test_text_comes_from_typed_columns_in_one_form_only() -> None:
    """to_char, not ::text, for days: their text must not depend on the session's DateStyle."""
    for kind in Kind:
        if kind.sql_type in ("date", "timestamp"):
            assert kind.as_text("b.day").startswith("to_char(b.day, ")


def test_schema_is_shipped_and_repeatable() -> None:
    creations = re.findall(r"^CREATE (.*)$", schema_sql(), re.MULTILINE)
    assert len(creations) > 15
    assert all("IF NOT EXISTS" in text or text.startswith("OR REPLACE") for text in creations)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("schema", 'x"; DROP SCHEMA public; --'),
        ("schema", "Public"),
        ("chunk_rows", 0),
        ("connect_timeout_seconds", 0),
        ("retries", -1),
        ("retries", 99),
        ("first_wait_seconds", -0.1),
        ("first_wait_seconds", 31.0),
    ],
)
def test_settings_that_make_no_sense(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match=rf"setting sql\.{name} = .*not allowed; allowed"):
        SqlSettings(**{name: value})  # type: ignore[arg-type]


def test_waits_double_up_to_a_bound() -> None:
    assert [SqlSettings().wait_seconds(attempt) for attempt in (0, 1, 2, 10)] == [0.5, 1.0, 2.0, 30.0]


def test_connection_string_is_no_setting_and_is_never_shown(tmp_path: Path) -> None:
    environment = {
        "STAYWORTH_HOME": str(tmp_path),
        "STAYWORTH_SQL__DSN": SECRET,
        "STAYWORTH_SQL__HISTORY_START": "2024-01-01",
        "STAYWORTH_CORE__SOURCE": "sql",
    }
    settings = load_settings(environment)
    check_settings(settings)
    secret = load_database_secret(environment)
    assert secret.text == SECRET
    for shown in (repr(settings), repr(secret), str(secret), repr(settings.room("sql", SqlSettings))):
        assert "hush" not in shown
    with pytest.raises(SettingsError, match=r"unknown setting sql\.dsn"):
        build_section("sql", SqlSettings, {"dsn": SECRET})


def test_without_a_database_the_variables_are_named() -> None:
    with pytest.raises(SettingsError, match=r"STAYWORTH_SQL__DSN .*PGHOST"):
        load_database_secret({"STAYWORTH_SQL__DSN": ""})
    assert load_database_secret({"PGSERVICE": "hotel"}) == SecretText("")


def test_broken_connection_strings_are_refused_without_showing_them() -> None:
    pytest.importorskip("psycopg")
    broken = "postgresql clerk hush-hush"
    with pytest.raises(SettingsError, match=r"STAYWORTH_SQL__DSN can't be parsed") as caught:
        Snapshot(SecretText(broken), SqlSettings(), lambda _connection: None).read(lambda _connection: None)
    assert "hush" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_an_unreachable_server_is_tried_again_then_told_without_the_password() -> None:
    pytest.importorskip("psycopg")
    waits: list[float] = []
    snapshot = Snapshot(SecretText(SECRET), SqlSettings(retries=3), lambda _connection: None, waits.append)
    with pytest.raises(SourceError, match=r"after 4 attempts") as caught:
        snapshot.read(lambda _connection: None)
    assert waits == [0.5, 1.0, 2.0]
    assert "hush" not in str(caught.value)


def test_messages_lose_the_password() -> None:
    pytest.importorskip("psycopg")
    error = ValueError(f"could not use {SECRET} nor hush-hush\nmore lines")
    assert told(error, SecretText(SECRET)) == "could not use *** nor ***"


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SourceError, match=r"needs psycopg 3.*stayworth\[sql\]"):
        driver()


def test_history_of_a_database_starts_at_its_setting_and_ends_yesterday(tmp_path: Path) -> None:
    core = CoreSettings(source="sql")
    first, last = history(Settings(home=tmp_path, core=core, sections={"sql": {"history_start": "2024-05-01"}}))
    assert first == date(2024, 5, 1)
    assert last == yesterday(core)
    other = Settings(home=tmp_path, core=CoreSettings(source="sql", history_start=date(2024, 6, 1)))
    assert history(other)[0] == date(2024, 6, 1)
    assert business_days(other).get_last_partition_key() == last.isoformat()


def test_without_a_setting_the_database_is_asked_for_its_first_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = SimpleNamespace(first_day=date(2024, 4, 9), last_day=date(2024, 4, 30), closed=0)
    asked.close = lambda: setattr(asked, "closed", asked.closed + 1)
    monkeypatch.setattr("pipelines.known_history.build_source", lambda _settings: asked)
    core = CoreSettings(source="sql")
    assert history(Settings(home=tmp_path, core=core)) == (date(2024, 4, 9), yesterday(core))
    assert asked.closed == 1, "the connection is given back"


def test_a_home_holds_one_schema(tmp_path: Path) -> None:
    core = CoreSettings(source="sql")
    assert world_of(Settings(home=tmp_path, core=core)) == "sql-stayworth"
    other = Settings(home=tmp_path, core=core, sections={"sql": {"schema": "group_b"}})
    assert world_of(other) == "sql-group_b"


def test_day_range_holds_both_ends() -> None:
    assert day_range(date(2024, 2, 28), date(2024, 3, 1)) == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
