"""Canaries for what is used of Dagster beyond its public interface: each says what to look for when it goes."""

import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from resources import dagster_private
from resources.dagster_private import STORAGE_MODULES

ROOT = Path(dagster_private.__file__).resolve().parents[1]
CLASSES = {
    "runs_module": "SqliteRunStorage",
    "schedules_module": "SqliteScheduleStorage",
    "root_module": "LocalArtifactStorage",
    "logs_module": "NoOpComputeLogManager",
}


@pytest.mark.parametrize(
    ("name", "members", "look_for"),
    [
        ("SqliteEventLogStorage", ("store_event", "run_connection", "index_transaction", "_event_to_row",
                                   "_store_asset_event", "_store_asset_event_tags", "_initdb", "conn_string_for_shard",
                                   "path_for_shard", "_connect", "dispose"),
         "store_event_batch of the SQLite storage that is one transaction, and a setting for open connections"),
        ("SqlEventLogStorageTable", ("insert", "c"), "the table that event_log's SQLite storage inserts into"),
        ("ReconstructableRepository", ("for_module", "get_reconstructable_job"),
         "dg.build_reconstructable_job for an asset job, with a chosen interpreter"),
        ("SqliteRunStorage", (), "a public way to ask whether the run storage is SQLite on this host"),
        ("EventLogEntry", ("get_dagster_event", "is_dagster_event"), "dagster.EventLogEntry"),
        ("RemoteRepositoryOrigin", ("get_job_origin",),
         "what a run of the webserver is filed under: DagsterRun.remote_job_origin"),
        ("ModuleTarget", ("create_origins",), "what `dagster-webserver --workspace` makes of workspace.yaml"),
        ("ProxyServerManager", ("get_code_server_specs",), "how `dagster dev` shares one code server"),
        ("WorkspaceProcessContext", ("create_request_context",), "the argument of dagster_webserver.app"),
        ("WorkspaceFileTarget", (), "what `dagster-webserver --workspace` makes of its option"),
        ("ConfigurableClassData", (), "dagster.serdes, or what a custom storage's from_config_value is given"),
        ("RemoteJobOrigin", ("get_id",), "what a run of the webserver is filed under: its remote_job_origin"),
        ("WorkspaceLoadTarget", ("create_origins",), "what either of the workspace targets is a kind of"),
        ("EmptyWorkspaceTarget", ("create_origins",), "what `dagster-webserver --empty-workspace` makes"),
        ("EngineEventData", ("in_process",), "what the default run launcher reports when a process has begun"),
        ("InProcessCodeLocationOrigin", ("create_location",), "the origin of a code location without a server"),
        ("InProcessWorkspaceLoadTarget", ("create_origins",), "dg.instance_for_test's fellow for workspaces"),
        ("InstigatorSelector", ("get_id",), "the selector id under which schedule storage keeps a schedule's state"),
        ("LoadableTargetOrigin", (), "module, attribute and interpreter of a code location"),
        ("PyProjectFileTarget", ("create_origins",), "what `dagster dev` makes of [tool.dagster] in pyproject.toml"),
    ],
)  # fmt: skip
def test_what_is_used_is_there(name: str, members: tuple[str, ...], look_for: str) -> None:
    lost = [member for member in members if not hasattr(getattr(dagster_private, name), member)]
    assert not lost, f"{name} has lost {lost}; look for {look_for}"


def test_tags_are_those_that_dagster_reads() -> None:
    assert dagster_private.PARTITION_NAME_TAG == "dagster/partition", "look for the tag that RunRequest sets"
    told = "a materialisation without automatic partition events: look at how step outputs make events of a range"
    assert dagster_private.EXTERNALLY_MANAGED_ASSETS_TAG.startswith((".", "dagster")), told


def test_asset_events_hold_those_that_are_batched() -> None:
    wanted = {dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED}
    assert wanted <= set(dagster_private.ASSET_EVENTS), "look for the set of events that the asset tables index"


def test_the_clock_and_the_judge_of_crons_answer() -> None:
    assert dagster_private.get_current_datetime().tzinfo is not None, "look for the clock that freeze_time stops"
    assert dagster_private.is_valid_cron_string("0 7 * * 1"), "croniter through dagster.ScheduleDefinition's own check"
    assert not dagster_private.is_valid_cron_string("when it rains")


@pytest.mark.parametrize(
    ("name", "arguments", "look_for"),
    [
        ("execute_run_monitoring_iteration", ("workspace_process_context", "logger"),
         "what the run monitoring daemon does in one round"),
        ("execute_sensor_iteration", ("workspace_process_context", "logger", "threadpool_executor",
                                      "submit_threadpool_executor"), "what the sensor daemon does in one round"),
        ("launch_scheduled_runs", ("workspace_process_context", "logger", "end_datetime_utc", "iteration_times"),
         "what the scheduler daemon does in one round"),
        ("location_origins_from_yaml_paths", ("yaml_paths",), "what `dagster-webserver --workspace` makes of a file"),
    ],
)  # fmt: skip
def test_loops_are_turned_by_these_arguments(name: str, arguments: tuple[str, ...], look_for: str) -> None:
    taken = list(inspect.signature(getattr(dagster_private, name)).parameters)[: len(arguments)]
    assert taken == list(arguments), f"{name} takes {taken}; look for {look_for}"


def test_the_clock_can_be_stopped() -> None:
    moment = datetime(2024, 2, 29, tzinfo=UTC)
    with dagster_private.freeze_time(moment):
        assert dagster_private.get_current_datetime() == moment, "look for freeze_time among dagster's test tools"


def test_the_daemon_is_a_module_that_can_be_run() -> None:
    assert importlib.util.find_spec(f"{dagster_private.DAEMON_MODULE}.__main__"), "look for what `dagster-daemon` calls"


def test_the_repository_of_a_code_location_has_its_name() -> None:
    definitions = dg.Definitions(assets=[dg.AssetSpec("table")])
    name = definitions.get_repository_def().name
    assert name == dagster_private.SINGLETON_REPOSITORY_NAME, "look for the name that dg.Definitions gives"


def test_every_name_has_a_canary() -> None:
    told = Path(__file__).read_text("utf-8")
    assert not [name for name in dagster_private.__all__ if not re.search(rf"[\".(]{name}\b", told)]


def test_a_name_that_is_not_listed_is_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'anything_else'"):
        _ = dagster_private.anything_else


def test_the_pipeline_loads_no_test_tools() -> None:
    """What tests alone use is loaded when it is asked for."""
    code = "import sys, resources.dagster_private; print('dagster._core' '.test_utils' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("key", sorted(STORAGE_MODULES))
def test_storage_classes_of_the_configuration_exist(key: str) -> None:
    module = importlib.import_module(STORAGE_MODULES[key])
    assert hasattr(module, CLASSES[key]), f"look for {CLASSES[key]} in the reference of dagster.yaml"


def test_dagster_is_held_below_its_next_minor_version() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for name in ("dagster", "dagster-webserver"):
        line = next(line for line in text.splitlines() if line.strip().startswith(f'"{name}>='))
        assert ",<" in line, line
