"""What trainings and back-tests ask of the store and the lake beyond their frames."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import polars as pl

from assets.common.inputs import WholeInputs
from assets.customers.behaviour import BOOKING_COLUMNS
from assets.customers.protocols import revenue_between
from assets.models.evaluation.tuning import chosen_values
from assets.models.serving.back_test import SCORE_COLUMNS, horizon_of, replayed_test, stored_test
from assets.models.serving.kept_models import Trained, kept_models
from assets.models.serving.promotion_rule import judge
from assets.models.serving.training_log import erasure_digest, outdated_because, run_record
from assets.models.settings import model_settings
from resources.model_store import ModelStore


def note_training(inputs: WholeInputs, trained: Trained) -> dict[str, Any]:
    """Store the models, judge the chosen one against what is served, note the run, and let it serve if it may."""
    store: ModelStore = inputs.resource("model_store")
    settings, examples = model_settings(inputs.settings), inputs.frame("examples")
    versions = {name: store.save(artefact) for name, artefact in trained.artefacts.items()}
    twin = store.save(trained.twin) if trained.twin else None
    chosen = str(trained.served)
    entry = store.entry(inputs.as_of)
    former = next((run for run in store.runs() if entry and run["run_id"] == entry.get("run")), None)
    if entry and former and (entry["model"], entry["versions"]) == (chosen, versions):
        return former  # the very training that is in service, made again
    lake, erasures = inputs.workspace.lake, erasure_digest(inputs.resource("tombstones").load().marks)
    digest = lake.digest("examples", None) or ""
    record = store.note_run(
        run_record(
            as_of=inputs.as_of,
            models=kept_models(trained, store.relative_path),
            chosen=chosen,
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
            examples=lake.record("examples", None),
            examples_digest=digest,
            metrics=inputs.frame("model_metrics"),
            rows=trained.rows,
            horizon_days=trained.horizon_days,
            erasures=erasures,
        )
    )
    if record["is_promoted"]:
        store.serve(inputs.as_of, versions, chosen, twin=twin, run=record["run_id"])
    return record


def tested_days(inputs: WholeInputs) -> Iterator[pl.DataFrame]:
    """Rows of ``back_test`` for stored scores whose horizon has passed, one day after the other, the newest first."""
    lake, left = inputs.workspace.lake, model_settings(inputs.settings).back_test_days
    bookings = inputs.history("published_bookings", BOOKING_COLUMNS)
    for day in reversed(lake.days("customer_scores")):
        targets = lake.rows("customer_scores", day, ["target"])["target"].unique().to_list()
        if not left:
            return
        if not targets or day + timedelta(days=horizon_of(targets[0])) > inputs.as_of:
            continue
        realised = revenue_between(bookings, day, day + timedelta(days=horizon_of(targets[0])))
        yield stored_test(lake.rows("customer_scores", day, SCORE_COLUMNS), day, realised)
        left -= 1


def replayed_origin(inputs: WholeInputs) -> Iterator[pl.DataFrame]:
    """Rows of ``back_test`` for the newest rolling origin, by the newest training."""
    settings, predictions = model_settings(inputs.settings), inputs.frame("model_predictions")
    for run in inputs.frame("training_runs").filter(pl.col("is_latest")).iter_rows(named=True):
        yield replayed_test(predictions, run["model"], run["version"], run["horizon_days"], settings)
