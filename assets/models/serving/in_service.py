"""What trainings and back-tests ask of the store and the lake beyond their frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from assets.common.effects import Effect
from assets.common.inputs import WholeInputs
from assets.customers.behaviour import BOOKING_COLUMNS
from assets.customers.group_figures import minimum_customers
from assets.customers.protocols import revenue_between
from assets.customers.units import customer_bookings, of_main_unit
from assets.models.evaluation.tuning import chosen_values
from assets.models.serving.back_test import SCORE_COLUMNS, horizon_of, replayed_test, stored_test
from assets.models.serving.kept_models import Trained, kept_models
from assets.models.serving.promotion_rule import judge
from assets.models.serving.training_log import erasure_digest, outdated_because, run_record
from assets.models.settings import model_settings
from resources.model_store import ModelStore


@dataclass(frozen=True, kw_only=True)
class Training:
    """A training as it is to be noted, and what is to happen once its checks have passed.

    Attributes:
        record: of this run.
        in_service: record of the run that serves after the effects; None where none does.
        effects: keep the models, note the run, and let it serve if it may; each may be done twice.
    """

    record: dict[str, Any]
    in_service: dict[str, Any] | None
    effects: tuple[Effect, ...]


def training_of(inputs: WholeInputs, trained: Trained) -> Training:
    """Judge the chosen model against what is served; nothing is stored yet.

    Args:
        inputs: of ``trained_models``.
        trained: with a served model.
    """
    store: ModelStore = inputs.resource("model_store")
    artefacts = [*trained.artefacts.values(), *([trained.twin] if trained.twin else [])]

    def save() -> None:
        for artefact in artefacts:
            store.save(artefact)

    keep = Effect("keep the models", save)
    versions = {name: artefact.version for name, artefact in trained.artefacts.items()}
    chosen, entry = str(trained.served), store.entry(inputs.as_of)
    former = next((run for run in store.runs() if entry and run["run_id"] == entry.get("run")), None)
    if entry and former and (entry["model"], entry["versions"]) == (chosen, versions):
        return Training(record=former, in_service=former, effects=(keep,))  # the very training in service, made again
    record = _record(inputs, trained, entry, former)

    def log() -> None:
        store.note_run(record)

    note = Effect("note the training run", log)
    if not record["is_promoted"]:
        return Training(record=record, in_service=former, effects=(keep, note))
    twin = trained.twin.version if trained.twin else None

    def serve() -> None:
        store.serve(inputs.as_of, versions, chosen, twin=twin, run=record["run_id"])

    return Training(record=record, in_service=record, effects=(keep, note, Effect(f"serve {chosen}", serve)))


def _record(
    inputs: WholeInputs, trained: Trained, entry: dict[str, Any] | None, former: dict[str, Any] | None
) -> dict[str, Any]:
    store: ModelStore = inputs.resource("model_store")
    settings, examples = model_settings(inputs.settings), of_main_unit(inputs.frame("examples"))
    erasures = erasure_digest(inputs.resource("tombstones").load().marks)
    digest = inputs.digest_of("examples")
    return run_record(
        as_of=inputs.as_of,
        models=kept_models(trained, store.relative_path),
        chosen=str(trained.served),
        serving=entry,
        judgement=judge(
            trained.twin,
            store.load(entry["model"], entry["twin"]) if entry and entry.get("twin") else None,
            examples,
            settings,
            first=entry is None,
            outdated=outdated_because(former, inputs.as_of, digest, erasures) if former else "",
        ),
        settings=settings,
        tuned=chosen_values(inputs.frame("model_tuning")),
        examples=inputs.record_of("examples"),
        examples_digest=digest,
        metrics=inputs.frame("model_metrics"),
        rows=trained.rows,
        horizon_days=trained.horizon_days,
        erasures=erasures,
    )


def tested_days(inputs: WholeInputs) -> Iterator[pl.DataFrame]:
    """Rows of ``back_test`` for stored scores whose horizon has passed, one day after the other, the newest first."""
    left = model_settings(inputs.settings).back_test_days
    bookings = customer_bookings(inputs, BOOKING_COLUMNS)
    for day in reversed(inputs.days_of("customer_scores")):
        targets = inputs.part("customer_scores", [day], ["target"])["target"].unique().to_list()
        if not left:
            return
        if not targets or day + timedelta(days=horizon_of(targets[0])) > inputs.as_of:
            continue
        realised = revenue_between(bookings, day, day + timedelta(days=horizon_of(targets[0])))
        scores = inputs.part("customer_scores", [day], SCORE_COLUMNS)
        yield stored_test(scores, day, realised, minimum_customers(inputs.settings))
        left -= 1


def replayed_origin(inputs: WholeInputs) -> Iterator[pl.DataFrame]:
    """Rows of ``back_test`` for the newest rolling origin, by the newest training."""
    settings, predictions = model_settings(inputs.settings), inputs.frame("model_predictions")
    least = minimum_customers(inputs.settings)
    for run in inputs.frame("training_runs").filter(pl.col("is_latest")).iter_rows(named=True):
        yield replayed_test(predictions, run["model"], run["version"], run["horizon_days"], settings, least)
