"""The branches of the results, computed from stored tables. Knows the shell's inputs, not Dagster."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from assets.alignment.evidence import summary, weight_chart
from assets.alignment.match_probability import MatchWeights, assumed_weights
from assets.alignment.settings import AlignmentSettings
from assets.common.inputs import WholeInputs
from assets.customers.leakage import leakage_table
from assets.customers.protocols import PROSPECTIVE
from assets.embeddings.settings import EmbeddingSettings
from assets.models.estimators.registry import FUSION, NAIVE
from assets.models.estimators.spec import model_spec
from assets.models.evaluation.controls import shuffle_texts
from assets.models.evaluation.evaluate import best_model, evaluate, metrics_of
from assets.models.evaluation.tuning import chosen_values
from assets.models.settings import model_settings
from assets.privacy.settings import PrivacySettings
from assets.raw.settings import RawSettings
from assets.reports.leakage import observed_text
from assets.reports.measure_data import customer_results, dataset_results, privacy_results, review_results
from assets.reports.measure_evaluation import (
    calibration_tree,
    claim_frame,
    claim_tree,
    recommendation,
    study_frame,
    study_tree,
    tuning_frame,
    tuning_tree,
)
from assets.reports.measure_models import (
    ablation_results,
    gate_results,
    group_results,
    model_results,
    permutation_results,
    segment_results,
    significance_results,
)
from assets.reports.settings import ReportsSettings
from assets.reports.truth import alignment_truth, review_truth, true_links
from assets.reviews.settings import ReviewSettings

Tree = dict[str, Any]


def data_branches(inputs: WholeInputs) -> tuple[Tree, Tree]:
    """``dataset``, ``privacy``, ``reviews``, ``customers``; and what was not run."""
    counts, published = inputs.frame("raw_counts"), inputs.frame("published_bookings")
    anomalies = inputs.frame("review_anomalies")
    policy = inputs.settings.room("raw", RawSettings).policy
    later = {
        "bookings": {"withheld": published.height, "published": published.height},
        "reviews": {
            "english": inputs.frame("clean_reviews").height,
            "retained": anomalies.filter(~pl.col("is_excluded")).height,
        },
    }
    dataset, not_run = dataset_results(counts, policy, later)
    own = counts.filter((pl.col("policy") == policy) & (pl.col("stream") == "bookings"))
    privacy = inputs.settings.room("privacy", PrivacySettings)
    branches: Tree = {"dataset": dataset}
    if published.height:
        branches["privacy"] = privacy_results(
            published, int(own["kept"].sum()), privacy, inputs.resource("ledger").report()
        ) | {"published": published.height}
    polarity = inputs.records("polarity_model").for_day(inputs.as_of)
    branches["reviews"] = review_results(anomalies, inputs.settings.room("reviews", ReviewSettings), polarity)
    customers = inputs.frame("customers")
    if customers.height:
        text = observed_text(inputs.frame("examples"), model_settings(inputs.settings).tree_components)
        branches["customers"] = customer_results(customers, leakage_table(customers, inputs.rng, text=text))
    return branches, not_run


def alignment_branch(inputs: WholeInputs) -> Tree:
    """Pairs in numbers and the weights in force on the last day."""
    settings = inputs.settings.room("alignment", AlignmentSettings)
    pairs = inputs.frame("booking_review_pairs")
    lake = inputs.workspace.lake
    stored = [lake.record("match_candidates", day) for day in lake.days("match_candidates") if day <= inputs.as_of]
    tree: Tree = dict(summary(inputs.frame("published_bookings"), pl.DataFrame(), pairs, settings))
    tree["candidates"] = sum(record.rows_out for record in stored if record is not None)
    payload = inputs.records("match_weights").for_day(inputs.as_of)
    weights = MatchWeights.from_payload(payload) if payload else assumed_weights(settings)
    tree["weights_identified"] = bool(weights.is_identified)
    by_context = tree["context_pairs"] > tree["exact_pairs"]
    identity, assumed = ("context", settings.context_threshold) if by_context else ("exact", settings.threshold)
    tree["threshold"] = weights.threshold.get(identity, assumed)
    chart: Tree = {}
    for order, row in enumerate(weight_chart(weights).iter_rows(named=True)):
        levels = chart.setdefault(row["field"], {})
        levels[row["level"]] = {"bits": row["weight"], "is_learned": row["is_learned"], "order": order}
    return tree | {"weights": chart}


def truth_branches(inputs: WholeInputs) -> tuple[Tree, Tree]:
    """What the simulated truth adds to ``alignment`` and ``reviews.anomaly``; empty where it is not known."""
    if not inputs.source.facts.knows_truth:
        return {}, {}
    truth = inputs.source.truth(inputs.as_of)  # type: ignore[attr-defined]
    pairing = alignment_truth(inputs.frame("booking_review_pairs"), true_links(truth, inputs.key))
    anomalies, parts = inputs.frame("review_anomalies"), inputs.frame("review_anomaly_parts")
    return pairing, review_truth(anomalies, parts, truth, inputs.key)


def embedding_branch(inputs: WholeInputs, texts: int, clock: Callable[[], float] = time.perf_counter) -> Tree:
    """Reviews embedded (all clean ones: embedding conserves rows), dimensions, and the encoder's speed here.

    Args:
        inputs: of the asset.
        texts: how many reviews the speed is measured on.
        clock: seconds; speeds are not reproducible, and listed as such.
    """
    settings = inputs.settings.room("embeddings", EmbeddingSettings)
    encoder = inputs.resource("encoders").encoder(settings.tier, model=settings.model, pooling=settings.pooling)
    sample = inputs.frame("clean_reviews")["text"].unique(maintain_order=True).head(texts).to_list()
    branch: Tree = {"reviews": inputs.frame("clean_reviews").height, "dimensions": encoder.dimensions}
    if sample:
        encoder.encode(sample[:8])  # the first call loads the model
        started = clock()
        encoder.encode(sample)
        branch["reviews_per_second"] = len(sample) / max(clock() - started, 1e-9)
    return {settings.tier: branch}


def model_branches(inputs: WholeInputs, report: ReportsSettings) -> Tree:
    """``models``, ``gate``, ``controls``, ``ablations``."""
    metrics, predictions = inputs.frame("model_metrics"), inputs.frame("model_predictions")
    if metrics.is_empty():
        return {}
    settings = model_settings(inputs.settings)
    models = model_results(
        metrics,
        predictions,
        folds=settings.folds,
        mape_floor=settings.mape_floor,
        draws=report.bootstrap_draws,
        rng=inputs.rng,
    )
    ablations = ablation_results(models, ("prospective_cv", "observed"))
    for protocol in list(models):
        models[protocol]["best"] = best_model(metrics, protocol)
    customers, examples = inputs.frame("customers"), inputs.frame("examples")
    best = models.get("prospective_cv", {}).get("best")
    models["significance"] = significance_results(metrics, settings.folds)
    models["calibration"] = calibration_tree(predictions, list(dict.fromkeys((best or NAIVE, FUSION, NAIVE))))
    models["recommendation"] = recommendation(metrics, settings.folds)
    claims = claim_frame(metrics, settings.folds, inputs.rng, report.bootstrap_draws)
    models["segments"] = segment_results(predictions, customers, settings.mape_floor, FUSION)
    models["groups"] = group_results(predictions, examples, best, inputs.rng, report.bootstrap_draws) if best else {}
    profile = inputs.settings.core.profile
    names = [name for name in settings.models if profile in model_spec(name).shuffled_in]
    shuffled = shuffled_metrics(inputs, names) if "prospective_cv" in models else metrics.clear()
    return {
        "models": models,
        "gate": gate_results(predictions, customers, examples),
        "controls": {"permutation": permutation_results(metrics, shuffled, settings.folds, names)},
        "ablations": ablations,
        "claims": claim_tree(claims),
        "studies": study_tree(study_frame(inputs.frame("model_ablations"), settings.folds)),
        "tuning": tuning_tree(tuning_frame(inputs.frame("model_tuning"))),
    }


def shuffled_metrics(inputs: WholeInputs, names: Sequence[str]) -> pl.DataFrame:
    """Metrics of models that read text after the texts were dealt out anew among the customers; same folds.

    The hold-out's rows go along: the folds are dealt over the customers of both.
    """
    settings = model_settings(inputs.settings)
    settings = replace(settings, models=(NAIVE, *names), repeats=settings.other_repeats)
    rows = inputs.frame("examples").filter(pl.col("protocol") == PROSPECTIVE)
    tuned = chosen_values(inputs.frame("model_tuning"))
    shuffled = evaluate(shuffle_texts(rows, inputs.rng), settings, tuned=tuned, is_holdout_tested=False)
    return metrics_of(shuffled, settings)


def merge(*branches: Mapping[str, Any]) -> Tree:
    """Branches as one tree; later ones add to earlier ones."""
    tree: Tree = {}
    for branch in branches:
        for name, value in branch.items():
            both = isinstance(value, Mapping) and isinstance(tree.get(name), Mapping)
            tree[name] = merge(tree[name], value) if both else _plain(value)
    return tree


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return merge(value)
    return value.item() if isinstance(value, np.generic) else value
