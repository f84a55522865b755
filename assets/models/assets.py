"""The models room in Dagster."""

import time
from datetime import date
from functools import partial

import polars as pl

from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.link_rows import link_rows
from assets.common.daily import DayInputs, Produced, Reads, WholeInputs, WholeProduced, daily_asset, whole_asset
from assets.common.declaration import ENCODERS, Cadence
from assets.customers.behaviour import BOOKING_COLUMNS
from assets.customers.protocols import examined_days, plan_origins
from assets.customers.settings import CustomerSettings
from assets.customers.units import customer_bookings, of_main_unit
from assets.embeddings.encode import Embed
from assets.embeddings.settings import EmbeddingSettings
from assets.models.anomaly_choice.evidence import evidence_of, scored_reviews
from assets.models.anomaly_choice.selection import sensitivity_table
from assets.models.assets_measuring import (
    customer_reviews,
    customer_value,
    explained_texts,
    feature_influence,
    forecast_curves,
    influence_by_value,
    models_findings,
    word_influence,
    words_by_value,
)
from assets.models.assets_segments import segment_pages, segment_themes
from assets.models.assets_serving import back_test, model_drift, training_runs
from assets.models.checks import (
    validate_ablations,
    validate_examples,
    validate_metrics,
    validate_predictions,
    validate_scores,
    validate_sensitivity,
    validate_trained_models,
    validate_tuning,
)
from assets.models.checks_future import examples_see_no_future, no_future_outcome
from assets.models.checks_serving import (
    NO_WORSE_IS_PROMOTED,
    no_worse_model_is_promoted,
)
from assets.models.contract import (
    ANOMALY_SENSITIVITY,
    CUSTOMER_SCORES,
    EXAMPLES,
    MODEL_ABLATIONS,
    MODEL_METRICS,
    MODEL_PREDICTIONS,
    MODEL_TUNING,
    TRAINED_MODELS,
)
from assets.models.evaluation.ablations import ablate, settings_variants, text_variants
from assets.models.evaluation.evaluate import evaluate, metrics_of
from assets.models.evaluation.text_studies import aggregation_variants, embedding_variants
from assets.models.evaluation.tuning import chosen_values, tune
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, build_examples, features_at, with_past
from assets.models.examples.sources import HISTORY, stored_sources
from assets.models.examples.text_sources import TextSources
from assets.models.serving.in_service import training_of
from assets.models.serving.kept_models import served_of, train_final
from assets.models.serving.scoring import Served, score_customers, start_model
from assets.models.serving.training_log import (
    metric_metadata,
    models_of_run,
    run_metadata,
    runs_frame,
)
from assets.models.settings import model_settings
from assets.privacy.feature_rows import LABELS
from assets.privacy.opt_outs import without_opted_out
from assets.reviews.settings import ReviewSettings
from resources.model_store import ModelStore

__all__ = [
    "back_test",
    "customer_reviews",
    "customer_value",
    "explained_texts",
    "feature_influence",
    "forecast_curves",
    "influence_by_value",
    "model_drift",
    "models_findings",
    "segment_pages",
    "segment_themes",
    "training_runs",
    "word_influence",
    "words_by_value",
]  # declared in their own file, seen by the shell


def _sources(inputs: WholeInputs) -> TextSources:
    return TextSources(
        bookings=customer_bookings(inputs),
        pairs=link_rows(inputs, BOOKING_REVIEW_PAIRS.names),
        embeddings=inputs.frame("review_embeddings"),
        anomalies=inputs.frame("review_anomalies"),
        parts=inputs.frame("review_anomaly_parts"),
        clean=inputs.frame("clean_reviews"),
    )


@whole_asset(contract=EXAMPLES, group="models", reads=HISTORY, validate=validate_examples, kinds={"polars"},
             owners=["team:models"], code_version="3", further_checks=[no_future_outcome(pl.DataFrame())])  # fmt: skip
def examples(inputs: WholeInputs) -> WholeProduced:
    """One row per protocol, customer and day T: behaviour and text known by T, and the value to predict."""
    settings = inputs.settings.room("customers", CustomerSettings)
    sources = stored_sources(inputs)
    first_day = sources.bookings["delivery_day"].min() or inputs.as_of
    is_public = inputs.source.facts.is_published
    plan = plan_origins(first_day, inputs.as_of, settings, is_public=is_public)  # type: ignore[arg-type]
    frame = build_examples(sources.bookings, sources.pairs, sources.as_stored(), plan, settings)
    days = examined_days(first_day, inputs.as_of, settings, is_public=is_public)  # type: ignore[arg-type]
    return WholeProduced(
        frame,
        {
            "observed_day": str(plan.observed),
            "cv_origins": ", ".join(map(str, plan.cv)) or "none: the history is too short",
            "holdout_origin": str(plan.holdout),
            "horizon_days": plan.horizon_days,
            "text_share": float(frame["has_text"].mean() or 0.0),  # type: ignore[arg-type]
        },
        outcomes=[examples_see_no_future(sources, days, settings)],
    )


@whole_asset(contract=MODEL_TUNING, group="models", reads=[Reads("examples", None)], validate=validate_tuning,
             kinds={"pytorch", "lightgbm"}, owners=["team:models"], code_version="3", pool=ENCODERS)  # fmt: skip
def model_tuning(inputs: WholeInputs) -> pl.DataFrame:
    """The same number of trials for every tuned model, on customers that no fold tests; none in the quick profile."""
    return tune(of_main_unit(inputs.frame("examples")), model_settings(inputs.settings), time.perf_counter)


@whole_asset(contract=MODEL_PREDICTIONS, group="models", reads=[Reads("examples", None), Reads("model_tuning", None)],
             validate=validate_predictions, kinds={"pytorch", "lightgbm"}, owners=["team:models"],
             code_version="4", pool=ENCODERS)  # fmt: skip
def model_predictions(inputs: WholeInputs) -> pl.DataFrame:
    """Out-of-sample predictions of every model on the same grouped folds and on the hold-out, with times."""
    tuned = chosen_values(inputs.frame("model_tuning"))
    return evaluate(of_main_unit(inputs.frame("examples")), model_settings(inputs.settings), tuned=tuned)


@whole_asset(contract=MODEL_METRICS, group="models", reads=[Reads("model_predictions", None)],
             validate=validate_metrics, kinds={"polars"}, owners=["team:models"], code_version="1")  # fmt: skip
def model_metrics(inputs: WholeInputs) -> WholeProduced:
    """Errors and ranking metrics per protocol, model, repeat and fold, with parameters and seconds."""
    metrics = metrics_of(inputs.frame("model_predictions"), model_settings(inputs.settings))
    return WholeProduced(metrics, metric_metadata(metrics))


@whole_asset(contract=MODEL_ABLATIONS, group="models",
             reads=[*HISTORY, Reads("examples", None), Reads("model_tuning", None)], validate=validate_ablations,
             kinds={"pytorch"}, owners=["team:models"], code_version="4", pool=ENCODERS)  # fmt: skip
def model_ablations(inputs: WholeInputs) -> WholeProduced:
    """One thing changed at a time on the same folds; the profile quick runs none."""
    settings, examples = model_settings(inputs.settings), of_main_unit(inputs.frame("examples"))
    if not settings.is_ablated:
        return WholeProduced(MODEL_ABLATIONS.empty())
    sources = _sources(inputs)
    reviews = inputs.settings.room("reviews", ReviewSettings)
    embedding = inputs.settings.room("embeddings", EmbeddingSettings)
    shelf = inputs.resource("encoders")

    def embedder(tier: str) -> Embed:
        return partial(shelf.embed, tier, model=embedding.model, pooling=embedding.pooling)

    variants = settings_variants(settings) + text_variants(examples, sources, settings.anomaly_taus, reviews.tau)
    anew, left_out = embedding_variants(examples, sources, embedding, reviews.text_treatment, embedder)
    variants += anew + aggregation_variants(examples, sources)
    table = ablate(examples, variants, settings, chosen_values(inputs.frame("model_tuning")), time.perf_counter)
    words = "; ".join(f"{tier}: {reason}" for tier, reason in left_out.items())
    return WholeProduced(table, {"encoder_tiers_left_out": words or "none"})


@whole_asset(contract=ANOMALY_SENSITIVITY, group="models", reads=[*HISTORY, Reads("examples", None)],
             validate=validate_sensitivity, kinds={"numpy"}, owners=["team:models"], code_version="1")  # fmt: skip
def anomaly_sensitivity(inputs: WholeInputs) -> pl.DataFrame:
    """Errors of a cheap forecast under other weights and thresholds of the anomaly filter; the choice in each fold."""
    settings = model_settings(inputs.settings)
    reviews = scored_reviews(
        inputs.frame("review_embeddings"),
        inputs.frame("review_anomalies"),
        inputs.frame("review_anomaly_parts"),
        inputs.frame("clean_reviews"),
    )
    evidence = evidence_of(
        of_main_unit(inputs.frame("examples")),
        customer_bookings(inputs, BOOKING_COLUMNS),
        link_rows(inputs),
        reviews,
        settings.anomaly_components,
    )
    return sensitivity_table(evidence, settings, inputs.settings.room("reviews", ReviewSettings), inputs.rng)


@whole_asset(contract=TRAINED_MODELS, group="models",
             reads=[Reads("examples", None), Reads("model_predictions", None), Reads("model_metrics", None),
                    Reads("model_tuning", None)],
             validate=validate_trained_models, kinds={"pytorch", "lightgbm"}, owners=["team:models"],
             code_version="5", pool=ENCODERS,
             further_checks=[NO_WORSE_IS_PROMOTED])  # fmt: skip
def trained_models(inputs: WholeInputs) -> WholeProduced:
    """One row per kept model of the training in service; a new training serves unless it is worse (training_runs)."""
    settings = model_settings(inputs.settings)
    trained = train_final(
        of_main_unit(inputs.frame("examples")),
        inputs.frame("model_predictions"),
        inputs.frame("model_metrics"),
        settings,
        inputs.as_of,
        chosen_values(inputs.frame("model_tuning")),
    )
    if trained.served is None:
        return WholeProduced(TRAINED_MODELS.empty(), outcomes=[NO_WORSE_IS_PROMOTED])
    training = training_of(inputs, trained)
    frame = TRAINED_MODELS.empty() if training.in_service is None else models_of_run(training.in_service)
    judged = no_worse_model_is_promoted(runs_frame([{"number": 1, **training.record}]))
    return WholeProduced(frame, run_metadata(training.record), [judged], training.effects)


@daily_asset(contract=CUSTOMER_SCORES, group="models", reads=[*HISTORY, Reads("trained_models", is_whole=True)],
             validate=validate_scores, kinds={"pytorch", "lightgbm"}, owners=["team:models"],
             code_version="3", cadence=Cadence.SCORING, pool=ENCODERS)  # fmt: skip
def customer_scores(inputs: DayInputs) -> Produced:
    """Expected value of every current customer with interval, segment and reasons, by the model known that day."""
    settings = model_settings(inputs.settings)
    customers = inputs.settings.room("customers", CustomerSettings)
    store: ModelStore = inputs.resource("model_store")
    sources = stored_sources(inputs)
    reviews = sources.as_stored()
    notices = inputs.resource("opt_outs").history()
    parts = [CUSTOMER_SCORES.empty()]
    for day in inputs.days:
        served = _served_on(store, day, customers.horizon_days)
        bookings = without_opted_out(LABELS, sources.bookings, notices, pl.lit(day))
        known = of_main_unit(features_at(bookings, sources.pairs, reviews, day, customers))
        known = with_past(known, bookings, day, served.horizon_days)
        rule = customers.segments if customers.segments != "rfm" else "thirds"
        parts.append(score_customers(known, served, day, segment_rule=rule, reasons=settings.reasons))
    return Produced(pl.concat(parts))


def _served_on(store: ModelStore, day: date, horizon_days: int) -> Served:
    in_force = store.in_force(day)
    if in_force is None:
        return start_model(horizon_days)
    name, versions = in_force
    kept = {model: store.load(model, version, BEHAVIOUR_COLUMNS) for model, version in versions.items()}
    return served_of(name, kept)
