"""The daemon over simulated days of late, missing, repeated and corrected files, against one backfill of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.common.inputs import days_between
from assets.common.workspace import Workspace
from pipelines.ledger import DAILY_LEDGER
from pipelines.running import pending_days, run_job
from pipelines.terminal.stages import daily_tables
from pipelines.workspace import build_workspace
from resources.sources.base import Stream
from resources.sources.demo import DemoSettings, DemoSource
from resources.sources.demo.deliveries import CORRECTED, LATE, ON_TIME, REPEATED, Arrival, FileShares, arrivals, deliver
from tests.end_to_end.daemon import SimulatedDaemon, daemon_over, environment

START = date(2024, 1, 1)
MORNING = timedelta(days=1)


@dataclass(frozen=True)
class Simulated:
    """What a simulation left behind: the daemon's world, the runs asked for by sensor and day, and the backfill's."""

    daemon: Workspace
    backfill: Workspace
    asked: dict[date, int]


def files_of(source: DemoSource, days: list[date], kinds: dict[tuple[Stream, date], tuple[str, int]]) -> list[Arrival]:
    """A delivery log: every file on the morning after its day, but for those named, with their kind and delay."""
    files: list[Arrival] = []
    for stream in Stream:
        for day in days:
            kind, delay = kinds.get((stream, day), (ON_TIME, 0))
            rows, due = source.rows(stream, [day]), day + MORNING
            if kind == CORRECTED:
                files.append(Arrival(due, stream, day, ON_TIME, rows.head(rows.height // 2)))
            elif kind == REPEATED:
                files.append(Arrival(due, stream, day, ON_TIME, rows))
            if kind != "missing":
                files.append(Arrival(due + timedelta(days=delay), stream, day, kind, rows))
    return sorted(files, key=lambda item: (item.arrived_on, item.day, item.stream))


def simulate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder_home: Path, source: DemoSource, log: list[Arrival],
    days: list[date], until: date,
) -> Simulated:  # fmt: skip
    """Each morning the files arrive, the schedule runs, the sensors look; then one backfill of the same inbox."""
    inbox = tmp_path / "inbox"
    deliver(inbox, source, log, START)
    homes = {name: prepared(tmp_path / name, encoder_home) for name in ("daemon", "backfill")}
    environment(monkeypatch, homes["daemon"], inbox, START, STAYWORTH_CORE__HISTORY_END=str(days[-1]))
    asked: dict[date, int] = {}
    with daemon_over() as daemon:
        daemon.schedules(START, 1)
        daemon.sensors(START, 1)
        for morning in days_between(START + MORNING, until):
            deliver(inbox, source, log, morning)
            daemon.schedules(morning, 5, 1)
            asked[morning] = daemon.settle(morning)
        assert_all_runs_succeeded(daemon)
        daemon_world = build_workspace()
    monkeypatch.setenv("STAYWORTH_HOME", str(homes["backfill"]))
    backfill = build_workspace()
    assert run_job(backfill, "backfill", days[0], days[-1], reuse=True).success
    return Simulated(daemon_world, backfill, asked)


def prepared(home: Path, encoder_home: Path) -> Path:
    home.mkdir(parents=True)
    for name in ("encoders", "cache"):
        (home / name).symlink_to(encoder_home / name)
    return home


def assert_all_runs_succeeded(daemon: SimulatedDaemon) -> None:
    failed = [run for run in daemon.instance.get_runs() if not run.is_success]
    assert not failed, f"{len(failed)} runs failed, the first {failed[0].job_name} {failed[0].tags}"


def assert_same_data(both: Simulated) -> None:
    """Every table and day alike, byte by byte, and pending for the same reasons where something never came."""
    tables = [*daily_tables(), DAILY_LEDGER.asset]
    for table in tables:
        days = both.backfill.lake.days(table)
        assert both.daemon.lake.days(table) == days, table
        for day in days:
            ours, theirs = (world.lake.path(table, day).read_bytes() for world in (both.daemon, both.backfill))
            assert ours == theirs, f"{table} {day} differs"
    assert pending_days(both.daemon, tables) == pending_days(both.backfill, tables)
    records = [sorted(world.record_store.root.rglob("*.record.json")) for world in (both.daemon, both.backfill)]
    assert [path.name for path in records[0]] == [path.name for path in records[1]]
    assert [path.read_bytes() for path in records[0]] == [path.read_bytes() for path in records[1]]


def test_mornings_of_daemon_give_what_one_backfill_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder_home: Path
) -> None:
    days = days_between(START, START + timedelta(days=2))
    monkeypatch.setenv("STAYWORTH_CORE__FIT_EVERY_DAYS", "2")
    shares = {"late_share": 0.1, "repeated_share": 0.3, "corrected_share": 0.1}
    source = DemoSource(DemoSettings(days=len(days), guests=1_500, hotels=2, **shares))
    log = files_of(
        source,
        days,
        {
            (Stream.BOOKINGS, days[0]): (CORRECTED, 2),
            (Stream.BOOKINGS, days[1]): (LATE, 1),
            (Stream.REVIEWS, days[0]): (REPEATED, 1),
        },
    )
    both = simulate(tmp_path, monkeypatch, encoder_home, source, log, days, days[2] + 2 * MORNING)
    assert_same_data(both)
    assert not pending_days(both.daemon, daily_tables()), "everything has come in the end"
    assert both.asked == {days[1]: 0, days[2]: 0, days[2] + MORNING: 3, days[2] + 2 * MORNING: 0}, (
        "late and corrected files are run on the morning they came, then what waited for them, then the scores"
    )


@pytest.mark.slow
def test_weeks_of_daemon_give_what_one_backfill_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder_home: Path
) -> None:
    monkeypatch.setenv("STAYWORTH_ALIGNMENT__WINDOW_DAYS", "5")  # so that stays are decided while corrections come
    days = days_between(START, START + timedelta(days=14))
    shares = {"late_share": 0.05, "repeated_share": 0.05, "corrected_share": 0.05}
    source = DemoSource(DemoSettings(seed=1, days=len(days), guests=12_000, hotels=2, **shares))
    log = arrivals(source, days, FileShares(late=0.1, missing=0.05, repeated=0.08, corrected=0.08))
    kinds = {item.kind for item in log}
    assert kinds == {ON_TIME, LATE, REPEATED, CORRECTED}
    assert len({(item.stream, item.day) for item in log}) == 2 * len(days) - 1, "a file never comes"
    both = simulate(tmp_path, monkeypatch, encoder_home, source, log, days, days[-1] + 4 * MORNING)
    assert_same_data(both)
    decided = both.backfill.lake.read_days(both.backfill.contracts["booking_review_pairs"], days)
    assert decided.filter(pl.col("rank") > 0)["delivery_day"].n_unique() > 5
    aside = pl.concat(
        [both.daemon.lake.set_aside("raw_bookings", days), both.daemon.lake.set_aside("raw_reviews", days)]
    )
    assert aside.filter(pl.col("reason") == "repeat").height > 0
