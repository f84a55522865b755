"""All models on the same splits: predictions of every test row, and metrics per fold.

Protocols in the result: ``observed`` (five folds over the paper's window), ``prospective_cv`` (five folds over all
cross-validation origins), ``prospective_holdout`` (trained on all of them, tested once on the hold-out day),
``prospective_holdout_disjoint`` (the same test rows, each predicted by the fold that has not seen the customer) and
``long_horizon`` (five folds at one origin with a year's target; nothing is chosen on it).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.common.side_by_side import side_by_side
from assets.customers.protocols import LONG_HORIZON, OBSERVED, PROSPECTIVE
from assets.models.contract import MODEL_METRICS, MODEL_PREDICTIONS
from assets.models.estimators.spec import fit_model, model_spec
from assets.models.evaluation.metrics import all_metrics
from assets.models.evaluation.tuning import PROSPECTIVE_CV, Tuned, reserved_customers, settings_for
from assets.models.examples.dataset import ExampleArrays, text_dimensions, to_arrays
from assets.models.examples.prediction import CHANCE
from assets.models.examples.splits import customer_folds, fold_of
from assets.models.settings import ModelSettings

HOLDOUT = "prospective_holdout"
HOLDOUT_DISJOINT = "prospective_holdout_disjoint"
PROTOCOLS = (OBSERVED, PROSPECTIVE_CV, HOLDOUT, HOLDOUT_DISJOINT, LONG_HORIZON)
_KEYS = ["protocol", "model", "repeat", "fold"]
_Task = tuple[str, Sequence[str], ExampleArrays, Sequence[tuple[str, ExampleArrays]], int, int]


def evaluate(
    examples: pl.DataFrame,
    settings: ModelSettings,
    clock: Callable[[], float] = time.perf_counter,
    tuned: Tuned | None = None,
    *,
    is_holdout_tested: bool = True,
) -> pl.DataFrame:
    """Predictions of every model for every test row of every protocol.

    Args:
        examples: the examples table.
        settings: models, folds, repeats, seed.
        clock: seconds, for the training and prediction times (not reproducible, listed as such).
        tuned: values chosen by tuning; the documented defaults without.
        is_holdout_tested: whether the hold-out is opened; its customers share in the deal of folds either way.

    Returns:
        The columns of ``model_predictions``, sorted by (protocol, model, repeat, fold, as_of, customer). Protocols
        without enough customers for the folds are left out. Customers reserved for tuning train every fold and are
        tested in none.
    """
    dimensions = text_dimensions(examples)
    run = _Run(settings, clock, tuned or {})
    observed = to_arrays(examples.filter(pl.col("protocol") == OBSERVED), dimensions)
    future = examples.filter(pl.col("protocol") == PROSPECTIVE)
    cv = to_arrays(future.filter(pl.col("split") == "cv"), dimensions)
    holdout = to_arrays(future.filter(pl.col("split") == "holdout"), dimensions)
    long = to_arrays(examples.filter(pl.col("protocol") == LONG_HORIZON), dimensions)
    none = holdout.take(np.zeros(len(holdout), dtype=bool))
    parts = [pl.DataFrame(schema=MODEL_PREDICTIONS.schema)]
    parts += _cross_validate(OBSERVED, observed, none, run)
    parts += _cross_validate(PROSPECTIVE_CV, cv, holdout, run, is_later_tested=is_holdout_tested)
    if is_holdout_tested and len(holdout) and _can_fold(cv, settings):
        tasks = ((HOLDOUT, [name], cv, [(HOLDOUT, holdout)], 0, 0) for name in models_of(settings, HOLDOUT))
        parts += side_by_side(run.score, tasks, settings.workers, settings.workers_on)
    once = _Run(replace(settings, repeats=1), clock, tuned or {})  # one extra table, computed after all is chosen
    parts += _cross_validate(LONG_HORIZON, long, none, once)
    return pl.concat(parts).sort(*_KEYS, "as_of", "pseudo_customer_id")


def models_of(settings: ModelSettings, protocol: str) -> list[str]:
    """The models run under a protocol: in the observed window there is nothing to forecast."""
    return [name for name in settings.models if protocol != OBSERVED or not model_spec(name).is_forecast_only]


def repeats_of(model: str, settings: ModelSettings) -> int:
    """How often the customers are dealt anew for a model."""
    is_headline = model_spec(model).is_headline
    return settings.repeats if is_headline else min(settings.other_repeats, settings.repeats)


def _can_fold(data: ExampleArrays, settings: ModelSettings) -> bool:
    return len(np.unique(data.customers)) >= 2 * settings.folds


def _cross_validate(
    protocol: str, data: ExampleArrays, later: ExampleArrays, run: "_Run", *, is_later_tested: bool = False
) -> list[pl.DataFrame]:
    settings = run.settings
    if not _can_fold(data, settings):
        return []
    tuned_on = reserved_customers(data, settings, OBSERVED if protocol == OBSERVED else PROSPECTIVE_CV)
    everyone, size = np.concatenate([data.customers, later.customers]), np.concatenate([data.revenue, later.revenue])
    tested = ~np.isin(everyone, tuned_on)
    rng = np.random.default_rng([settings.seed, PROTOCOLS.index(protocol)])
    later = later.take(~np.isin(later.customers, tuned_on))

    def tasks() -> Iterator[_Task]:
        for repeat in range(settings.repeats):
            dealt = customer_folds(everyone[tested], settings.folds, rng, size[tested])
            always = dict.fromkeys(map(str, tuned_on), -1)  # in the training part of every fold
            row_fold, later_fold = fold_of(data.customers, always | dealt), fold_of(later.customers, dealt)
            names = [name for name in models_of(settings, protocol) if repeat < repeats_of(name, settings)]
            for fold in range(settings.folds):
                tests = [(protocol, data.take(row_fold == fold))]
                if is_later_tested and repeat == 0 and len(later):
                    tests.append((HOLDOUT_DISJOINT, later.take(later_fold == fold)))
                yield protocol, names, data.take(row_fold != fold), tests, repeat, fold

    return side_by_side(run.score, tasks(), settings.workers, settings.workers_on)


@dataclass(frozen=True)
class _Run:
    """Trainings and their tests, with times."""

    settings: ModelSettings
    clock: Callable[[], float]
    tuned: Tuned

    def score(
        self,
        protocol: str,
        names: Sequence[str],
        train: ExampleArrays,
        tests: Sequence[tuple[str, ExampleArrays]],
        repeat: int,
        fold: int,
    ) -> pl.DataFrame:
        """Train each named model once on ``train``, then predict each labelled test part."""
        return pl.concat([self._score_one(protocol, name, train, tests, repeat, fold) for name in names])

    def _score_one(
        self,
        protocol: str,
        name: str,
        train: ExampleArrays,
        tests: Sequence[tuple[str, ExampleArrays]],
        repeat: int,
        fold: int,
    ) -> pl.DataFrame:
        seed = self.settings.seed + 1000 * repeat + 10 * fold + PROTOCOLS.index(protocol)
        own = settings_for(name, protocol, self.settings, self.tuned)
        start = self.clock()
        model = fit_model(name, train, own, seed)
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
                "chance": predicted.further.get(CHANCE, [None] * len(data)),
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
    """Model with the lowest mean error over the folds that all models of a protocol share; None when it was not run.

    RMSE by default: it is what the models are trained for, and the hold-out takes no part in the choice.
    """
    own = metrics.filter(pl.col("protocol") == protocol)
    shared = own.group_by("model").agg(pl.col("repeat").max())["repeat"].min()
    means = (
        own.filter(pl.col("repeat") <= pl.lit(shared, pl.Int32))
        .group_by("model")
        .agg(pl.col(metric).mean())
        .drop_nulls()
        .sort(metric, "model")
    )
    return None if means.is_empty() else str(means["model"][0])
