"""The relational source against a real PostgreSQL server."""

import os
import threading
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from assets.common.daily import DayInputs
from assets.common.promotion import produce_days
from assets.raw import assets as raw
from pipelines import cli
from pipelines.workspace import build_workspace
from resources.errors import SettingsError, SourceError
from resources.secret_keys import SecretKey, SecretText
from resources.settings import CoreSettings, Settings
from resources.sources.base import Stream
from resources.sources.demo import DemoSource
from resources.sources.public import PublicSource
from resources.sources.registry import build_source
from resources.sources.sql.layout import CELLS
from resources.sources.sql.loading import create_tables, day_range, load_days
from resources.sources.sql.settings import SqlSettings
from resources.sources.sql.source import SqlSource
from resources.tombstones import Tombstones
from tests.integration.conftest import DEMO, add_review, close_day
from tests.integration.server import PASSWORD, Server
from tests.unit.raw.builders import booking, review, write_files

psycopg = pytest.importorskip("psycopg", reason="the extra stayworth[sql] is not installed")
DAYS = day_range(DEMO.start, DEMO.start + timedelta(days=9))
DAY = DAYS[0]
RAW = (raw.raw_bookings, raw.raw_reviews, raw.quarantine, raw.raw_counts)


@pytest.fixture
def loaded(secret: SecretText, settings: SqlSettings, demo: DemoSource) -> SqlSource:
    """Ten days of the demo world in PostgreSQL."""
    create_tables(secret, settings)
    load_days(secret, settings, demo, DAYS)
    return SqlSource(secret, settings)


@pytest.fixture
def live(secret: SecretText, settings: SqlSettings, database: "psycopg.Connection") -> "psycopg.Connection":
    """Empty tables that a live system writes: two reviews on a closed day."""
    create_tables(secret, settings)
    add_review(database, DAY, "fine")
    add_review(database, DAY, "good")
    close_day(database, Stream.REVIEWS, DAY)
    return database


def raw_tables(source: object, folder: Path, days: list[date]) -> list[pl.DataFrame]:
    """What the raw room makes of a source."""
    nobody = SimpleNamespace(load=lambda: Tombstones(SecretKey(b"k" * 32)))
    workspace: Any = SimpleNamespace(
        settings=Settings(home=folder),
        source=source,
        history_start=days[0],
        resource={"tombstones": nobody}.__getitem__,
    )
    inputs = DayInputs(workspace, (), days)
    return [asset.spec.verb(inputs).frame for asset in RAW]


def texts(source: SqlSource, days: list[date] | None = None) -> list[str]:
    return source.rows(Stream.REVIEWS, days or [DAY])["Positive_Review"].to_list()


def drop_connections(database: "psycopg.Connection") -> None:
    """Cut every connection of the pipeline, as a restart of the server does."""
    database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stayworth'")


def test_rows_are_those_of_the_source_they_came_from(loaded: SqlSource, demo: DemoSource) -> None:
    assert loaded.streams == demo.streams
    assert (loaded.first_day, loaded.last_day) == (DAYS[0], DAYS[-1])
    for stream in Stream:
        rows = loaded.rows(stream, [*reversed(DAYS), DAYS[-1] + timedelta(days=1)])
        assert rows.height > 20
        assert rows.equals(demo.rows(stream, DAYS))
        assert rows.schema == demo.rows(stream, DAYS).schema
        assert loaded.rows(stream, []).schema == rows.schema
    assert loaded.hotels().equals(demo.hotels())


def test_raw_tables_are_those_of_the_source_they_came_from(loaded: SqlSource, demo: DemoSource, tmp_path: Path) -> None:
    for ours, theirs in zip(raw_tables(loaded, tmp_path, DAYS), raw_tables(demo, tmp_path, DAYS), strict=True):
        assert ours.equals(theirs)
        assert "row_id" not in ours.columns or ours["row_id"].to_list() == theirs["row_id"].to_list()


@pytest.mark.slow
def test_stored_days_are_those_of_the_source_they_came_from(
    loaded: SqlSource, secret: SecretText, demo: DemoSource, tmp_path: Path
) -> None:
    start = {"schema": loaded.settings.schema, "history_start": DAY}
    ours = build_workspace(
        Settings(home=tmp_path / "sql", core=CoreSettings(source="sql"), sections={"sql": start}), source=loaded
    )
    theirs = build_workspace(Settings(home=tmp_path / "demo"), source=demo)
    spec = raw.raw_bookings.spec
    beyond = DAYS[-1] + timedelta(days=1)
    report = produce_days(ours, spec, [*DAYS, beyond])
    assert sorted(report.promoted) == DAYS
    assert "has delivered no bookings" in report.missing[beyond]
    produce_days(theirs, spec, DAYS)
    stored = [workspace.lake.read_days(spec.contract, DAYS) for workspace in (ours, theirs)]
    assert stored[0].equals(stored[1])
    again = build_workspace(ours.settings, source=SqlSource(secret, loaded.settings))
    assert produce_days(again, spec, DAYS, reuse=True).reused == DAYS, "an unchanged delivery is not read again"


def test_damaged_rows_reach_the_quarantine_as_they_came(
    secret: SecretText, settings: SqlSettings, tmp_path: Path
) -> None:
    bookings = [
        booking(),
        booking(children="NA", hotel="City Hotel "),
        booking(arrival_date_month="February", arrival_date_day_of_month="30"),
        booking(adr="-6.38"),
        booking(adr="a lot", meal="naïve 名"),
        booking(lead_time="99999999999"),
    ]
    files = PublicSource(write_files(tmp_path, bookings, [review(Positive_Review=r" a \u0000 b ", lat="NA"), review()]))
    with (tmp_path / "hotel_bookings.csv").open("a") as file:
        file.write("City Hotel,too few\n")
        file.write(",".join(str(cell) for cell in booking(meal="B\0B").values()) + "\n")
    days = day_range(files.first_day, files.last_day)
    create_tables(secret, settings)
    done = load_days(secret, settings, files, days)
    assert sum(part.irregular for part in done) == 7
    source = SqlSource(secret, settings)
    for stream in Stream:
        ours, theirs = source.rows(stream, days), files.rows(stream, days)
        known = pl.exclude("_raw_text", "meal")  # where the NUL byte stood, \x00 is written
        assert ours.select(known).equals(theirs.select(known))
    assert [frame.height for frame in raw_tables(source, tmp_path, days)] == [2, 2, 6, 4]
    for ours, theirs in zip(raw_tables(source, tmp_path, days), raw_tables(files, tmp_path, days), strict=True):
        assert ours.equals(theirs)


def test_loading_again_adds_nothing(
    secret: SecretText, settings: SqlSettings, demo: DemoSource, loaded: SqlSource
) -> None:
    before = loaded.fingerprint(Stream.BOOKINGS, DAYS)
    again = load_days(secret, settings, demo, DAYS[:3])
    assert [(part.days, part.rows, part.skipped) for part in again] == [(0, 0, 6)]
    more = load_days(secret, settings, demo, [*DAYS, DAYS[-1] + timedelta(days=1)])
    assert [(part.days, part.skipped) for part in more] == [(2, 20)]
    source = SqlSource(secret, settings)
    assert source.fingerprint(Stream.BOOKINGS, DAYS) == before
    assert source.last_day == DAYS[-1] + timedelta(days=1)


def test_fingerprint_follows_the_content_of_a_day(loaded: SqlSource, secret: SecretText, settings: SqlSettings) -> None:
    marks = loaded.fingerprint(Stream.BOOKINGS, [*DAYS, date(1999, 1, 1)])
    assert len(set(marks.values())) == len(DAYS) + 1
    assert marks[date(1999, 1, 1)] == "nothing delivered"
    with psycopg.connect(secret.text) as other:
        other.execute("SELECT set_config('search_path', %s, false)", (settings.schema,))
        other.execute("SET stayworth.erasure = 'on'")
        other.execute("UPDATE bookings SET meal = NULL WHERE delivered_on = %s AND position = 1", (DAY,))
    changed = SqlSource(secret, settings).fingerprint(Stream.BOOKINGS, DAYS)
    assert [day for day in DAYS if changed[day] != marks[day]] == [DAY]


def test_an_empty_delivered_day_is_no_missing_day(
    live: "psycopg.Connection", secret: SecretText, settings: SqlSettings
) -> None:
    empty, missing, still_open = (DAY + timedelta(days=number) for number in (1, 2, 3))
    close_day(live, Stream.REVIEWS, empty)
    add_review(live, still_open, "not all are here yet")
    source = SqlSource(secret, settings)
    assert [source.is_delivered(Stream.REVIEWS, day) for day in (DAY, empty, missing, still_open)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert source.rows(Stream.REVIEWS, [empty, missing, still_open]).is_empty()
    assert source.streams == {Stream.REVIEWS}
    assert "no closed day" in source.missing_streams[Stream.BOOKINGS]
    assert source.rows(Stream.BOOKINGS, [DAY]).is_empty()


def test_reading_in_small_chunks_gives_the_same_rows(loaded: SqlSource, secret: SecretText) -> None:
    small = SqlSource(secret, SqlSettings(schema=loaded.settings.schema, chunk_rows=7))
    assert small.rows(Stream.BOOKINGS, DAYS).equals(loaded.rows(Stream.BOOKINGS, DAYS))


def test_what_is_delivered_during_a_run_is_not_seen_in_it(
    live: "psycopg.Connection", secret: SecretText, settings: SqlSettings
) -> None:
    run = SqlSource(secret, settings)
    tomorrow = DAY + timedelta(days=1)
    add_review(live, tomorrow, "late")
    close_day(live, Stream.REVIEWS, tomorrow)
    live.execute("SET stayworth.erasure = 'on'")
    live.execute("UPDATE reviews SET positive_text = 'erased' WHERE positive_text = 'good'")
    assert not run.is_delivered(Stream.REVIEWS, tomorrow)
    assert texts(run, [DAY, tomorrow]) == ["fine", "good"], "the run reads one instant"
    assert texts(SqlSource(secret, settings), [DAY, tomorrow]) == ["fine", "erased", "late"]


def test_a_run_survives_a_dropped_connection_with_the_same_days(
    live: "psycopg.Connection", secret: SecretText, settings: SqlSettings
) -> None:
    run = SqlSource(secret, settings)
    mark = run.fingerprint(Stream.REVIEWS, [DAY])
    tomorrow = DAY + timedelta(days=1)
    add_review(live, tomorrow, "late")
    close_day(live, Stream.REVIEWS, tomorrow)
    drop_connections(live)
    assert texts(run, [DAY, tomorrow]) == ["fine", "good"], "a new snapshot shows more, the run still reads its days"
    drop_connections(live)
    assert run.fingerprint(Stream.REVIEWS, [DAY]) == mark
    assert run.last_day == DAY


def test_a_connection_that_drops_between_chunks_repeats_the_whole_read(loaded: SqlSource, secret: SecretText) -> None:
    class Flaky(SqlSource):
        drops = 0

        def _fetch(self, connection, stream, query, days):
            if self.drops < 2:
                self.drops += 1
                with psycopg.connect(secret.text, autocommit=True) as other:
                    other.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
            return super()._fetch(connection, stream, query, days)

    waits: list[float] = []
    source = Flaky(secret, SqlSettings(schema=loaded.settings.schema), waits.append)
    assert source.rows(Stream.BOOKINGS, DAYS).equals(loaded.rows(Stream.BOOKINGS, DAYS))
    assert waits == [0.5, 1.0]


def test_a_day_reopened_behind_a_dropped_connection_stops_the_run(
    live: "psycopg.Connection", secret: SecretText, settings: SqlSettings
) -> None:
    run = SqlSource(secret, settings)
    live.execute("SET stayworth.erasure = 'on'")
    live.execute("UPDATE deliveries SET is_complete = false")
    assert texts(run) == ["fine", "good"]
    drop_connections(live)
    with pytest.raises(SourceError, match=f"the delivery of reviews for {DAY} was opened or closed again"):
        run.rows(Stream.REVIEWS, [DAY])


def test_a_server_that_stays_away_is_one_clear_error(
    live: "psycopg.Connection", secret: SecretText, settings: SqlSettings, server: Server
) -> None:
    waits: list[float] = []
    run = SqlSource(secret, SqlSettings(schema=settings.schema, retries=2), waits.append)
    run._snapshot._secret = SecretText(server.dsn.replace(str(server.port), "1"))
    drop_connections(live)
    with pytest.raises(SourceError, match=r"can't be read after 3 attempts: .*refused") as caught:
        run.rows(Stream.REVIEWS, [DAY])
    assert waits == [0.5, 1.0]
    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__


def test_closed_days_take_no_more_rows(live: "psycopg.Connection") -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="a late row belongs to the day it came"):
        add_review(live, DAY, "late")
    with pytest.raises(psycopg.errors.CheckViolation, match="stays as it is"):
        live.execute("UPDATE deliveries SET is_complete = false")
    assert live.execute("SELECT count(*) FROM reviews").fetchone() == (2,)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE reviews SET score = 1", "DELETE FROM reviews", "TRUNCATE reviews", "DELETE FROM deliveries"],
)
def test_delivered_rows_stay(live: "psycopg.Connection", statement: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="append-only"):
        live.execute(statement)
    assert live.execute("SELECT count(*) FROM reviews").fetchone() == (2,)


def test_a_day_is_not_closed_over_rows_that_are_still_being_written(
    live: "psycopg.Connection", server: Server, secret: SecretText, settings: SqlSettings
) -> None:
    day = DAY + timedelta(days=1)
    with psycopg.connect(server.dsn) as writer:
        writer.execute("SELECT set_config('search_path', %s, false)", (settings.schema,))
        add_review(writer, day, "in flight")
        closing = threading.Thread(target=close_day, args=(live, Stream.REVIEWS, day))
        closing.start()
        closing.join(0.3)
        assert closing.is_alive(), "closing waits for the writer"
        writer.commit()
    closing.join(10)
    assert not closing.is_alive()
    assert texts(SqlSource(secret, settings), [day]) == ["in flight"]


def test_an_open_day_is_not_loaded_over(
    live: "psycopg.Connection", secret: SecretText, settings: SqlSettings, demo: DemoSource
) -> None:
    add_review(live, DAYS[1], "of a live system")
    with pytest.raises(SourceError, match=f"reviews for {DAYS[1]} is open: another system is writing it"):
        load_days(secret, settings, demo, DAYS[:3])
    assert live.execute("SELECT count(*) FROM bookings").fetchone() == (0,), "the month was rolled back"


def test_layout_and_schema_name_the_same_columns(live: "psycopg.Connection", settings: SqlSettings) -> None:
    query = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
    names = {(Stream.BOOKINGS, "b"): "bookings", (Stream.BOOKINGS, "c"): "booking_contacts"}
    for (stream, alias), table in {**names, (Stream.REVIEWS, "b"): "reviews"}.items():
        there = dict(live.execute(query, (settings.schema, table)).fetchall())
        cells = {cell.column: cell.kind.sql_type for cell in CELLS[stream] if cell.table == alias}
        own = {"delivered_on", "position", "delivered_at", "source_file"}
        assert {name: kind.split(" ")[0] for name, kind in there.items() if name not in own} == cells


def test_a_review_says_its_stay_and_older_tables_without_these_columns_are_read(
    loaded: SqlSource, database: "psycopg.Connection", secret: SecretText, settings: SqlSettings
) -> None:
    named = loaded.rows(Stream.REVIEWS, DAYS)
    assert 0 < named["reservation_id"].null_count() < named.height
    assert named["guest_key"].drop_nulls().str.starts_with("G").all()
    loaded.close()  # its snapshot holds the table
    database.execute("ALTER TABLE reviews DROP COLUMN reservation_id, DROP COLUMN guest_key")
    older = SqlSource(secret, settings)
    rows = older.rows(Stream.REVIEWS, DAYS)
    assert rows.drop("reservation_id", "guest_key").equals(named.drop("reservation_id", "guest_key"))
    assert rows["guest_key"].null_count() == rows.height


def test_wrong_password_is_told_at_once_without_it(server: Server, settings: SqlSettings) -> None:
    waits: list[float] = []
    with pytest.raises(SourceError, match=r"after 1 attempts: .*password authentication failed") as caught:
        SqlSource(SecretText(server.dsn_with("tr0ub4dor")), settings, waits.append)
    assert not waits
    assert "tr0ub4dor" not in str(caught.value)


def test_missing_tables_and_an_empty_database_say_what_to_do(secret: SecretText, settings: SqlSettings) -> None:
    with pytest.raises(SourceError, match=r"refuses the query on schema .*deliveries.*load-sql"):
        SqlSource(secret, settings)
    create_tables(secret, settings)
    create_tables(secret, settings)
    with pytest.raises(SourceError, match=r"has no closed day; load one with `stayworth load-sql`"):
        SqlSource(secret, settings)


def test_registry_reads_the_secret_of_the_environment(
    loaded: SqlSource, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = CoreSettings(source="sql")
    built = Settings(home=tmp_path, core=core, sections={"sql": {"schema": loaded.settings.schema}})
    monkeypatch.delenv("PGHOST", raising=False)
    with pytest.raises(SettingsError, match="STAYWORTH_SQL__DSN"):
        build_source(built)
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    for name, value in (("PGPORT", str(server.port)), ("PGUSER", "stayworth"), ("PGDATABASE", "postgres")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert build_source(built).last_day == DAYS[-1]


def test_load_command_then_status_of_the_source(
    server: Server, settings: SqlSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    values = {"HOME": str(tmp_path), "SQL__DSN": server.dsn, "SQL__SCHEMA": settings.schema, "DEMO__GUESTS": "500"}
    for name, value in values.items():
        monkeypatch.setenv(f"STAYWORTH_{name}", value)
    span = ["--from", str(DAYS[0]), "--to", str(DAYS[3])]
    assert cli.main(["load-sql", *span]) == 0
    assert cli.main(["load-sql", "--from-source", "demo", *span]) == 0
    told = capsys.readouterr().out
    assert "in 8 deliveries loaded; 0 were there before" in told
    assert "0 rows in 0 deliveries loaded; 8 were there before" in told
    assert cli.main(["load-sql", "--from", "1999-01-01"]) == 2
    assert PASSWORD not in told + "".join(capsys.readouterr())
    assert not os.listdir(tmp_path), "loading writes to the database only"  # noqa: PTH208
