"""The batched event log tells Dagster the same as its own storage, and falls back for other events."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.instance import open_instance

DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")


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
