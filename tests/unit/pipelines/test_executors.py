"""Where steps run, by one setting; what is refused before a run starts."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from assets.common.marks import PROCESS_TAG, mark_process
from pipelines import executors
from pipelines.building import build_definitions
from pipelines.executors import build_executor, build_retries, refuse_other_settings
from pipelines.running import run_job
from pipelines.workspace import build_workspace
from resources.cluster import SECRETS_VARIABLE
from resources.errors import SettingsError
from resources.processes import this_process
from resources.settings import CoreSettings, Settings, load_settings

ADDRESS = "http://127.0.0.1:8265"


def settings(home: Path, **core: Any) -> Settings:
    return Settings(home=home, core=CoreSettings(**core))


def has_ray() -> bool:
    return all(executors.find_spec(name) for name in ("ray", "dagster_ray", "aiohttp"))


def test_one_process_is_the_default(tmp_path: Path) -> None:
    assert build_executor(settings(tmp_path)) is dg.in_process_executor
    assert build_retries(settings(tmp_path)) is None


def test_without_the_extra_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "find_spec", lambda name: None if name == "dagster_ray" else object())
    with pytest.raises(SettingsError, match=r"pip install 'stayworth\[ray\]'"):
        build_executor(settings(tmp_path, executor="ray", ray_address=ADDRESS))


def test_without_a_cluster_the_error_says_how_to_name_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "find_spec", lambda name: object())
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.delenv("RAY_API_SERVER_ADDRESS", raising=False)
    with pytest.raises(SettingsError, match="STAYWORTH_CORE__RAY_ADDRESS"):
        build_executor(settings(tmp_path, executor="ray"))


def test_a_node_without_the_secrets_of_the_run_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "find_spec", lambda name: object())
    monkeypatch.setenv(SECRETS_VARIABLE, "STAYWORTH_HMAC_KEY")
    with pytest.raises(SettingsError, match="STAYWORTH_HMAC_KEY not set on this node"):
        build_executor(settings(tmp_path, executor="ray", ray_address=ADDRESS))


def test_the_executor_is_told_where_and_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}

    def configured(config: dict[str, Any], name: str) -> str:
        told.update(config)
        return name

    fake = SimpleNamespace(ray_executor=SimpleNamespace(configured=configured))
    monkeypatch.setitem(sys.modules, "dagster_ray", fake)  # type: ignore[arg-type]
    monkeypatch.setattr(executors, "find_spec", lambda name: object())
    monkeypatch.setenv("STAYWORTH_HMAC_KEY", "s3cret" * 8)
    assert build_executor(settings(tmp_path, executor="ray", ray_address=ADDRESS)) == "ray"
    assert (told["ray"]["address"], told["retries"]) == (ADDRESS, {"enabled": {}})
    assert told["ray"]["num_cpus"] > 0, "without CPUs Ray would put every step on the head node"
    assert f"STAYWORTH_HOME={tmp_path}" in told["ray"]["env_vars"]
    assert "s3cret" not in repr(told)


@pytest.mark.skipif(not has_ray(), reason="the extra stayworth[ray] is not installed")
def test_over_a_cluster_every_step_may_be_launched_again(tmp_path: Path) -> None:
    built = build_definitions(build_workspace(settings(tmp_path, executor="ray", ray_address=ADDRESS)))
    job = built.resolve_job_def("daily")
    assert job.executor_def.name == "ray"
    assert {node.definition.retry_policy.max_retries for node in job.nodes} == {3}  # type: ignore[attr-defined]
    alone = build_definitions(build_workspace(settings(tmp_path))).resolve_job_def("daily")
    assert {node.definition.retry_policy for node in alone.nodes} == {None}  # type: ignore[attr-defined]


def test_settings_that_steps_would_not_read_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAYWORTH_HOME", str(tmp_path))
    monkeypatch.setenv("STAYWORTH_CORE__EXECUTOR", "ray")
    read = load_settings()
    refuse_other_settings(read)
    with pytest.raises(SettingsError, match="steps read their settings from the environment"):
        refuse_other_settings(replace(read, core=replace(read.core, seed=7)))


@pytest.mark.skipif(not has_ray(), reason="the extra stayworth[ray] is not installed")
def test_a_run_with_settings_made_by_hand_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "1")  # set by a run; put back afterwards
    workspace = build_workspace(settings(tmp_path, executor="ray", ray_address=ADDRESS))
    with pytest.raises(SettingsError, match="steps read their settings from the environment"):
        run_job(workspace, "backfill", date(2024, 1, 1), date(2024, 1, 2), reuse=True)


@pytest.mark.parametrize(("executor", "is_marked"), [("in_process", True), ("ray", False)])
def test_a_step_over_a_cluster_leaves_the_mark_of_its_run_alone(
    tmp_path: Path, executor: str, *, is_marked: bool
) -> None:
    noted: dict[str, str] = {}
    context = SimpleNamespace(
        resources=SimpleNamespace(stayworth=SimpleNamespace(settings=settings(tmp_path, executor=executor))),
        run=SimpleNamespace(tags={PROCESS_TAG: "host/1/the-run"}, run_id="r"),
        instance=SimpleNamespace(add_run_tags=lambda run_id, tags: noted.update(tags)),
    )
    mark_process(context)  # type: ignore[arg-type]
    assert noted == ({PROCESS_TAG: this_process()} if is_marked else {})
