"""The batched event log tells Dagster the same as its own storage, and falls back for other events."""

import os
import shutil
import sqlite3
import warnings
from pathlib import Path

import dagster as dg
import pytest

from pipelines.instance import open_instance

DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")


with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)

    @dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
    def many_days(context: dg.AssetExecutionContext) -> None:
        for key in context.partition_keys:
            context.add_asset_metadata({"day": key}, partition_key=key)


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.DagsterInstance:
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return open_instance(tmp_path)


def test_every_day_of_a_range_is_known(instance: dg.DagsterInstance) -> None:
    tags = {
        "dagster/asset_partition_range_start": "2024-01-03",
        "dagster/asset_partition_range_end": "2024-01-20",
    }
    with instance:
        assert dg.materialize([many_days], instance=instance, tags=tags).success
        known = instance.get_materialized_partitions(dg.AssetKey("many_days"))
        assert len(known) == 18
        event = instance.get_latest_materialization_event(dg.AssetKey("many_days"))
        assert event is not None
        assert event.asset_materialization is not None
        assert event.asset_materialization.partition == "2024-01-20"
        records = instance.fetch_materializations(dg.AssetKey("many_days"), limit=100).records
        days = {record.asset_materialization.metadata["day"].value for record in records}
        assert days == {f"2024-01-{day:02d}" for day in range(3, 21)}


def test_configuration_is_written_once(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    with instance:
        path = tmp_path / "dagster" / "dagster.yaml"
        path.write_text(path.read_text() + "# mine\n")
    with open_instance(tmp_path):
        assert path.read_text().endswith("# mine\n")


@dg.asset
def one() -> None: ...


def test_connections_are_kept_over_a_run(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    connect = sqlite3.connect

    def counted(database: str, *arguments: object, **options: object) -> sqlite3.Connection:
        opened.append(str(database))
        return connect(database, *arguments, **options)  # type: ignore[arg-type]

    with instance:
        assert dg.materialize([one], instance=instance).success
        monkeypatch.setattr("sqlite3.connect", counted)
        monkeypatch.setattr("sqlite3.dbapi2.connect", counted)
        result = dg.materialize([one], instance=instance)
        assert result.success
    logs = [name for name in opened if "/history/runs/" in name]
    assert len([name for name in logs if name.endswith("index.db")]) <= 1
    assert len([name for name in logs if result.run_id in name]) <= 2, "a new one is set up over a second"


def test_a_log_that_was_moved_away_is_not_written_to(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    runs = tmp_path / "dagster" / "history" / "runs"
    with instance:
        assert dg.materialize([one], instance=instance).success
        shutil.copytree(runs, tmp_path / "kept")
        aside = runs.rename(tmp_path / "aside")
        shutil.copytree(tmp_path / "kept", runs)
        assert dg.materialize([one], instance=instance).success
        assert len(instance.fetch_materializations(one.key, limit=9).records) == 2
    with sqlite3.connect(aside / "index.db") as database:
        ended = database.execute("select count(*) from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION'")
        assert ended.fetchone() == (1,)


def test_a_forked_process_opens_its_own(instance: dg.DagsterInstance) -> None:
    with instance:
        assert dg.materialize([one], instance=instance).success
        child = os.fork()
        if child == 0:
            os._exit(0 if dg.materialize([one], instance=instance).success else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert dg.materialize([one], instance=instance).success
        assert len(instance.fetch_materializations(one.key, limit=9).records) == 3
