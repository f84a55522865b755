"""The assets of both rooms over a small stored history: from published bookings to the scores of a day."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from assets.common.promotion import produce_days
from assets.common.whole import produce_whole, record_of
from assets.common.workspace import Workspace
from assets.customers.assets import customers
from assets.customers.settings import CustomerSettings
from assets.models.assets import (
    back_test,
    customer_scores,
    examples,
    model_ablations,
    model_drift,
    model_metrics,
    model_predictions,
    model_tuning,
    trained_models,
    training_runs,
)
from assets.models.examples import dataset
from assets.models.serving.promotion_rule import verdict
from assets.models.settings import ModelSettings
from assets.privacy.opt_outs import HISTORY
from pipelines.rooms import room_contracts
from resources.errors import SourceError
from resources.lake import InputRecord
from resources.model_store import ModelStore
from resources.settings import CoreSettings, Settings
from resources.sources.base import SourceFacts
from resources.tombstones import Tombstones
from tests.unit.customers.build import DAY, as_stays, random_bookings
from tests.unit.models.build import pairs_of, reviews_of

LENGTH = 260
STEP = 20  # rows come on every twentieth day, so that few files are written
DEFAULTS = {pl.String: "x", pl.Boolean: False, pl.Date: DAY}
SECTIONS = {
    "customers": {"horizon_days": 60, "min_history_days": 40, "cv_step_days": 20},
    "models": {"models": "same_as_past,lightgbm,gated_fusion", "folds": 2, "max_epochs": 2, "boosting_rounds": 5,
               "boosting_min_leaf": 2, "behaviour_layers": "8,4", "text_width": 6, "fused_width": 4,
               "tuning_trials": 2, "is_ablated": True, "anomaly_taus": "0.2,0.3"},
}  # fmt: skip


class Counted:
    """An encoder shelf whose vectors count letters: five dimensions, another number than the stored ones have."""

    def embed(self, tier, texts, *, model=None, pooling="mean"):
        if tier == "minilm":
            message = "the model is not here"
            raise SourceError(message)
        raw = np.array([[1 + text.count(letter) for letter in "aeiou"] for text in texts], dtype=np.float32)
        raw = raw.reshape(len(texts), 5)
        return raw / np.linalg.norm(raw, axis=1, keepdims=True)


class NobodyLeft:
    """A register of opt-outs without a notice."""

    def history(self):
        return pl.DataFrame(schema=HISTORY)


class NobodyErased:
    """A store of tombstones without a guest."""

    def load(self):
        return Tombstones(None)


def on_steps(frame):
    """Move delivery days to every twentieth day up to the last one."""
    back = (pl.lit(DAY) - pl.col("delivery_day")).dt.total_days() // STEP * STEP
    return frame.with_columns(delivery_day=pl.lit(DAY) - pl.duration(days=back))


def fill(contract, frame):
    """Add the contract's other columns with plain values."""
    missing = [column for column in contract.columns if column.name not in frame.columns]
    values = {c.name: pl.lit(None if c.nullable else DEFAULTS.get(c.dtype, 0), c.dtype) for c in missing}
    return contract.conform(frame.with_columns(**values).select(contract.names))


def store(workspace, asset, frame):
    contract = workspace.contracts[asset]
    filled = fill(contract, frame)
    for back in range(0, LENGTH, STEP):
        day = DAY - timedelta(days=back)
        rows = filled.filter(pl.col("delivery_day") == day)
        record = InputRecord(asset=asset, partition=str(day), inputs={}, records={}, settings="s", code_version="1")
        workspace.lake.promote(workspace.lake.stage(contract, day, rows, record))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    made = Workspace(
        settings=Settings(home=home, core=CoreSettings(), sections=SECTIONS),
        contracts=room_contracts(),
        room_settings={"customers": CustomerSettings, "models": ModelSettings},
        history_start=DAY - timedelta(days=LENGTH),
        build_source=lambda settings: SimpleNamespace(facts=SourceFacts(title="rows", covers="rows")),
        services={
            "model_store": lambda workspace: ModelStore(home / "models"),
            "opt_outs": lambda workspace: NobodyLeft(),
            "tombstones": lambda workspace: NobodyErased(),
            "encoders": lambda workspace: Counted(),
        },
    )
    bookings = on_steps(random_bookings(1, customers=40, days=LENGTH))
    embeddings, anomalies, parts, clean = reviews_of(1)
    told = pl.lit("A clean and quiet room with a wide view of ") + pl.col("review_id")
    clean = clean.with_columns(positive_text=told, text=told)
    days = on_steps(embeddings.with_columns(
        delivery_day=pl.lit(DAY) - pl.duration(days=pl.Series(np.arange(embeddings.height) * 6))
    )).select("review_id", "delivery_day")  # fmt: skip
    pairs = pairs_of(1, bookings, embeddings).with_columns(delivery_day=pl.col("delivery_day") + timedelta(days=6))
    store(workspace=made, asset="stays", frame=as_stays(bookings))
    store(workspace=made, asset="booking_review_pairs", frame=pairs.filter(pl.col("delivery_day") <= DAY))
    store(workspace=made, asset="review_embeddings", frame=embeddings.drop("delivery_day").join(days, on="review_id"))
    store(workspace=made, asset="review_anomalies", frame=anomalies.drop("delivery_day").join(days, on="review_id"))
    store(workspace=made, asset="review_anomaly_parts", frame=parts.drop("delivery_day").join(days, on="review_id"))
    store(workspace=made, asset="clean_reviews", frame=clean.drop("delivery_day").join(days, on="review_id"))
    return made


@pytest.fixture(scope="module")
def reports(workspace):
    made = [customers, examples, model_tuning, model_predictions, model_metrics, model_ablations, trained_models]
    return {item.contract.asset: produce_whole(workspace, item) for item in made}


def read(workspace, asset):
    return workspace.lake.read(workspace.contracts[asset])


def test_every_table_is_promoted(reports):
    assert {name: report.failed for name, report in reports.items()} == dict.fromkeys(reports, [])
    assert all(report.rows > 0 for report in reports.values())


def test_the_tables_fit_together(workspace, reports):
    table = read(workspace, "examples")
    assert table["has_text"].any()
    assert set(table["protocol"]) == {"observed", "prospective"}
    observed = table.filter(pl.col("protocol") == "observed").sort("pseudo_customer_id")
    values = read(workspace, "customers").sort("pseudo_customer_id")
    assert observed["target_clv"].to_list() == values["clv"].cast(pl.Float64).to_list()
    assert reports["examples"].metadata["horizon_days"] == 60


def test_texts_are_embedded_anew_for_their_studies_and_a_tier_that_is_not_here_is_named(workspace, reports):
    studies = set(read(workspace, "model_ablations").select("study", "variant").iter_rows())
    assert {("text_treatment", "reference"), ("text_treatment", "paper instead of ours")} <= studies
    assert ("text_aggregation", "latest review only") in studies
    assert not {study for study, _ in studies} & {"encoder_tier"}  # nothing to compare with
    assert reports["model_ablations"].metadata["encoder_tiers_left_out"] == "minilm: the model is not here"


def test_a_day_is_scored_by_the_model_known_by_then(workspace, reports):
    before = DAY - timedelta(days=STEP)
    report = produce_days(workspace, customer_scores.spec, [before, DAY])
    assert report.failed == {}
    assert set(report.promoted) == {before, DAY}
    contract = workspace.contracts["customer_scores"]
    scores = workspace.lake.read_days(contract, [before, DAY])
    early, late = (scores.filter(pl.col("delivery_day") == day) for day in (before, DAY))
    assert set(early["model_version"]) == {"start"}
    served = read(workspace, "trained_models").filter(pl.col("is_served"))
    assert set(late["model_version"]) == {served["version"][0]}
    assert late["pseudo_customer_id"].n_unique() == late.height == read(workspace, "customers").height


def test_days_scored_alone_give_the_same_rows(workspace, reports):
    contract = workspace.contracts["customer_scores"]
    days = [DAY - timedelta(days=STEP), DAY]
    produce_days(workspace, customer_scores.spec, days)
    together = workspace.lake.read_days(contract, days)
    for day in reversed(days):
        produce_days(workspace, customer_scores.spec, [day])
    assert workspace.lake.read_days(contract, days).equals(together)


def test_drift_and_back_test_stand_on_stored_scores(workspace, reports):
    early = DAY - timedelta(days=4 * STEP)  # its 60 days have passed
    produce_days(workspace, customer_scores.spec, [early, DAY])
    assert produce_whole(workspace, training_runs).failed == []
    drift = produce_whole(workspace, model_drift)
    assert drift.failed == []
    assert drift.metadata["psi_value"] >= 0
    assert set(read(workspace, "model_drift")["kind"]) == {"input", "score"}
    assert produce_whole(workspace, back_test).failed == []
    pending = workspace.lake.record("back_test", None).pending
    assert not [reason for reason in pending if "customer_scores" in reason]
    table = read(workspace, "back_test")
    assert set(table["kind"]) == {"stored", "replayed"}
    stored = table.filter((pl.col("kind") == "stored") & (pl.col("decile") == 0))
    assert stored["as_of"].to_list() == [early]
    assert stored["model_version"].to_list() == ["start"]
    assert stored["coverage"][0] > 0
    other = DAY - timedelta(days=6 * STEP)  # scored later: what was read has changed
    before = record_of(workspace, back_test)[0]
    assert before.same_inputs(workspace.lake.record("back_test", None))
    produce_days(workspace, customer_scores.spec, [other])
    assert not record_of(workspace, back_test)[0].same_inputs(before)
    assert produce_whole(workspace, back_test, reuse=True).failed == []
    assert set(read(workspace, "back_test").filter(pl.col("kind") == "stored")["as_of"]) == {early, other}


def retrained(workspace, **changed):
    settings = Settings(
        home=workspace.settings.home, core=CoreSettings(),
        sections={**SECTIONS, "models": {**SECTIONS["models"], **changed}},
    )  # fmt: skip
    return Workspace(**{
        name: getattr(workspace, name)
        for name in ("contracts", "room_settings", "history_start", "build_source", "services")
    }, settings=settings)  # fmt: skip


def test_a_worse_model_is_refused_and_the_old_one_goes_on_serving(workspace, reports, monkeypatch):
    first = produce_whole(workspace, trained_models)
    assert first.metadata["is_promoted"]
    before, store = read(workspace, "trained_models"), workspace.resource("model_store")
    entry, rounds = store.entry(DAY), len(store.runs())
    assert before["version"].to_list() == list(entry["versions"].values())
    assert produce_whole(workspace, trained_models).metadata["training_run"] == entry["run"]
    assert len(store.runs()) == rounds  # the training in service, made again

    other = retrained(workspace, boosting_rounds=2, max_epochs=1)
    for item in (model_tuning, model_predictions, model_metrics):
        assert produce_whole(other, item).failed == []
    judged = []

    def judge(twin, serving, examples, settings, *, first, outdated):
        assert outdated == ""
        judged.append((twin, serving, first))
        return verdict(DAY, 130.0, 100.0, "rmse", 0.02)

    monkeypatch.setattr("assets.models.serving.in_service.judge", judge)
    report = produce_whole(other, trained_models)
    assert report.failed == []
    assert report.metadata["is_promoted"] is False
    assert store.entry(DAY) == entry
    assert read(workspace, "trained_models").equals(before)
    assert [(serving is not None, is_first) for _, serving, is_first in judged] == [(True, False)]
    outcomes = {item.name: item for item in produce_whole(other, training_runs).outcomes}
    assert not outcomes["newest_model_is_not_worse_than_the_serving_one"].passed
    assert outcomes["no_worse_model_is_promoted"].passed
    assert read(workspace, "training_runs").height == rounds + 1


def test_a_red_promotion_leaves_the_old_model_in_service(workspace, reports, monkeypatch):
    """The judgement is made to promote a model that is worse: the check stops it before anything is stored."""
    before, store = read(workspace, "trained_models"), workspace.resource("model_store")
    entry, runs = store.entry(DAY), store.runs()
    kept = {name: store.versions(name) for name in before["model"].to_list()}
    other = retrained(workspace, boosting_rounds=3, max_epochs=1)
    for item in (model_tuning, model_predictions, model_metrics):
        assert produce_whole(other, item).failed == []
    worse = replace(verdict(DAY, 130.0, 100.0, "rmse", 0.02), is_promoted=True)
    monkeypatch.setattr("assets.models.serving.in_service.judge", lambda *_, **__: worse)
    report = produce_whole(other, trained_models)
    assert [text.partition(":")[0] for text in report.failed] == ["no_worse_model_is_promoted"]
    assert store.entry(DAY) == entry
    assert store.runs() == runs
    assert {name: store.versions(name) for name in kept} == kept
    assert read(workspace, "trained_models").equals(before)


def test_examples_that_see_later_pairs_stop_the_run(workspace, reports, monkeypatch):
    before = read(workspace, "examples")
    own = dataset.text_block

    def leaking(customers, pairs, reviews, as_of):
        return own(customers, pairs.with_columns(pl.min_horizontal("delivery_day", pl.lit(as_of))), reviews, as_of)

    monkeypatch.setattr(dataset, "text_block", leaking)
    report = produce_whole(workspace, examples)
    assert any(text.startswith("examples_see_no_future") for text in report.failed)
    assert read(workspace, "examples").equals(before)
