"""Rows of the restricted zone leave no trace in what other people read: orchestration storage, logs, terminal, caches.

The planted guest is unusual in every column. Its rows are sound, set aside, quarantined, warned about, kept aside by a
blocking check, and quoted by an error of a library.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from assets.common.discretion import ERRORS
from assets.common.shell import RESOURCE
from pipelines.building import build_definitions
from pipelines.instance import open_instance
from pipelines.running import failures_of, run_job
from pipelines.terminal.speaking import say
from pipelines.workspace import build_workspace
from resources.settings import CoreSettings, Settings
from resources.sources.base import Stream
from resources.sources.demo import DemoSettings, DemoSource

START, END = date(2024, 1, 1), date(2024, 1, 2)
TABLES = (
    "raw_bookings", "raw_reviews", "quarantine", "raw_counts", "pseudonyms", "stays", "masked_reviews",
    "labelled_bookings", "published_bookings", "daily_ledger",
)  # fmt: skip
PLANTED = {
    "reservation": "ZQX-88213-WOLPERTINGER", "guest key": "GK-ELWETRITSCH-77", "review": "RK-TATZELWURM-5150",
    "rate": "917.63", "second rate": "4713.37", "arrival": "2023-07-19", "posted": "2029-08-23", "score": "3.1415",
    "text": "Zaunkönig auf dem Dach",
}  # fmt: skip
IN_TABLES = ("text", "score")  # what a masked review holds by contract, in the tables of the internal zone alone
NIGHTS = 161


class PlantedSource(DemoSource):
    """The demo group with one unusual guest on every day, and a last look that a library's error ends."""

    is_damaged = False
    is_broken = False

    def rows(self, stream: Stream, days: Sequence[date]) -> pl.DataFrame:
        rows = super().rows(stream, days)
        if self.is_broken and stream is Stream.BOOKINGS:
            pl.Series([f"{PLANTED['reservation']} {PLANTED['rate']} {PLANTED['arrival']}"]).cast(pl.Int64)
        parts = [rows]
        for day in days:
            first = rows.filter(pl.col("_delivery_day") == day).head(1)
            made = self._bookings(first) if stream is Stream.BOOKINGS else self._reviews(first)
            parts += [first.with_columns(**{name: pl.lit(cell) for name, cell in row.items()}) for row in made]
        return pl.concat([part.select(rows.columns).cast(rows.schema) for part in parts])  # type: ignore[arg-type]

    def _bookings(self, row: pl.DataFrame) -> list[dict[str, Any]]:
        stay = {
            "reservation_id": PLANTED["reservation"], "guest_key": PLANTED["guest key"], "adr": PLANTED["rate"],
            "arrival_date_year": "2023", "arrival_date_month": "July", "arrival_date_day_of_month": "19",
            "stays_in_week_nights": str(NIGHTS), "stays_in_weekend_nights": "0", "is_canceled": "0",
            "reservation_status": "Check-Out",
        }  # fmt: skip
        odd = {**stay, "reservation_id": PLANTED["reservation"] + "-B", "adr": "-" + PLANTED["second rate"]}
        return [stay, odd] if row.height else []

    def _reviews(self, row: pl.DataFrame) -> list[dict[str, Any]]:
        told = {"review_key": PLANTED["review"], "Positive_Review": PLANTED["text"], "Reviewer_Score": "3.1415",
                "reservation_id": PLANTED["reservation"], "guest_key": PLANTED["guest key"]}  # fmt: skip
        bad = {**told, "review_key": PLANTED["review"] + "-B", "Positive_Review": PLANTED["text"] + "\0"}
        return ([told, bad] if self.is_damaged else [told]) if row.height else []

    def fingerprint(self, stream: Stream, days: Sequence[date]) -> dict[date, str]:
        told = super().fingerprint(stream, days)
        return {day: f"{mark}{self.is_damaged}{self.is_broken}" for day, mark in told.items()}


def searched(home: Path) -> list[Path]:
    """Every file under the home that is not in the restricted zone, SQLite's write-ahead logs among them."""
    files = [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in files if "restricted" not in path.relative_to(home).parts]


def spellings(value: str) -> list[bytes]:
    escaped = value.encode("unicode_escape").decode().replace("\\x", "\\u00")
    return [value.encode(), value.lower().encode(), value.encode("utf-16-le"), escaped.encode()]


def traces(home: Path) -> dict[str, list[str]]:
    """Planted values -> files that hold them."""
    contents = {path: path.read_bytes() for path in searched(home)}
    tables = {path for path in contents if path.suffix == ".parquet" and "internal" in path.relative_to(home).parts}
    left = {
        name: [
            str(path)
            for path, content in contents.items()
            if any(word in content for word in spellings(value)) and not (name in IN_TABLES and path in tables)
        ]
        for name, value in PLANTED.items()
    }
    return {name: paths for name, paths in left.items() if paths}


def texts(home: Path) -> Iterator[str]:
    """Every text cell of every database of the orchestrator."""
    for path in (home / "dagster").rglob("*.db"):
        with closing(sqlite3.connect(path)) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    yield from (cell for cell in row if isinstance(cell, str))


@pytest.fixture
def source() -> PlantedSource:
    return PlantedSource(DemoSettings(days=2, guests=300, hotels=3))


def test_no_quasi_identifier_reaches_storage_logs_or_terminal(
    tmp_path: Path, source: PlantedSource, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "500")
    home = tmp_path / "home"
    demo = {"days": 2, "guests": 300, "hotels": 3}
    settings = Settings(home=home, core=CoreSettings(source="demo", fit_every_days=7), sections={"demo": demo})
    for is_damaged, is_broken in ((False, False), (True, False), (False, True)):
        source.is_damaged, source.is_broken = is_damaged, is_broken
        workspace = build_workspace(settings, source=source)
        result = run_job(workspace, "backfill", START, END, reuse=True, tables=TABLES)
        for line in failures_of(result):
            say(line)
        assert result.success is (not is_damaged and not is_broken)
        if is_damaged:
            assert workspace.lake.failures("raw_reviews") >= {START}
        if is_broken:
            kept = workspace.lake.state_root / ERRORS / "raw_bookings.txt"
            assert PLANTED["reservation"] in kept.read_text("utf-8"), "the error quoted the row"
    raw = workspace.lake.read_days(workspace.contracts["raw_bookings"], [START])
    assert raw.filter(pl.col("guest_key") == PLANTED["guest key"])["nights"].to_list() == [NIGHTS]

    stored = list(texts(home))
    assert any("stays_end_on_their_delivery_day" in text and "row:" in text for text in stored), "the check warned"
    assert any("texts_hold_no_nul_byte" in text and "row:" in text for text in stored), "and another one stopped days"
    assert traces(home) == {}
    shown = re.compile(rf'["\s:]{NIGHTS}["\s,}}]')
    assert not [text for text in stored if shown.search(text) and "nights" in text]
    printed = "".join(capfd.readouterr())
    assert "raw_reviews" in printed
    assert not [value for value in PLANTED.values() if value in printed]


def test_a_search_that_finds_a_planted_row(tmp_path: Path) -> None:
    for place in ("lake/restricted/x", "dagster/history/runs/index.db-wal"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_bytes(b"\0" + PLANTED["rate"].encode() + b"\0")
    (tmp_path / "log.json").write_text(json.dumps(PLANTED["text"]))
    left = traces(tmp_path)
    assert [Path(path).name for path in left.pop("rate")] == ["index.db-wal"]
    assert [Path(path).name for path in left.pop("text")] == ["log.json"]
    assert not left


def test_a_look_of_the_sensor_that_fails_quotes_no_row(tmp_path: Path, source: PlantedSource) -> None:
    home = tmp_path / "home"
    demo = {"days": 2, "guests": 300, "hotels": 3}
    settings = Settings(home=home, core=CoreSettings(source="demo"), sections={"demo": demo})
    workspace = build_workspace(settings, source=source)

    def broken(*_: object) -> dict[date, str]:
        raise ValueError(PLANTED["reservation"])

    source.fingerprint = broken  # type: ignore[method-assign]
    sensor = build_definitions(workspace).get_repository_def().get_sensor_def("watch_deliveries")
    with open_instance(home) as instance, dg.build_sensor_context(instance, resources={RESOURCE: workspace}) as context:
        with pytest.raises(Exception, match="watch_deliveries: ValueError in broken") as told:
            sensor._raw_fn(context)  # called directly, Dagster hands resources over as arguments
        assert PLANTED["reservation"] not in str(told.value)
