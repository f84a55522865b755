"""Models in service, in Dagster: their trainings, how far their inputs have moved, what came of what they said."""

import polars as pl

from assets.common.daily import Reads, WholeInputs, WholeProduced, whole_asset
from assets.customers.group_figures import minimum_customers
from assets.customers.settings import CustomerSettings
from assets.customers.units import of_main_unit
from assets.models.checks_serving import validate_back_test, validate_drift, validate_training_runs
from assets.models.contract_serving import BACK_TEST, MODEL_DRIFT, TRAINING_RUNS
from assets.models.examples.dataset import features_at
from assets.models.examples.sources import HISTORY, stored_sources
from assets.models.serving.back_test import back_test_metadata
from assets.models.serving.drift import drift_metadata, drift_table
from assets.models.serving.in_service import replayed_origin, tested_days
from assets.models.serving.training_log import run_metadata, runs_frame
from assets.models.settings import model_settings
from assets.privacy.feature_rows import LABELS, booking_reads
from assets.privacy.opt_outs import without_opted_out
from resources.model_store import ModelStore


@whole_asset(contract=TRAINING_RUNS, group="models", reads=[Reads("trained_models", None)],
             validate=validate_training_runs, kinds={"json"}, owners=["team:models"], code_version="1")  # fmt: skip
def training_runs(inputs: WholeInputs) -> WholeProduced:
    """Every training run with settings, input hash, metrics, artefact and the decision on its promotion."""
    store: ModelStore = inputs.resource("model_store")
    records = store.runs()
    return WholeProduced(runs_frame(records), run_metadata(records[-1]) if records else {})


@whole_asset(contract=MODEL_DRIFT, group="models",
             reads=[*HISTORY, Reads("examples", None), Reads("model_predictions", None), Reads("customer_scores", 0)],
             validate=validate_drift, kinds={"numpy"}, owners=["team:models"], code_version="2")  # fmt: skip
def model_drift(inputs: WholeInputs) -> WholeProduced:
    """Population stability index of every input and of the score: training examples against the newest customers."""
    day, customers = inputs.as_of, inputs.settings.room("customers", CustomerSettings)
    notices = inputs.resource("opt_outs").history()
    sources = stored_sources(inputs)
    bookings = without_opted_out(LABELS, sources.bookings, notices, pl.lit(day))
    newest = of_main_unit(features_at(bookings, sources.pairs, sources.as_stored(), day, customers))
    drift = drift_table(
        of_main_unit(inputs.frame("examples")),
        newest,
        inputs.frame("model_predictions"),
        inputs.frame("customer_scores"),
        day,
        model_settings(inputs.settings),
        minimum_customers(inputs.settings),
    )
    return WholeProduced(drift, drift_metadata(drift))


@whole_asset(contract=BACK_TEST, group="models",
             reads=[*booking_reads(), Reads("customer_scores", None, is_sparse=True),
                    Reads("model_predictions", None), Reads("training_runs", None)],
             validate=validate_back_test, kinds={"numpy"}, owners=["team:models"], code_version="3")  # fmt: skip
def back_test(inputs: WholeInputs) -> WholeProduced:
    """Past predictions against the revenue realised since: error, ranking, interval, calibration by scored day."""
    table = pl.concat([BACK_TEST.empty(), *tested_days(inputs), *replayed_origin(inputs)])
    return WholeProduced(table, back_test_metadata(table, inputs.settings.core.currency))
