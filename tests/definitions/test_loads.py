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
    "raw_bookings", "raw_reviews", "quarantine", "raw_counts", "pseudonyms", "stays", "review_claims",
    "masked_reviews", "verified_links", "labelled_bookings", "published_bookings", "released_bookings",
    "clean_reviews", "review_vectors", "review_anomaly_parts", "review_anomalies", "match_candidates",
    "booking_review_pairs", "review_embeddings", "customer_scores", "daily_ledger",
}  # fmt: skip
FITTED = {"polarity_model", "anomaly_bounds", "match_weights"}
WHOLE = {
    "raw_findings", "bookings_by_month", "guest_aggregates", "privacy_findings", "reviews_findings",
    "alignment_findings", "pair_counts", "customers", "customer_bands", "customer_statistics", "customers_findings",
    "review_map", "embeddings_findings", "explained_texts", "customer_reviews", "feature_influence",
    "forecast_curves", "influence_by_value", "word_influence", "words_by_value", "models_findings", "examples",
    "model_tuning", "model_predictions", "model_metrics", "model_ablations", "anomaly_sensitivity", "trained_models",
    "training_runs", "model_drift", "back_test", "customer_value", "alignment_evidence", "privacy_attacks",
    "segment_pages", "segment_themes", "customer_keys", "text_controls",
    "studies_findings", "evaluation_results", "guest_value_report",
}  # fmt: skip
STUDIES = {"price_of_privacy", "value_ceilings"}
AFTER_A_STUDY = {"studies_findings", "evaluation_results", "guest_value_report"}
JOBS = {
    "daily": DAILY | FITTED,
    "backfill": DAILY - {"customer_scores"} | FITTED,
    "evaluate": WHOLE | {"customer_scores"},
    "price_of_privacy_study": {"price_of_privacy"} | AFTER_A_STUDY,
    "ceilings_study": {"value_ceilings"} | AFTER_A_STUDY,
}


@pytest.fixture
def definitions(tmp_path: Path) -> dg.Definitions:
    return build_definitions(build_workspace(Settings(home=tmp_path)))


def test_definitions_are_loadable(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_the_promised_assets_are_there_and_no_other(definitions: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert keys == DAILY | FITTED | WHOLE | STUDIES


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


@pytest.mark.parametrize("name", JOBS)
def test_a_job_makes_its_assets_and_no_other(definitions: dg.Definitions, name: str) -> None:
    selected = definitions.resolve_job_def(name).asset_layer.executable_asset_keys
    assert {key.to_user_string() for key in selected} == JOBS[name]


def test_no_job_is_unknown(definitions: dg.Definitions) -> None:
    assert {job.name for job in definitions.jobs or ()} == set(JOBS)


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
