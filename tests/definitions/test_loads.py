"""The code location loads, and holds the assets, checks, jobs and schedule that people rely on."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.building import build_definitions
from pipelines.rooms import ROOMS, room_contracts
from pipelines.workspace import build_workspace
from resources.errors import SettingsError
from resources.settings import CoreSettings, Settings, load_settings

DAILY = {
    "raw_bookings", "raw_reviews", "quarantine", "raw_counts", "pseudonyms", "masked_reviews", "published_bookings",
    "released_bookings", "clean_reviews", "review_vectors", "review_anomaly_parts", "review_anomalies",
    "match_candidates", "booking_review_pairs", "review_embeddings", "customer_scores", "daily_ledger",
}  # fmt: skip
FITTED = {"polarity_model", "anomaly_bounds", "match_weights"}
WHOLE = {
    "bookings_by_month", "guest_aggregates", "customers", "examples", "model_predictions", "model_metrics",
    "trained_models",
}  # fmt: skip


@pytest.fixture
def definitions(tmp_path: Path) -> dg.Definitions:
    return build_definitions(build_workspace(Settings(home=tmp_path)))


def test_definitions_are_loadable(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_every_promised_asset_is_there(definitions: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert keys >= DAILY | FITTED | WHOLE


def test_assets_have_groups_owners_descriptions_and_schemas(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    groups = set()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        groups.add(node.group_name)
        assert node.description, key
        assert node.owners, key
        assert node.kinds, key
        if key.to_user_string() not in FITTED:
            assert "dagster/column_schema" in node.metadata, key
            assert node.check_keys, key
    assert groups >= set(ROOMS)


def test_jobs_select_something(definitions: dg.Definitions) -> None:
    daily = definitions.resolve_job_def("daily")
    backfill = definitions.resolve_job_def("backfill")
    evaluate = definitions.resolve_job_def("evaluate")
    assert {node.name for node in daily.nodes} >= DAILY | FITTED
    assert "customer_scores" not in {node.name for node in backfill.nodes}
    assert {node.name for node in evaluate.nodes} >= WHOLE | {"customer_scores"}


def test_schedule_asks_for_yesterday(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("every_morning")
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_schedule_context(instance, scheduled_execution_time=datetime(2024, 5, 7, 5, 0, tzinfo=UTC)) as context,
    ):
        tick = schedule.evaluate_tick(context.with_resources({}) if hasattr(context, "with_resources") else context)
    assert [request.partition_key for request in tick.run_requests or []] == ["2024-05-06"]


def test_contract_names_are_unique_and_described() -> None:
    for asset, contract in room_contracts().items():
        assert contract.asset == asset
        names = [column.name for column in contract.columns]
        assert len(names) == len(set(names))
        assert all(column.description for column in contract.columns), asset


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("STAYWORTH_PRIVACY__K", "1", "privacy.k"),
        ("STAYWORTH_PRIVACY__EPSILON", "0", "privacy.epsilon"),
        ("STAYWORTH_CORE__SOURCE", "excel", "demo, public"),
        ("STAYWORTH_CORE__HISTORY_START", "2030-01-01", "history_start"),
        ("STAYWORTH_EMBEDDINGS__TIER", "bert", "embeddings.tier"),
        ("STAYWORTH_CORE__NO_SUCH", "1", "unknown setting core.no_such"),
        ("STAYWORTH_KITCHEN__K", "1", "unknown settings section 'kitchen'"),
        ("STAYWORTH_CORE__SEED", "many", "core.seed"),
    ],
)
def test_nonsense_is_refused_at_load(tmp_path: Path, variable: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told.replace("(", r"\(")):
        build_workspace(load_settings({"STAYWORTH_HOME": str(tmp_path), variable: value}))


def test_public_without_a_folder_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"core\.data"):
        CoreSettings(source="public")
