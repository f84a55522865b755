"""The branches of the results, computed from stored tables. Knows the shell's inputs, not Dagster."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from assets.common.inputs import WholeInputs
from assets.customers.leakage import leakage_table, leakage_tree
from assets.customers.protocols import PROSPECTIVE
from assets.models.estimators.registry import FUSION, NAIVE
from assets.models.estimators.spec import model_spec
from assets.models.evaluation.controls import shuffle_texts
from assets.models.evaluation.evaluate import best_model, evaluate, metrics_of
from assets.models.evaluation.tuning import chosen_values
from assets.models.settings import model_settings
from assets.reports.leakage import observed_text
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

Tree = dict[str, Any]


def leakage_branch(inputs: WholeInputs) -> Tree:
    """``customers.leakage``: what each set of features knows of the observed window's value, texts included."""
    customers = inputs.frame("customers")
    if customers.is_empty():
        return {}
    text = observed_text(inputs.frame("examples"), model_settings(inputs.settings).tree_components)
    return {"customers": {"leakage": leakage_tree(leakage_table(customers, inputs.rng, text=text))}}


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
