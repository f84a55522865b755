"""One thing changed at a time: the paper's optimisation steps, modalities, gate, anomaly filter, windows.

Every variant is trained and tested on the first repeat's folds of cross-validation, with the seeds of the evaluation;
a study's reference is a row of its own. What the text is made of is changed through the text block alone: the stored
pairs stay as they were decided.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from assets.customers.protocols import PROSPECTIVE
from assets.models.contract import MODEL_ABLATIONS
from assets.models.estimators.registry import FUSION, NAIVE, WITHOUT_TEXT
from assets.models.evaluation.evaluate import evaluate, metrics_of
from assets.models.evaluation.tuning import PROSPECTIVE_CV, Tuned, with_values
from assets.models.examples.text_sources import TextSources, with_texts
from assets.models.settings import ModelSettings

REFERENCE = "reference"
STUDIES: Mapping[str, str] = {
    "optimisation": "the paper's five optimisation steps, each switched",
    "modality": "what the network reads and how it joins it",
    "anomaly_filter": "the filter off, and other thresholds",
    "window": "only pairs posted within so many days of the stay",
    "head": "loss, and weighting of high-value customers",
    "encoder_tier": "the texts embedded by another encoder",
    "text_treatment": "the texts cleaned the other way, then embedded by the same encoder",
    "text_aggregation": "how the reviews of a customer become one text",
}
_WINDOWS = (3, 7, 14)  # days; the stored window is alignment.window_days, 14 by default


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One change.

    Attributes:
        study: a key of ``STUDIES``.
        name: the change in words.
        model: that is trained.
        changes: settings that replace the tuned ones.
        is_tuned: whether the tuned values stay in force.
        examples: the examples with another text block; None: as stored.
    """

    study: str
    name: str
    model: str = FUSION
    changes: Mapping[str, Any] = field(default_factory=dict)
    is_tuned: bool = True
    examples: pl.DataFrame | None = None


def settings_variants(settings: ModelSettings) -> list[Variant]:
    """Variants that need no other text: optimisation steps, modalities, heads."""
    steps = [
        ("reference", {}, True, FUSION),
        ("without tuning", {}, False, FUSION),
        ("dropout 0.1", {"dropout": 0.1}, True, FUSION),
        ("dropout 0.35", {"dropout": 0.35}, True, FUSION),
        ("high-value customers weighted", {}, True, f"{FUSION}_weighted"),
        ("constant learning rate", {"schedule": "constant"}, True, FUSION),
        ("no weight decay", {"weight_decay": 0.0}, True, FUSION),
        ("all dimensions of the text", {"text_components": 0}, True, FUSION),
        ("faint pairs taken at their word", {"text_shrinkage": 0.0}, True, FUSION),
    ]
    variants = [
        Variant(study="optimisation", name=name, changes=changes, is_tuned=tuned, model=model)
        for name, changes, tuned, model in steps
        if tuned or settings.tuning_trials
    ]
    modalities = ((REFERENCE, FUSION), ("no gate: side by side", "concatenation"), ("behaviour only", WITHOUT_TEXT),
                  ("gate, texts masked", "gated_no_text"), ("text only", "text_only"))  # fmt: skip
    variants += [Variant(study="modality", name=name, model=model) for name, model in modalities]
    heads = ((REFERENCE, FUSION), ("zero-inflated log-normal", f"{FUSION}_ziln"),
             ("high-value customers weighted", f"{FUSION}_weighted"),
             ("factor of the past", f"{FUSION}_anchored"))  # fmt: skip
    return variants + [Variant(study="head", name=name, model=model) for name, model in heads]


def text_variants(examples: pl.DataFrame, sources: TextSources, taus: Sequence[float], pinned: float) -> list[Variant]:
    """Variants of the text: the anomaly filter off and at other thresholds, narrower windows.

    Args:
        examples: the examples table.
        sources: stored tables.
        taus: thresholds of the anomaly score.
        pinned: the threshold in use, which the reference has.
    """

    def made(study: str, name: str, pairs: pl.DataFrame, reviews: pl.DataFrame) -> Variant:
        return Variant(study=study, name=name, examples=with_texts(examples, sources.bookings, pairs, reviews))

    variants = [Variant(study="anomaly_filter", name=REFERENCE)]
    variants.append(made("anomaly_filter", "filter off", sources.pairs, sources.reviews(None)))
    for tau in sorted(set(taus) - {pinned}):
        variants.append(made("anomaly_filter", f"threshold {tau:.2f}", sources.pairs, sources.reviews(tau)))
    variants.append(Variant(study="window", name=REFERENCE))
    kept = sources.as_stored()
    return variants + [made("window", f"{days} days", sources.within(days), kept) for days in _WINDOWS]


def ablate(
    examples: pl.DataFrame,
    variants: Sequence[Variant],
    settings: ModelSettings,
    tuned: Tuned,
    clock: Callable[[], float],
) -> pl.DataFrame:
    """Errors of every variant on the folds of the first repeats.

    Args:
        examples: the examples table.
        variants: what to train.
        settings: of the evaluation; ``other_repeats`` repeats are run.
        tuned: values of the evaluation.
        clock: seconds.

    Returns:
        The columns of ``model_ablations``.
    """
    own = replace(settings, repeats=settings.other_repeats)
    parts = [MODEL_ABLATIONS.empty()]
    known: dict[str, pl.DataFrame] = {}  # a model that several studies train the same way is trained once
    for variant in variants:
        rows = (examples if variant.examples is None else variant.examples).filter(pl.col("protocol") == PROSPECTIVE)
        plain = variant.is_tuned and not variant.changes and variant.examples is None
        if not plain or variant.model not in known:
            chosen = _changed(tuned if variant.is_tuned else {}, variant)
            run = replace(with_values(own, variant.changes), models=(NAIVE, variant.model))
            metrics = metrics_of(evaluate(rows, run, clock, chosen, is_holdout_tested=False), run)
            metrics = metrics.filter((pl.col("protocol") == PROSPECTIVE_CV) & (pl.col("model") == variant.model))
        else:
            metrics = known[variant.model]
        if plain:
            known[variant.model] = metrics
        cv = rows.filter(pl.col("split") == "cv")
        facts = {"study": variant.study, "variant": variant.name,
                 "text_share": float(cv["has_text"].mean() or 0.0)}  # type: ignore[arg-type]  # fmt: skip
        parts.append(
            metrics.with_columns(**{name: pl.lit(value) for name, value in facts.items()}).select(MODEL_ABLATIONS.names)
        )
    return MODEL_ABLATIONS.conform(pl.concat(parts))


def _changed(tuned: Tuned, variant: Variant) -> Tuned:
    """Tuned values without those that the variant sets itself."""
    return {
        protocol: {
            model: {name: value for name, value in values.items() if name not in variant.changes}
            for model, values in models.items()
        }
        for protocol, models in tuned.items()
    }
