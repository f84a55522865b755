"""When things run by themselves: the morning, the cadence of models, what is late, what is watched."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from assets.common.workspace import Workspace
from pipelines.cli import main
from pipelines.operations import OperationsSettings
from pipelines.partitions import yesterday
from pipelines.schedules import MORNING, build_schedules, freshness_policies
from pipelines.sensors import build_cadence, on_cadence, watched_days
from pipelines.workspace import build_workspace
from resources.dagster_private import freeze_time
from resources.errors import SettingsError
from resources.settings import CoreSettings, Settings

ZONE = "Europe/Lisbon"


def settings(home: Path, **core: object) -> Settings:
    return Settings(home=home, core=CoreSettings(**core))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cutoff", "cron"), [(0, "0 5 * * *"), (4, "0 5 * * *"), (5, "30 5 * * *"), (23, "30 23 * * *")]
)
def test_the_morning_run_never_comes_before_the_day_has_ended(tmp_path: Path, cutoff: int, cron: str) -> None:
    @dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-01-01", timezone=ZONE))
    def rows() -> None: ...

    job = dg.define_asset_job("daily", selection="*")
    (schedule,) = build_schedules(job, settings(tmp_path, day_cutoff_hour=cutoff))
    found = dg.Definitions(assets=[rows], jobs=[job], schedules=[schedule]).resolve_schedule_def(MORNING)
    assert found.cron_schedule == cron
    hour, minute = int(cron.split()[1]), int(cron.split()[0])
    now = datetime(2024, 1, 10, hour, minute, tzinfo=UTC)  # winter: Lisbon's clock is UTC's
    asked = found.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=now)).run_requests
    assert [item.partition_key for item in asked or ()] == ["2024-01-09"]
    with freeze_time(now):
        assert yesterday(CoreSettings(day_cutoff_hour=cutoff)) == date(2024, 1, 9)


@pytest.mark.filterwarnings("ignore::dagster.BetaWarning")  # of Dagster's own tester
def test_the_cadence_asks_once_per_tick_whatever_days_are_missing() -> None:
    @dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-01-01"))
    def days() -> None: ...

    @dg.asset(deps=[days], automation_condition=on_cadence("0 7 * * 1", ZONE))
    def models() -> None: ...

    defs = dg.Definitions(assets=[days, models])
    with dg.DagsterInstance.ephemeral() as instance:
        asked, cursor = [], None
        for day, hour in ((12, 12), (15, 6), (15, 8), (15, 9), (16, 9), (22, 8)):  # 15 and 22 January are Mondays
            found = dg.evaluate_automation_conditions(
                defs, instance, evaluation_time=datetime(2024, 1, day, hour, tzinfo=UTC), cursor=cursor
            )
            asked.append((day, hour, found.total_requested))
            cursor = found.cursor
    assert asked == [(12, 12, 0), (15, 6, 0), (15, 8, 1), (15, 9, 0), (16, 9, 0), (22, 8, 1)]


def test_only_data_that_goes_on_coming_can_be_late(tmp_path: Path) -> None:
    daily, whole = freshness_policies(settings(tmp_path))
    assert isinstance(daily, dg.FreshnessPolicy)
    assert isinstance(whole, dg.FreshnessPolicy)
    assert freshness_policies(settings(tmp_path, source="public", data=tmp_path)) == (None, None)
    assert freshness_policies(settings(tmp_path, history_end=date(2024, 3, 1))) == (None, None)


def watched(home: Path, now: datetime, **core: object) -> list[date]:
    workspace: Workspace = build_workspace(settings(home, **core))
    with freeze_time(now):
        return watched_days(workspace, OperationsSettings(watch_days=10))


def test_days_that_have_ended_are_watched_and_no_others(tmp_path: Path) -> None:
    noon = datetime(2024, 1, 20, 12, tzinfo=UTC)
    found = watched(tmp_path, noon)
    assert (found[0], found[-1], len(found)) == (date(2024, 1, 10), date(2024, 1, 19), 10)
    assert watched(tmp_path, datetime(2024, 1, 3, 12, tzinfo=UTC)) == [date(2024, 1, 1), date(2024, 1, 2)]
    closed = watched(tmp_path, noon, history_end=date(2024, 1, 5))
    assert closed == [date(2024, 1, day) for day in range(1, 6)]


def test_one_setting_switches_everything_on() -> None:
    off, on = (build_cadence(["models"], OperationsSettings(automatic=value)) for value in (False, True))
    assert off.default_status == dg.DefaultSensorStatus.STOPPED
    assert on.default_status == dg.DefaultSensorStatus.RUNNING


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("morning_hour", 24), ("late_cron", "often"), ("watch_seconds", 0), ("watch_days", 0), ("smtp_port", 0),
        ("mail_to", ("nobody",)), ("mail_from", ""), ("alert_timeout_seconds", 0.0),
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match=rf"operations\.{name}"):
        OperationsSettings(**{name: value})  # type: ignore[arg-type]


def test_the_command_fills_an_inbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("DAYS", "5"), ("GUESTS", "300"), ("HOTELS", "2")):
        monkeypatch.setenv(f"STAYWORTH_DEMO__{name}", value)
    inbox = tmp_path / "inbox"
    assert main(["demo-deliveries", "--folder", str(inbox), "--until", "2024-01-03"]) == 0
    assert len(list(inbox.glob("bookings-*.csv"))) == 2
    assert main(["demo-deliveries", "--folder", str(inbox)]) == 0
    assert len(list(inbox.glob("reviews-*.csv"))) == 5
    assert "STAYWORTH_CORE__SOURCE=deliveries" in capsys.readouterr().out
    assert main(["demo-deliveries", "--folder", str(inbox), "--late", "2"]) == 2
