"""What a killed process leaves in the orchestrator, the home and beside the data; what the next one does with it."""

import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets.common.marks import PROCESS_TAG
from pipelines.abandoned import close_abandoned_runs
from pipelines.backfilling import spans
from pipelines.building import build_definitions
from pipelines.homes import check_home, enter_home, world_of
from pipelines.instance import open_instance, prepare_dagster_home
from pipelines.sensors import SITUATION_TAG, after_kills
from resources.dagster_private import EngineEventData
from resources.errors import SettingsError
from resources.processes import is_gone, this_process
from resources.settings import Settings
from tests.rooms.toy import START, TABLES, run, stored_bytes, toy_definitions, toy_workspace

DAYS = [START + timedelta(days=index) for index in range(4)]


def a_dead_process() -> str:
    """The name of a process that has ended."""
    code = "from resources.processes import this_process; print(this_process())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_processes_are_told_apart() -> None:
    mine = this_process()
    assert not is_gone(mine)
    assert is_gone(a_dead_process())
    host, pid, start = mine.rsplit("/", 2)
    assert is_gone(f"{host}/{pid}/{start}0"), "another process has this number now"
    assert not is_gone(f"elsewhere/{pid}/{start}0"), "nothing is known about other machines"


def test_runs_without_a_process_are_closed_and_give_their_slots_back(tmp_path: Path) -> None:
    job = toy_definitions(toy_workspace(tmp_path, {START: [20]})).resolve_job_def("everything")
    with open_instance(tmp_path) as instance:
        begun = [
            instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags={PROCESS_TAG: process})
            for process in (a_dead_process(), this_process())
        ]
        storage = instance.event_log_storage
        storage.set_concurrency_slots("encoders", 1)
        storage.claim_concurrency_slot("encoders", begun[0].run_id, "toy_sum")
        assert storage.get_concurrency_info("encoders").active_slot_count == 1
        assert close_abandoned_runs(instance) == [begun[0].run_id]
        status = [instance.get_run_by_id(item.run_id).status for item in begun]  # type: ignore[union-attr]
        assert status == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.STARTED]
        assert storage.get_concurrency_info("encoders").active_slot_count == 0
        assert close_abandoned_runs(instance) == []


def test_a_run_that_died_before_its_mark_is_closed_by_the_process_of_its_first_event(tmp_path: Path) -> None:
    job = toy_definitions(toy_workspace(tmp_path, {START: [20]})).resolve_job_def("everything")
    dead, alive = (int(process.rsplit("/", 2)[1]) for process in (a_dead_process(), this_process()))
    with open_instance(tmp_path) as instance:
        begun = [instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED) for _ in range(3)]
        for run_, number in zip(begun[:2], (dead, alive), strict=True):
            instance.report_engine_event("Started process for run", run_, EngineEventData.in_process(number))
        assert close_abandoned_runs(instance) == [begun[0].run_id], "nothing is known of the third"


def test_what_a_killed_run_was_asked_for_is_asked_for_again_but_not_for_ever(tmp_path: Path) -> None:
    job = toy_definitions(toy_workspace(tmp_path, {START: [20]})).resolve_job_def("everything")
    asked = dg.RunRequest(run_key="backfill-1", tags={SITUATION_TAG: "backfill-1"})
    keys: list[str | None] = []
    with open_instance(tmp_path) as instance:

        def begin(**tags: str) -> dg.DagsterRun:
            run_ = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags={**asked.tags, **tags})
            instance.report_dagster_event(
                dg.DagsterEvent(event_type_value="PIPELINE_START", job_name=job.name), run_.run_id
            )
            return run_

        failed = begin()
        instance.report_run_failed(failed)
        assert after_kills(instance, asked) == asked, "a failure is no kill: tomorrow is early enough"
        for _ in range(5):
            begin(**{PROCESS_TAG: a_dead_process()})
            close_abandoned_runs(instance)
            keys.append(after_kills(instance, asked).run_key)
        never = asked.with_replaced_attrs(run_key="x", tags={SITUATION_TAG: "never started"})
        waiting = instance.create_run_for_job(job, tags=dict(never.tags))
        instance.report_run_failed(waiting)
        assert after_kills(instance, never).run_key == "x-1"
    assert keys == ["backfill-1-1", "backfill-1-2", "backfill-1-3", "backfill-1-3", "backfill-1-3"]


def test_days_that_a_killed_run_stored_are_told_to_the_orchestrator(tmp_path: Path) -> None:
    """The files were promoted, and the process was gone before it could tell."""
    amounts = {day: [20] for day in DAYS}
    workspace = toy_workspace(tmp_path, amounts)
    with dg.DagsterInstance.ephemeral() as forgetful:
        assert run(workspace, DAYS[0], DAYS[2], forgetful).success
    good = stored_bytes(workspace)
    with open_instance(tmp_path) as instance:
        job = toy_definitions(workspace).resolve_job_def("everything")
        tags = {
            "stayworth/reuse": "true",
            "dagster/asset_partition_range_start": str(DAYS[0]),
            "dagster/asset_partition_range_end": str(DAYS[-1]),
        }
        assert job.execute_in_process(tags=tags, instance=instance, raise_on_error=False).success
        for table in TABLES:
            assert instance.get_materialized_partitions(dg.AssetKey(table)) == {str(day) for day in DAYS}
    assert {name: content for name, content in stored_bytes(workspace).items() if name in good} == good


def test_left_over_files_are_swept_once_nobody_can_own_them(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path, {day: [20] for day in DAYS})
    folder = workspace.lake.root / "internal" / ".staging" / "toy_sum"
    folder.mkdir(parents=True)
    for name, age in (("2024-01-01.old.parquet", 7_200), ("2024-01-01.new.parquet", 0)):
        (folder / name).write_bytes(b"half a file")
        moment = time.time() - age
        os.utime(folder / name, (moment, moment))
    assert run(workspace, DAYS[0], DAYS[-1]).success
    assert [path.name for path in folder.iterdir()] == ["2024-01-01.new.parquet"], "it may belong to a run that goes on"
    assert workspace.lake.days("toy_sum") == DAYS


def test_a_swap_of_worlds_that_was_cut_short_is_ended_by_the_next_run(tmp_path: Path) -> None:
    first, second = (Settings(home=tmp_path, sections={"demo": {"seed": seed}}) for seed in (1, 2))
    for settings in (first, second):
        enter_home(settings)
        for name in ("lake", "models"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "whose").write_text(world_of(settings))
    enter_home(first)
    aside = tmp_path / "worlds" / world_of(first)
    aside.mkdir(exist_ok=True)
    (tmp_path / "models").rename(aside / "models")  # as if it had been killed between two renames
    with pytest.raises(SettingsError, match="cut short"):
        check_home(first)
    assert enter_home(first) is None
    check_home(first)
    assert {(tmp_path / name / "whose").read_text() for name in ("lake", "models")} == {world_of(first)}
    (tmp_path / "models").rename(aside / "models")
    assert enter_home(second) == world_of(first)
    assert {(tmp_path / name / "whose").read_text() for name in ("lake", "models")} == {world_of(second)}


def test_the_orchestrators_configuration_is_whole_and_limits_pools(tmp_path: Path) -> None:
    folder = prepare_dagster_home(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["dagster.yaml"]
    with open_instance(tmp_path) as instance:
        limits = instance.event_log_storage.get_pool_config()
        assert limits.default_pool_limit == 1
        assert instance.run_monitoring_enabled
    pools = {
        node.key.path[-1]: node.pools for node in build_definitions().resolve_asset_graph().asset_nodes if node.pools
    }
    one_accelerator = {
        "review_vectors", "review_anomaly_parts", "review_embeddings", "model_tuning", "model_predictions",
        "model_ablations", "trained_models", "customer_scores", "privacy_attacks", "models_findings",
        "explained_texts", "embeddings_findings", "word_influence",
    }  # fmt: skip
    one_budget = {"bookings_by_month", "guest_aggregates"}
    assert pools == dict.fromkeys(one_accelerator, {"encoders"}) | dict.fromkeys(one_budget, {"ledger"})


def test_a_range_is_cut_into_consecutive_spans() -> None:
    first = date(2024, 1, 1)
    for days in range(1, 12):
        for runs in range(1, days + 1):
            parts = spans(first, first + timedelta(days=days - 1), runs)
            assert len(parts) == runs
            assert [day for part in parts for day in (part[0], part[1])] == sorted(
                day for part in parts for day in part
            )
            lengths = [(last - start).days + 1 for start, last in parts]
            assert sum(lengths) == days
            assert max(lengths) - min(lengths) <= 1
    with pytest.raises(SettingsError, match="--runs 3 does not fit 2 days"):
        spans(first, first + timedelta(days=1), 3)
