"""The room's findings: from its tables and its kept models to rows under the names of results.json."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.common.findings import Disclosure, Tree, merged
from assets.customers.protocols import OBSERVED, PROSPECTIVE
from assets.customers.units import main_unit
from assets.models.estimators.registry import FUSION, NAIVE
from assets.models.estimators.spec import model_spec
from assets.models.evaluation.controls import shuffle_texts
from assets.models.evaluation.evaluate import PROSPECTIVE_CV, best_model, evaluate
from assets.models.evaluation.tuning import chosen_values
from assets.models.findings.accuracy import (
    ablation_results,
    group_results,
    model_results,
    segment_results,
    significance_results,
)
from assets.models.findings.advice import recommendation
from assets.models.findings.anomaly_filter import sensitivity_results
from assets.models.findings.bench import KeptModel, TextBench
from assets.models.findings.customer_lists import customer_results
from assets.models.findings.evidence import (
    calibration_tree,
    claim_frame,
    claim_tree,
    study_frame,
    study_tree,
    tuning_frame,
    tuning_tree,
)
from assets.models.findings.examples import example_counts
from assets.models.findings.explanations import model_explanation
from assets.models.findings.gate import gate_results
from assets.models.findings.leakage import leakage_results
from assets.models.findings.permutation import permutation_results
from assets.models.findings.verdicts import past_results, primary_of, shared_draws, verdict_results
from assets.models.findings.words import word_faithfulness
from assets.models.settings import ModelSettings

# Every figure here draws from the start of this stream. The name is that of the table in which they stood before the
# room measured itself: another one would deal customers and texts anew, and every interval would change.
STREAM = "evaluation_results"
Fresh = Callable[[], np.random.Generator]
Floats = NDArray[np.float64]
DISCLOSURES = {
    **dict.fromkeys(
        ("models", "gate", "controls", "ablations", "claims", "verdicts", "studies", "tuning", "explanations",
         "reviews", "customers"),
        Disclosure.MODEL_METRIC,
    ),
    "customers.at_risk": Disclosure.GUEST_AGGREGATE,
    "models.examples": Disclosure.OPERATIONAL,
    "scores": Disclosure.GUEST_AGGREGATE,
    **dict.fromkeys(("hyperparameters", "forecast"), Disclosure.NEUTRAL),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ModelTables:
    """Stored tables that are measured; one that was not made has no rows.

    Attributes:
        customers: ``customers`` rows.
        examples: ``examples`` rows.
        metrics: ``model_metrics`` rows.
        predictions: ``model_predictions`` rows.
        tuning: ``model_tuning`` rows.
        ablations: ``model_ablations`` rows.
        sensitivity: ``anomaly_sensitivity`` rows.
    """

    customers: pl.DataFrame
    examples: pl.DataFrame
    metrics: pl.DataFrame
    predictions: pl.DataFrame
    tuning: pl.DataFrame
    ablations: pl.DataFrame
    sensitivity: pl.DataFrame


def model_tree(tables: ModelTables, settings: ModelSettings, profile: str, fresh: Fresh, minimum: int) -> Tree:
    """Everything that is measured on tables alone: all branches but ``explanations`` and ``hyperparameters``.

    Args:
        tables: of the room, and the customers.
        settings: of the room.
        profile: of the run: which models are tried on shuffled texts.
        fresh: a generator at the start of :data:`STREAM`, for each figure anew.
        minimum: customers behind a figure of a group.
    """
    return merged(
        example_counts(tables.examples),
        sensitivity_results(tables.sensitivity),
        leakage_results(tables.customers, tables.examples, settings.tree_components, fresh()),
        {} if tables.metrics.is_empty() else _evaluated(tables, settings, profile, fresh, minimum),
    )


def _evaluated(tables: ModelTables, settings: ModelSettings, profile: str, fresh: Fresh, minimum: int) -> Tree:
    models = model_results(
        tables.metrics,
        tables.predictions,
        folds=settings.folds,
        mape_floor=settings.mape_floor,
        draws=settings.bootstrap_draws,
        rng=fresh(),
    )
    metric = primary_of(main_unit(tables.examples))
    drawn = shared_draws(tables.predictions, PROSPECTIVE_CV, fresh(), metric=metric)
    beside_past = past_results(tables.predictions, fresh, settings.bootstrap_draws)
    lists = customer_results(tables.predictions, settings.bootstrap_draws, fresh)
    claims = claim_frame(tables.metrics, settings.folds, fresh(), settings.bootstrap_draws)
    names = [name for name in settings.models if profile in model_spec(name).shuffled_in]
    return {
        "ablations": ablation_results(models, (PROSPECTIVE_CV, OBSERVED)),
        "models": {
            **merged(_with_best(models, tables.metrics), lists, beside_past),
            "recommendation": recommendation(tables.metrics, drawn, metric=metric),
            **_compared(models, tables, settings, fresh, minimum),
        },
        "gate": gate_results(
            tables.predictions,
            tables.customers,
            tables.examples,
            minimum=minimum,
            rng=fresh(),
            draws=settings.bootstrap_draws,
        ),
        "controls": {"permutation": _permuted(names, models, tables, settings, fresh)},
        "claims": claim_tree(claims),
        "verdicts": verdict_results(drawn, metric),
        "studies": study_tree(study_frame(tables.ablations, settings.folds)),
        "tuning": tuning_tree(tuning_frame(tables.tuning)),
    }


def _with_best(models: Tree, metrics: pl.DataFrame) -> Tree:
    return {protocol: {**branch, "best": best_model(metrics, protocol)} for protocol, branch in models.items()}


def _compared(
    models: Tree,
    tables: ModelTables,
    settings: ModelSettings,
    fresh: Fresh,
    minimum: int,
) -> Tree:
    """What is said of several models at once, and of the best one."""
    best = best_model(tables.metrics, PROSPECTIVE_CV) if PROSPECTIVE_CV in models else None
    calibrated = list(dict.fromkeys((best or NAIVE, FUSION, NAIVE)))
    draws = settings.bootstrap_draws
    return {
        "significance": significance_results(tables.metrics, settings.folds),
        "calibration": calibration_tree(tables.predictions, calibrated, minimum),
        "segments": segment_results(tables.predictions, tables.customers, settings.mape_floor, FUSION, minimum),
        "groups": group_results(tables.predictions, tables.examples, best, fresh(), draws, minimum=minimum)
        if best
        else {},
    }


def _permuted(names: Sequence[str], models: Tree, tables: ModelTables, settings: ModelSettings, fresh: Fresh) -> Tree:
    if PROSPECTIVE_CV not in models:
        return {}
    dealt = shuffled_predictions(tables.examples, tables.tuning, settings, names, fresh())
    return permutation_results(tables.predictions, dealt, names, fresh())


def shuffled_predictions(
    examples: pl.DataFrame, tuning: pl.DataFrame, settings: ModelSettings, names: Sequence[str],
    rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    """Predictions of models that read text after the texts were dealt out anew among the customers; same folds.

    The hold-out's rows go along: the folds are dealt over the customers of both.

    Args:
        examples: ``examples`` rows.
        tuning: ``model_tuning`` rows.
        settings: of the room.
        names: models that read text.
        rng: deals the texts.
    """
    chosen = replace(settings, models=(NAIVE, *names), repeats=settings.other_repeats)
    rows = shuffle_texts(examples.filter(pl.col("protocol") == PROSPECTIVE), rng)
    return evaluate(rows, chosen, tuned=chosen_values(tuning), is_holdout_tested=False)


def explanation_tree(
    kept: Sequence[KeptModel], bench: TextBench | None, settings: ModelSettings, seed: int, fresh: Fresh
) -> Tree:
    """``explanations``: ``shapley`` and ``faithfulness`` of kept models, and of the words of one of them.

    Args:
        kept: models to explain, each with its customers.
        bench: of the model whose words are tested; None where there is none.
        settings: of the room.
        seed: of LIME's perturbations.
        fresh: a generator at the start of :data:`STREAM`, for each figure anew.
    """
    branches = [model_explanation(item.name, item.model, item.data, settings, fresh()) for item in kept]
    if bench is not None:
        branches.append(word_faithfulness(bench, settings, seed, fresh))
    tree = merged(*branches)
    return {"explanations": tree} if tree else {}


def fusion_settings(settings: ModelSettings, text_dimensions: int | None) -> Tree:
    """``hyperparameters``: the settings of the fusion model, as text, under the names of table 10 of paper 001.

    Args:
        settings: of the room.
        text_dimensions: length of the text vectors that the kept model reads; None where none was kept.
    """
    told: dict[str, Any] = {
        "Learning rate": f"{settings.learning_rate:g}",
        "Behavioural hidden layers": str(list(settings.behaviour_layers)),
        "Textual embedding size": "none" if text_dimensions is None else str(text_dimensions),
        "Attention projection size": str(settings.text_width),
        "Batch size": str(settings.batch_size),
        "Dropout probability": f"{settings.dropout:g}",
        "Weight decay": f"{settings.weight_decay:g}",
        "Optimiser": "Adam",
    }
    return {"hyperparameters": told}
