"""Under the daemon's own loops: a file that was sound comes again damaged, and another never comes.

The day keeps its last good rows, and everybody who could look sees why: the check of the day, the alert, ``status``.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.common.delivery import DELIVERY_CHECK
from assets.common.inputs import days_between
from pipelines.alerts import WEBHOOK_VARIABLE
from pipelines.troubles import lines_of, troubles
from pipelines.workspace import build_workspace
from resources.sources.base import BOOKING_COLUMNS, Stream
from resources.sources.demo import DemoSettings, DemoSource
from resources.sources.demo.deliveries import deliver
from tests.end_to_end.daemon import SimulatedDaemon, daemon_over, environment
from tests.end_to_end.test_daemon import MORNING, START, assert_all_runs_succeeded, files_of, prepared
from tests.webhooks import webhook

DAYS = days_between(START, START + timedelta(days=2))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What reaches the webhook that the operator named."""
    with webhook() as server:
        monkeypatch.setenv(WEBHOOK_VARIABLE, f"http://127.0.0.1:{server.server_port}/")
        yield server.got  # type: ignore[attr-defined]


def check_of(daemon: SimulatedDaemon, day: date) -> tuple[str, str]:
    """The last outcome of the day's check of bookings, and what it said."""
    key = dg.AssetCheckKey(dg.AssetKey("raw_bookings"), DELIVERY_CHECK)
    history = daemon.instance.event_log_storage.get_asset_check_execution_history(key, limit=100)
    for record in history:
        event = record.event.dagster_event if record.event else None
        if event is None or event.event_type != dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            continue  # planned only
        evaluation = event.asset_check_evaluation_data
        shown = str({name: value.value for name, value in evaluation.metadata.items()})
        if str(day) in shown:
            return ("passed" if evaluation.passed else "failed"), shown
    return "never", ""


def test_damage_is_red_told_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder_home: Path, told: list[dict[str, Any]]
) -> None:
    inbox = tmp_path / "inbox"
    source = DemoSource(DemoSettings(days=len(DAYS), guests=1_500, hotels=2))
    log = files_of(source, DAYS, {(Stream.BOOKINGS, DAYS[1]): ("missing", 0)})
    deliver(inbox, source, log, START)
    environment(monkeypatch, prepared(tmp_path / "home", encoder_home), inbox, START,
                STAYWORTH_CORE__HISTORY_END=str(DAYS[-1]))  # fmt: skip
    with daemon_over() as daemon:
        daemon.schedules(START, 1)
        daemon.sensors(START, 1)
        for morning in days_between(START + MORNING, DAYS[-1] + MORNING):
            deliver(inbox, source, log, morning)
            daemon.schedules(morning, 5, 1)
            daemon.settle(morning)
        world = build_workspace()
        kept = world.lake.path("raw_bookings", DAYS[0]).read_bytes()
        assert check_of(daemon, DAYS[0])[0] != "failed"
        damaged = inbox / f"bookings-{DAYS[0]}.csv"
        assert damaged.is_file()
        damaged.write_text(",".join(BOOKING_COLUMNS[1:]) + "\n", "utf-8")
        before = daemon.runs()
        daemon.settle(DAYS[-1] + 2 * MORNING)
        assert daemon.runs() > before, "somebody must run so that somebody can see"
        assert_all_runs_succeeded(daemon)
        assert check_of(daemon, DAYS[0])[0] == "failed"
        assert check_of(daemon, DAYS[1])[0] == "failed", "the file that never came"
    assert world.lake.path("raw_bookings", DAYS[0]).read_bytes() == kept, "the last good rows stay"
    reasons = {tuple(item["days"]): item["reason"] for alert in told for item in alert["problems"]}
    assert any(str(DAYS[0]) in days and "missing column(s) hotel" in why for days, why in reasons.items()), reasons
    assert any(str(DAYS[1]) in days and "no file" in why for days, why in reasons.items()), reasons
    lines = lines_of(troubles(build_workspace()))
    assert any(line.startswith(f"raw_bookings {DAYS[0]}: bookings-{DAYS[0]}.csv: missing column") for line in lines)
    assert any(line.startswith(f"raw_bookings {DAYS[1]}: no file bookings-{DAYS[1]}.csv") for line in lines)
