"""All models on the same splits: predictions of every test row, and metrics per fold.

Protocols in the result: ``observed`` (five folds over the paper's window), ``prospective_cv`` (five folds over all
cross-validation origins), ``prospective_holdout`` (trained on all of them, tested once on the hold-out day) and
``prospective_holdout_disjoint`` (the same test rows, each predicted by the fold that has not seen the customer).
"""

import time
from collections.abc import Callable

import numpy as np
import polars as pl

from assets.customers.protocols import OBSERVED, PROSPECTIVE
from assets.models.baselines import SameAsPast, fit_boosted_trees
from assets.models.contract import MODEL_METRICS, MODEL_PREDICTIONS
from assets.models.dataset import ExampleArrays, text_dimensions, to_arrays
from assets.models.metrics import all_metrics
from assets.models.prediction import FittedModel
from assets.models.settings import ModelSettings
from assets.models.splits import customer_folds, fold_of
from assets.models.training import PLANS, fit_network

PROSPECTIVE_CV = "prospective_cv"
HOLDOUT = "prospective_holdout"
HOLDOUT_DISJOINT = "prospective_holdout_disjoint"
PROTOCOLS = (OBSERVED, PROSPECTIVE_CV, HOLDOUT, HOLDOUT_DISJOINT)
_KEYS = ["protocol", "model", "repeat", "fold"]


def fit_model(name: str, data: ExampleArrays, settings: ModelSettings, seed: int) -> FittedModel:
    """Train the named model on the rows given.

    Args:
        name: one of ``assets.models.settings.MODELS``.
        data: training rows.
        settings: of the room.
        seed: of everything random in it.
    """
    if name == "same_as_past":
        return SameAsPast()
    if name == "lightgbm":
        return fit_boosted_trees(data, settings, seed)
    return fit_network(PLANS[name], data, settings, seed)


def evaluate(
    examples: pl.DataFrame,
    settings: ModelSettings,
    clock: Callable[[], float] = time.perf_counter,
) -> pl.DataFrame:
    """Predictions of every model for every test row of every protocol.

    Args:
        examples: the examples table.
        settings: models, folds, repeats, seed.
        clock: seconds, for the training and prediction times (not reproducible, listed as such).

    Returns:
        The columns of ``model_predictions``, sorted by (protocol, model, repeat, fold, as_of, customer). Protocols
        without enough customers for the folds are left out.
    """
    dimensions = text_dimensions(examples)
    parts = [pl.DataFrame(schema=MODEL_PREDICTIONS.schema)]
    observed = to_arrays(examples.filter(pl.col("protocol") == OBSERVED), dimensions)
    future = examples.filter(pl.col("protocol") == PROSPECTIVE)
    cv = to_arrays(future.filter(pl.col("split") == "cv"), dimensions)
    holdout = to_arrays(future.filter(pl.col("split") == "holdout"), dimensions)
    none = holdout.take(np.zeros(len(holdout), dtype=bool))
    parts += _cross_validate(OBSERVED, observed, none, settings, clock)
    parts += _cross_validate(PROSPECTIVE_CV, cv, holdout, settings, clock)
    if len(holdout) and _can_fold(cv, settings):
        run = _Run(settings, clock)
        for name in settings.models:
            parts.append(run.score(HOLDOUT, name, cv, [(HOLDOUT, holdout)], repeat=0, fold=0))
    table = pl.concat(parts)
    return table.sort(*_KEYS, "as_of", "pseudo_customer_id")


def _can_fold(data: ExampleArrays, settings: ModelSettings) -> bool:
    return len(np.unique(data.customers)) >= 2 * settings.folds


def _cross_validate(
    protocol: str, data: ExampleArrays, later: ExampleArrays, settings: ModelSettings, clock: Callable[[], float]
) -> list[pl.DataFrame]:
    if not _can_fold(data, settings):
        return []
    run, parts = _Run(settings, clock), []
    everyone = np.concatenate([data.customers, later.customers])
    rng = np.random.default_rng([settings.seed, PROTOCOLS.index(protocol)])
    for repeat in range(settings.repeats):
        dealt = customer_folds(everyone, settings.folds, rng)
        row_fold, later_fold = fold_of(data.customers, dealt), fold_of(later.customers, dealt)
        for fold in range(settings.folds):
            train = data.take(row_fold != fold)
            tests = [(protocol, data.take(row_fold == fold))]
            if repeat == 0 and len(later):
                tests.append((HOLDOUT_DISJOINT, later.take(later_fold == fold)))
            parts += [run.score(protocol, name, train, tests, repeat=repeat, fold=fold) for name in settings.models]
    return parts


class _Run:
    """One training and its tests, with times."""

    def __init__(self, settings: ModelSettings, clock: Callable[[], float]) -> None:
        self.settings = settings
        self.clock = clock

    def score(
        self,
        protocol: str,
        name: str,
        train: ExampleArrays,
        tests: list[tuple[str, ExampleArrays]],
        *,
        repeat: int,
        fold: int,
    ) -> pl.DataFrame:
        """Train once on ``train``, then predict each labelled test part."""
        seed = self.settings.seed + 1000 * repeat + 10 * fold + PROTOCOLS.index(protocol)
        start = self.clock()
        model = fit_model(name, train, self.settings, seed)
        train_seconds = self.clock() - start
        frames = []
        for label, data in tests:
            start = self.clock()
            predicted = model.predict(data)
            seconds = self.clock() - start
            columns = {
                "pseudo_customer_id": data.customers,
                "as_of": data.as_of,
                "target": data.target,
                "prediction": predicted.value,
                "gate": predicted.gate if predicted.gate is not None else [None] * len(data),
            }
            facts = {"protocol": label, "model": name, "repeat": repeat, "fold": fold,
                     "parameters": model.parameters, "train_seconds": train_seconds,
                     "predict_seconds": seconds}  # fmt: skip
            frame = pl.DataFrame(columns, strict=False).with_columns(**{key: pl.lit(x) for key, x in facts.items()})
            frames.append(MODEL_PREDICTIONS.conform(frame))
        return pl.concat(frames)


def metrics_of(predictions: pl.DataFrame, settings: ModelSettings) -> pl.DataFrame:
    """Metrics per protocol, model, repeat and fold, with parameters and seconds.

    Args:
        predictions: :func:`evaluate`.
        settings: for the MAPE floor.

    Returns:
        The columns of ``model_metrics``, sorted by its key.
    """
    rows = []
    for keys, part in predictions.group_by(_KEYS, maintain_order=True):
        figures = all_metrics(part["target"].to_numpy(), part["prediction"].to_numpy(), settings.mape_floor)
        facts = {name: part[name][0] for name in ("parameters", "train_seconds", "predict_seconds")}
        rows.append({**dict(zip(_KEYS, keys, strict=True)), "n": part.height, **figures, **facts})
    return pl.DataFrame(rows, schema=MODEL_METRICS.schema).sort(*_KEYS)


def best_model(metrics: pl.DataFrame, protocol: str, metric: str = "rmse") -> str | None:
    """Model with the lowest mean error over the folds of a protocol; None when it was not run.

    RMSE by default: it is what the models are trained for, and the hold-out takes no part in the choice.
    """
    means = (
        metrics.filter(pl.col("protocol") == protocol)
        .group_by("model")
        .agg(pl.col(metric).mean())
        .drop_nulls()
        .sort(metric, "model")
    )
    return None if means.is_empty() else str(means["model"][0])
