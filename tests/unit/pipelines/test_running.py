"""Runs of the command line are shown with their job, and any run leaves the views of what it stored."""

from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.building import build_definitions
from pipelines.code_location import job_origin
from pipelines.instance import open_instance
from pipelines.running import run_job
from pipelines.workspace import build_workspace
from resources.settings import CoreSettings, Settings
from tests.end_to_end.worlds import START


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path


def settings_of(home: Path) -> Settings:
    return Settings(home=home, core=CoreSettings(), sections={"demo": {"days": 3, "guests": 300, "hotels": 3}})


def views_of(home: Path) -> set[str]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as database:
        found = database.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    return {row[0] for row in found}


def test_a_run_is_filed_under_its_job(home: Path) -> None:
    assert run_job(
        build_workspace(settings_of(home)), "backfill", START, START, reuse=False, tables=["raw_bookings"]
    ).success
    with open_instance(home) as instance:
        (run,) = instance.get_runs()
        assert run.job_name == "backfill"
        assert run.remote_job_origin == job_origin("backfill")
        assert run.tags["dagster/code_location"] == "stayworth"
        label = {".dagster/repository": "__repository__@stayworth"}  # what the UI's pages of jobs ask for
        assert instance.get_runs_count(dg.RunsFilter(job_name="backfill", tags=label)) == 1
    assert views_of(home) == {"raw_bookings"}, "a single table, as from a click in the UI"


def test_a_run_of_the_daemon_leaves_its_views(home: Path) -> None:
    """As the daemon and the UI run: the code location itself, without the command line."""
    defs = build_definitions(build_workspace(settings_of(home)))
    job = defs.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        for day, tables in ((START, ["raw_reviews"]), (START, ["raw_bookings", "raw_counts"])):
            done = job.execute_in_process(
                instance=instance, partition_key=day.isoformat(),
                asset_selection=[dg.AssetKey(name) for name in tables],
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )  # fmt: skip
            assert done.success
    assert views_of(home) >= {"raw_reviews", "raw_bookings", "raw_counts"}
