"""Canaries for what is used of Dagster beyond its public interface: each says what to look for when it goes."""

import ast
import importlib
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


@pytest.mark.parametrize("key", sorted(STORAGE_MODULES))
def test_storage_classes_of_the_configuration_exist(key: str) -> None:
    module = importlib.import_module(STORAGE_MODULES[key])
    assert hasattr(module, CLASSES[key]), f"look for {CLASSES[key]} in the reference of dagster.yaml"


@pytest.mark.parametrize("folder", ["assets", "pipelines", "resources"])
def test_no_other_file_reaches_into_dagster(folder: str) -> None:
    private = Path(dagster_private.__file__)
    strangers = [
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / folder).rglob("*.py")
        if path != private
        for module in _imported(path)
        if module.startswith("dagster") and any(part.startswith("_") for part in module.split("."))
    ]
    assert not strangers


def _imported(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return names


def test_dagster_is_held_below_its_next_minor_version() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for name in ("dagster", "dagster-webserver"):
        line = next(line for line in text.splitlines() if line.strip().startswith(f'"{name}>='))
        assert ",<" in line, line
