"""One code location, whoever loads it: a schedule that is switched on in one place is on in all."""

import re
import warnings
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.building import build_definitions
from pipelines.catalogue import check_table
from pipelines.code_location import load_target
from pipelines.instance import workspace_file
from pipelines.schedules import MORNING
from pipelines.workspace import build_workspace
from resources.dagster_private import (
    SINGLETON_REPOSITORY_NAME,
    InstigatorSelector,
    PyProjectFileTarget,
    RemoteRepositoryOrigin,
    location_origins_from_yaml_paths,
)
from resources.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOYMENT = ROOT / "docs" / "operate" / "deployment"


def selector_of(location: object) -> str:
    """What Dagster files the state of a schedule under."""
    origin = RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME)  # type: ignore[arg-type]
    return origin.get_instigator_origin(MORNING).get_selector().get_id()


def test_every_way_to_load_it_names_the_same_location(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "")
    ways = {
        "the commands ui, webserver and run": load_target().create_origins(),
        "workspace.yaml": location_origins_from_yaml_paths([str(ROOT / "workspace.yaml")]),
        "pyproject.toml": PyProjectFileTarget(str(ROOT / "pyproject.toml")).create_origins(),
        "the command daemon": location_origins_from_yaml_paths([str(workspace_file(tmp_path))]),
    }
    assert {way: len(origins) for way, origins in ways.items()} == dict.fromkeys(ways, 1)
    expected = InstigatorSelector(location_name="stayworth", repository_name="__repository__", name=MORNING).get_id()
    assert {way: selector_of(origins[0]) for way, origins in ways.items()} == dict.fromkeys(ways, expected)
    modules = {origins[0].loadable_target_origin.module_name for origins in ways.values()}
    assert modules == {"pipelines.definitions"}


def test_services_and_make_start_it_by_the_commands() -> None:
    commands = {
        "make": re.search(r"^ui:.*\n\t@\$\(BIN\)/(.*)$", (ROOT / "Makefile").read_text(), re.M)[1],  # type: ignore[index]
    }
    for unit in ("webserver", "daemon"):
        text = (DEPLOYMENT / f"stayworth-{unit}.service").read_text()
        commands[unit] = re.search(r"^ExecStart=\S*/bin/(.*)$", text, re.M)[1]  # type: ignore[index]
    pods = [
        item
        for item in yaml.safe_load_all((DEPLOYMENT / "kubernetes.yaml").read_text())
        if "template" in item.get("spec", {})
    ]
    for container in pods[0]["spec"]["template"]["spec"]["containers"]:
        commands[f"pod {container['name']}"] = " ".join(container["command"])
    assert {place: " ".join(line.split()[:2]) for place, line in commands.items()} == {
        "make": "stayworth ui",
        "webserver": "stayworth webserver",
        "daemon": "stayworth daemon",
        "pod webserver": "stayworth webserver",
        "pod daemon": "stayworth daemon",
    }


def test_nothing_names_another_location() -> None:
    """``-m`` files what it does under the module's name, which the schedules, the runs and the UI don't share."""
    places = [
        ROOT / "README.md",
        ROOT / "Makefile",
        ROOT / "Dockerfile",
        *(ROOT / "docs").rglob("*.md"),
        *DEPLOYMENT.iterdir(),
    ]
    asked = [path.name for path in places if re.search(r"(-m|--module-name) pipelines\.definitions", path.read_text())]
    assert not asked
    served = [
        path.name
        for path in places
        if re.search(r"dagster-webserver --|dagster-webserver\", \"|dagster dev", path.read_text())
    ]
    assert not served, "a server without the guard"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[dg.Definitions, list[str]]:
    """The definitions, and the warnings of their making."""
    settings = Settings(home=tmp_path_factory.mktemp("loaded"))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        made = build_definitions(build_workspace(settings))
        made.get_repository_def().load_all_definitions()
        for job in ("backfill", "daily", "evaluate"):
            made.resolve_job_def(job)
    return made, [str(item.message) for item in told if issubclass(item.category, (dg.BetaWarning, dg.PreviewWarning))]


def test_nobody_is_told_what_dagster_calls_beta(loaded: tuple[dg.Definitions, list[str]]) -> None:
    assert not loaded[1]


def test_checks_that_stop_a_day_are_shown_as_blocking(loaded: tuple[dg.Definitions, list[str]]) -> None:
    graph = loaded[0].resolve_asset_graph()
    rows = [line.split(" | ") for line in check_table().splitlines()[2:]]
    page = {row[0].strip("| `"): row[2] for row in rows}
    shown = {key.name: "stops" if graph.get(key).blocking else "warns" for key in graph.asset_check_keys}
    assert shown == {name: page[name] for name in shown}
    assert set(shown.values()) == {"stops", "warns"}
