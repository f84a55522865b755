"""How near the models come to what can be known: two ceilings over simulated worlds, on the models' own test rows.

The *data-rich ceiling* is the best learner on the same features with many times the guests: it trains on the examples
of other worlds of the same make. The *oracle* is the expected revenue under the simulator's own truth. Every figure is
of one world's cross-validation: each test row is predicted once, by a model that has not seen its customer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.models.estimators.anchored import ANCHORED
from assets.models.estimators.registry import FUSION, NAIVE, TREES, WITHOUT_TEXT
from assets.models.estimators.spec import fit_model
from assets.models.evaluation.evaluate import evaluate
from assets.models.evaluation.metrics import normalised_gini, r_squared
from assets.models.evaluation.statistics import Comparison, compare
from assets.models.evaluation.tuning import PROSPECTIVE_CV
from assets.models.examples.dataset import text_dimensions, to_arrays
from assets.models.settings import ModelSettings
from resources.errors import ContractError

Floats = NDArray[np.float64]
BEHAVIOUR = (NAIVE, TREES, "catboost", WITHOUT_TEXT, f"{WITHOUT_TEXT}_anchored", ANCHORED[0])
WITH_TEXT = (FUSION, "concatenation", f"{FUSION}_anchored", "concatenation_anchored", ANCHORED[1])
OWN_MODELS = (*BEHAVIOUR, *WITH_TEXT, "lightgbm_text")
LEARNERS = (NAIVE, *ANCHORED, TREES, "lightgbm_text", "catboost")  # tried as the ceiling
DATA_RICH, ORACLE = "data_rich", "oracle"
TRUE_LINKS = "true_links"  # suffix of a fusion model whose texts come from the true pairs
MIN_R2 = 0.1  # specification 6.8: shares of R² are quoted only where the ceiling explains this much
METRICS = ("r2", "mae", "gini")
FIGURE_SCHEMA = pl.Schema({"model": pl.String(), "metric": pl.String(), "value": pl.Float64()})
_KEYS = ["as_of", "pseudo_customer_id"]
_PREDICTED = ["model", "fold", *_KEYS, "target", "prediction"]


def figures(target: Floats, prediction: Floats) -> dict[str, float | None]:
    """R², MAE and normalised Gini; None where one is not defined."""
    return {
        "r2": r_squared(target, prediction),
        "mae": float(np.abs(prediction - target).mean()) if len(target) else None,
        "gini": normalised_gini(target, prediction),
    }


def world_figures(
    examples: pl.DataFrame, linked: pl.DataFrame, expected: pl.DataFrame, settings: ModelSettings
) -> pl.DataFrame:
    """Figures of the pipeline's models, of fusion on true pairs, and of the oracle, in one world.

    Args:
        examples: cross-validation rows of the prospective protocol.
        linked: the same rows with the texts of the true pairs.
        expected: ``pseudo_customer_id``, ``as_of``, ``expected``; who is missing is expected to bring nothing.
        settings: folds, seeds, sizes.

    Returns:
        ``FIGURE_SCHEMA`` rows; empty where the customers are too few for the folds.
    """
    own = _out_of_fold(examples, OWN_MODELS, settings)
    if own.is_empty():
        return FIGURE_SCHEMA.to_frame()
    true = _out_of_fold(linked, WITH_TEXT, settings).with_columns(model=pl.col("model") + f"_{TRUE_LINKS}")
    tested = own.filter(pl.col("model") == NAIVE).join(expected, on=_KEYS, how="left", maintain_order="left")
    oracle = tested.with_columns(model=pl.lit(ORACLE), prediction=pl.col("expected").fill_null(0.0))
    return _figures_of(pl.concat([own, true, oracle.select(own.columns)]))


def _out_of_fold(examples: pl.DataFrame, models: Sequence[str], settings: ModelSettings) -> pl.DataFrame:
    chosen = (NAIVE, *(name for name in models if name != NAIVE))
    rules = replace(settings, models=chosen, repeats=1, tuning_trials=0)
    predictions = evaluate(examples, rules, is_holdout_tested=False).filter(pl.col("protocol") == PROSPECTIVE_CV)
    return predictions.filter(pl.col("model").is_in(list(models))).select(_PREDICTED)


def _figures_of(predictions: pl.DataFrame) -> pl.DataFrame:
    rows = [
        {"model": model, "metric": metric, "value": value}
        for (model,), part in predictions.sort("model", *_KEYS).group_by("model", maintain_order=True)
        for metric, value in figures(part["target"].to_numpy(), part["prediction"].to_numpy()).items()
    ]
    return pl.DataFrame(rows, schema=FIGURE_SCHEMA)


def data_rich_figures(
    rich: Sequence[pl.DataFrame], tested: Mapping[str, pl.DataFrame], settings: ModelSettings
) -> dict[str, pl.DataFrame]:
    """Figures of every learner that trained on other worlds, in each tested world.

    Args:
        rich: examples of the worlds that train.
        tested: world -> examples; none of them among ``rich``.
        settings: seeds, sizes.

    Returns:
        World -> ``FIGURE_SCHEMA`` rows with models named ``data_rich_<learner>``.

    Raises:
        ContractError: there is no world to train on.
    """
    if not rich:
        message = "a data-rich ceiling needs at least one other world to learn from, got none; ask for more seeds"
        raise ContractError(message)
    pooled = pl.concat([_own_ids(part, number) for number, part in enumerate(rich)])
    width = max(text_dimensions(pooled), *(text_dimensions(part) for part in tested.values()))
    train = to_arrays(pooled, width)
    by_world: dict[str, list[pl.DataFrame]] = {world: [] for world in tested}
    for learner in LEARNERS:
        model = fit_model(learner, train, settings, settings.seed)
        for world, part in tested.items():
            data = to_arrays(part, width)
            values = figures(data.target, model.predict(data).value)
            rows = [{"model": f"{DATA_RICH}_{learner}", "metric": name, "value": value}
                    for name, value in values.items()]  # fmt: skip
            by_world[world].append(pl.DataFrame(rows, schema=FIGURE_SCHEMA))
    return {world: pl.concat(parts) for world, parts in by_world.items()}


def _own_ids(examples: pl.DataFrame, world: int) -> pl.DataFrame:
    """Customers of one world must not be taken for those of another: the labels are the same everywhere."""
    return examples.with_columns(
        pl.format("{}:{}", pl.lit(world), pl.col("pseudo_customer_id")).alias("pseudo_customer_id")
    )


def dealt(seeds: Sequence[int], groups: int) -> list[list[int]]:
    """Seeds dealt in turn to groups; a world's ceiling learns from all groups but its own.

    With fewer seeds than groups each is a group of its own.

    Args:
        seeds: of the worlds, in any order.
        groups: how many.
    """
    ordered = sorted(set(seeds))
    return [part for part in (ordered[place::groups] for place in range(groups)) if part]


@dataclass(frozen=True, kw_only=True)
class Share:
    """A model beside a ceiling.

    Attributes:
        model: name.
        r2: mean over worlds.
        share: mean R² over the ceiling's mean R²; None where the ceiling explains too little.
    """

    model: str
    r2: float
    share: float | None


def means_by_model(rows: pl.DataFrame, metric: str) -> dict[str, float]:
    """Mean of a metric over the worlds, by model, over the worlds that every model has.

    Args:
        rows: ``seed``, ``model``, ``metric``, ``value``.
        metric: one of ``METRICS``.
    """
    table = by_seed(rows, metric)
    return (
        {name: float(np.mean(table[name].to_numpy())) for name in table.columns if name != "seed"} if len(table) else {}
    )


def by_seed(rows: pl.DataFrame, metric: str) -> pl.DataFrame:
    """One row per seed that every model has a value for, one column per model; sorted by seed."""
    own = rows.filter((pl.col("metric") == metric) & pl.col("value").is_not_null())
    if own.is_empty():
        return pl.DataFrame({"seed": []}, schema={"seed": pl.Int64})
    return own.pivot(on="model", index="seed", values="value", sort_columns=True).drop_nulls().sort("seed")


def ceiling_of(means: Mapping[str, float], ceiling: str) -> tuple[str, float] | None:
    """Name and mean R² of a ceiling: the oracle, or the best of the data-rich learners."""
    candidates = {name: value for name, value in means.items() if name == ceiling or name.startswith(f"{ceiling}_")}
    return max(candidates.items(), key=lambda item: (item[1], item[0])) if candidates else None


def shares_of(means: Mapping[str, float], ceiling: float) -> list[Share]:
    """Every model of the study beside one ceiling, best first.

    Args:
        means: mean R² by model.
        ceiling: mean R² of the ceiling.
    """
    shown = [name for name in means if name in OWN_MODELS]
    quoted = ceiling >= MIN_R2
    shares = [Share(model=name, r2=means[name], share=means[name] / ceiling if quoted else None) for name in shown]
    return sorted(shares, key=lambda item: (-item.r2, item.model))


def best_of(means: Mapping[str, float], names: Sequence[str]) -> str | None:
    """The named model of highest mean, None where none was run."""
    candidates = [name for name in names if name in means]
    return max(candidates, key=lambda name: (means[name], name)) if candidates else None


def gain(rows: pl.DataFrame, first: str, second: str, folds: int, metric: str = "r2") -> Comparison | None:
    """First minus second over the worlds by the corrected resampled t; None with fewer than two worlds.

    Worlds share no rows, so the correction (as if their training parts overlapped like those of folds) is on the safe
    side.

    Args:
        rows: ``seed``, ``model``, ``metric``, ``value``.
        first: model that should win.
        second: model to beat.
        folds: of each world's cross-validation.
        metric: one of ``METRICS``.
    """
    own = rows.filter(pl.col("model").is_in([first, second]))
    table = by_seed(own, metric)
    if len(table) < 2 or first not in table.columns or second not in table.columns:
        return None
    return compare(table[first].to_numpy(), table[second].to_numpy(), 1.0 / (folds - 1))
