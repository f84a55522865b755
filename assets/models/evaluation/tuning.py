"""Equal tuning budgets: the same number of trials for every tuned model, on customers that no fold tests.

Per protocol a share of the customers is set aside. They train every fold like anybody else's rows, but are tested in
none, so that no choice made on them flatters a figure. Among them each trial is judged by cross-validated RMSE; the
first trial is always the documented default, the others come from the tree-structured Parzen estimator.

Source:
    Bergstra et al. (2011), Algorithms for hyper-parameter optimization; paper 001, section 2.11: grid search for the
    small models, Bayesian optimisation for the fusion. One method and one budget for all is the fairer comparison.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import optuna
import polars as pl
from numpy.typing import NDArray

from assets.common.side_by_side import side_by_side
from assets.customers.protocols import OBSERVED, PROSPECTIVE
from assets.models.contract import MODEL_TUNING
from assets.models.estimators.spec import Space, fit_model, model_spec
from assets.models.examples.dataset import ExampleArrays, text_dimensions, to_arrays
from assets.models.examples.splits import customer_folds, fold_of
from assets.models.settings import ModelSettings
from resources.errors import ContractError

Values = dict[str, Any]
Tuned = Mapping[str, Mapping[str, Values]]  # protocol -> model -> settings
PROSPECTIVE_CV = "prospective_cv"
TUNED_PROTOCOLS = (OBSERVED, PROSPECTIVE_CV)
_SEED_STREAM = 7_001  # keeps the deal of tuning customers apart from the deal of folds


def space_owner(model: str) -> str | None:
    """The model whose tuned values a model takes: itself, or the one that it is a variant of; None: nothing to tune."""
    owner = model_spec(model).tuned_as or model
    return owner if model_spec(owner).space else None


def with_values(settings: ModelSettings, values: Mapping[str, Any]) -> ModelSettings:
    """Settings with tuned values; lists, as JSON knows them, become tuples."""
    return replace(settings, **{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})


def settings_for(model: str, protocol: str, settings: ModelSettings, tuned: Tuned) -> ModelSettings:
    """The settings that a model is trained with under a protocol; the hold-out's come from cross-validation."""
    owner = space_owner(model)
    by_model = tuned.get(OBSERVED if protocol == OBSERVED else PROSPECTIVE_CV, {})
    return with_values(settings, by_model.get(owner, {})) if owner else settings


def reserved_customers(data: ExampleArrays, settings: ModelSettings, protocol: str) -> NDArray[np.str_]:
    """Ids set aside for tuning under a protocol: none where tuning is off.

    A random one of each few neighbours in the order of revenue so far: a plain draw takes some of the handful of
    customers that decide RMSE and R², and leaves folds in which nothing is left to explain.
    """
    if not settings.tuning_trials:
        return np.zeros(0, dtype=data.customers.dtype)
    unique, place = np.unique(data.customers, return_inverse=True)
    revenue = np.zeros(len(unique))
    np.maximum.at(revenue, place, data.revenue)
    order = np.lexsort((unique, -revenue))
    rng = np.random.default_rng([settings.seed, _SEED_STREAM, TUNED_PROTOCOLS.index(protocol)])
    parts = np.array_split(order, max(round(settings.tuning_share * len(unique)), 1))
    return np.sort(unique[np.array([rng.choice(part) for part in parts if len(part)], dtype=np.int64)])


def tune(examples: pl.DataFrame, settings: ModelSettings, clock: Callable[[], float]) -> pl.DataFrame:
    """All trials of all tuned models under both protocols.

    Args:
        examples: the examples table.
        settings: models, trials, share and folds of tuning.
        clock: seconds, for the time of each trial (not reproducible, listed as such).

    Returns:
        The columns of ``model_tuning``; no rows where tuning is off or there are too few customers to tune on.
    """
    dimensions = text_dimensions(examples)
    windows = {OBSERVED: OBSERVED, PROSPECTIVE_CV: PROSPECTIVE}
    models = sorted({owner for name in settings.models if (owner := space_owner(name))})
    tasks: list[tuple[str, str, ExampleArrays, ModelSettings, Callable[[], float]]] = []
    for protocol in TUNED_PROTOCOLS:
        own = examples.filter((pl.col("protocol") == windows[protocol]) & (pl.col("split") == "cv"))
        data = to_arrays(own.sort("as_of", "pseudo_customer_id"), dimensions)
        kept = np.isin(data.customers, reserved_customers(data, settings, protocol))
        data = data.take(kept)
        if len(np.unique(data.customers)) < 2 * settings.tuning_folds:
            continue
        asked = [name for name in models if protocol != OBSERVED or not model_spec(name).is_forecast_only]
        tasks += [(model, protocol, data, settings, clock) for model in asked]
    rows = [row for trials in side_by_side(_trials, tasks, settings.workers, settings.workers_on) for row in trials]
    return MODEL_TUNING.conform(pl.DataFrame(rows, schema=MODEL_TUNING.schema))


def chosen_values(tuning: pl.DataFrame) -> dict[str, dict[str, Values]]:
    """Protocol -> model -> values of the chosen trial."""
    by_protocol: dict[str, dict[str, Values]] = {}
    for row in tuning.filter(pl.col("is_chosen")).sort("protocol", "model").iter_rows(named=True):
        by_protocol.setdefault(row["protocol"], {})[row["model"]] = json.loads(row["chosen"])
    return by_protocol


def _trials(
    model: str, protocol: str, data: ExampleArrays, settings: ModelSettings, clock: Callable[[], float]
) -> list[Values]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=settings.seed))
    defaults = _defaults(model, settings)
    if defaults is not None:
        study.enqueue_trial(defaults)
    rows: list[Values] = []
    rng = np.random.default_rng([settings.seed, _SEED_STREAM])
    dealt = customer_folds(data.customers, settings.tuning_folds, rng, data.revenue)
    fold = fold_of(data.customers, dealt)
    for number in range(settings.tuning_trials):
        is_default = number == 0 and defaults is None  # outside the space: judged, but not told to the sampler
        trial = None if is_default else study.ask()
        values = {} if trial is None else _values(model, trial)
        start = clock()
        error = _judge(model, data, fold, with_values(settings, values))
        if trial is not None:
            study.tell(trial, error)
        rows.append({"protocol": protocol, "model": model, "trial": number, "rmse": error, "is_chosen": False,
                     "seconds": clock() - start, "chosen": json.dumps(values, sort_keys=True)})  # fmt: skip
    if rows:
        min(rows, key=lambda row: (row["rmse"], row["trial"]))["is_chosen"] = True
    return rows


def _space_of(model: str) -> Space:
    space = model_spec(model).space
    if space is None:
        message = f"model {model!r} has nothing to tune; ask space_owner whose values it takes"
        raise ContractError(message)
    return space


def _values(model: str, trial: optuna.Trial) -> Values:
    values = _space_of(model)(trial)
    layers = values.get("behaviour_layers")
    return values if layers is None else {**values, "behaviour_layers": [int(width) for width in layers.split("-")]}


def _defaults(model: str, settings: ModelSettings) -> Values | None:
    """The documented values as a trial; None where they lie outside the space."""
    probe = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0)).ask()
    _space_of(model)(probe)
    known = {name: getattr(settings, name) for name in probe.params}
    if "behaviour_layers" in known:
        known["behaviour_layers"] = "-".join(map(str, known["behaviour_layers"]))
    try:
        optuna.trial.create_trial(params=known, distributions=probe.distributions, value=0.0)
    except ValueError:  # the library's word for a value that a distribution does not hold
        return None
    return known


def _judge(model: str, data: ExampleArrays, fold: NDArray[np.int64], settings: ModelSettings) -> float:
    squares = 0.0
    for number in range(settings.tuning_folds):
        test = data.take(fold == number)
        value = fit_model(model, data.take(fold != number), settings, settings.seed).predict(test).value
        squares += float(((value - test.target) ** 2).sum())
    return math.sqrt(squares / max(len(data), 1))
