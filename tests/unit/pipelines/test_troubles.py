"""A file that can't be read, or did not come, is seen: a red check on its day, an alert, a run, a line of status."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from assets.common.delivery import DELIVERY_CHECK, UNREAD_CHECK
from assets.common.workspace import Workspace
from pipelines.alerts import alert_of
from pipelines.instance import open_instance
from pipelines.running import run_job
from pipelines.sensors import damage_request
from pipelines.troubles import lines_of, tell_source, troubles
from pipelines.workspace import build_workspace
from resources.settings import CoreSettings, Settings
from resources.sources.base import BOOKING_COLUMNS
from resources.sources.hotel_list import HOTEL_COLUMNS
from tests.unit.raw.builders import booking, csv_text, review

DAYS = [date(2016, 7, day) for day in range(13, 18)]
SOUND = csv_text([booking()])


@pytest.fixture
def world(tmp_path: Path) -> Workspace:
    """Five days of bookings; the third one is missing, and lies there under another name."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "hotels.csv").write_text(f"{','.join(HOTEL_COLUMNS)}\nCity Hotel,Casa,Lisbon,PRT,hotel,true\n", "utf-8")
    for day in DAYS:
        name = f"bookings_{day}.csv" if day == DAYS[2] else f"bookings-{day}.csv"
        (inbox / name).write_text(SOUND, "utf-8")
        (inbox / f"reviews-{day}.csv").write_text(csv_text([review()]), "utf-8")
    core = CoreSettings(source="deliveries", data=inbox, history_start=DAYS[0], history_end=DAYS[-1])
    return build_workspace(Settings(home=tmp_path / "home", core=core))


def spoil(world: Workspace, day: date) -> None:
    """The day is delivered again, and the file can't be read."""
    folder = world.settings.core.data
    assert folder is not None
    (folder / f"bookings-{day}.csv").write_text(",".join(BOOKING_COLUMNS[1:]) + "\n", "utf-8")
    world.reopen_source()


def test_a_gap_and_a_damaged_redelivery_are_red_and_told(world: Workspace) -> None:
    assert run_job(world, "backfill", DAYS[0], DAYS[-1], reuse=True, tables=["raw_bookings"]).success
    spoil(world, DAYS[1])
    result = run_job(world, "backfill", DAYS[0], DAYS[-1], reuse=True, tables=["raw_bookings"])
    assert result.success, "the other days go on"
    assert world.lake.exists("raw_bookings", DAYS[1]), "the last good rows are still served"
    with open_instance(world.settings.home) as instance:
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        alert = alert_of(instance, run)
        key = dg.AssetCheckKey(dg.AssetKey("raw_bookings"), UNREAD_CHECK)
        (warned,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
        assert warned.status.value == "FAILED"
    assert alert is not None
    told = {item.days: item.reason for item in alert.problems if f"check {DELIVERY_CHECK}" in item.reason}
    assert "missing column(s) hotel" in told[str(DAYS[1]),]
    assert f"bookings_{DAYS[2]}.csv is not read" in told[str(DAYS[2]),]
    assert "City" not in alert.text


def test_status_names_table_day_and_reason(world: Workspace) -> None:
    spoil(world, DAYS[1])
    lines = lines_of(troubles(world))
    assert any(line.startswith(f"raw_bookings {DAYS[1]}: bookings-{DAYS[1]}.csv: missing column") for line in lines)
    assert any(line.startswith(f"raw_bookings {DAYS[2]}: no file bookings-{DAYS[2]}.csv") for line in lines)
    assert any(line.startswith(f"inbox: bookings_{DAYS[2]}.csv is not read") for line in lines)
    said: list[str] = []
    tell_source(world, DAYS[0], DAYS[-1], said.append)
    assert [line.partition(":")[0] for line in said] == [f"No bookings of {DAYS[1]}", "Note", "Missing"]


def test_gaps_in_a_row_are_one_line(world: Workspace) -> None:
    folder = world.settings.core.data
    assert folder is not None
    for day in DAYS[1:3]:
        (folder / f"reviews-{day}.csv").unlink()
    world.reopen_source()
    lines = lines_of(troubles(world))
    assert f"raw_reviews {DAYS[1]} to {DAYS[2]}: no files of reviews for these 2 days" in lines


def test_the_daemon_runs_a_damaged_delivery_once(world: Workspace) -> None:
    assert damage_request(world, DAYS) is None, "a day that has not come yet is no damage"
    spoil(world, DAYS[1])
    first, again = damage_request(world, DAYS), damage_request(world, DAYS)
    assert first is not None
    assert again is not None
    assert first.run_key == again.run_key
    assert first.tags["dagster/asset_partition_range_start"] == str(DAYS[1])
    spoil(world, DAYS[3])
    other = damage_request(world, DAYS)
    assert other is not None
    assert other.run_key != first.run_key
