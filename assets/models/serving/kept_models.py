"""Which models are kept, which one is served, and how a day finds its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from assets.customers.protocols import PROSPECTIVE
from assets.models.estimators.boosted_trees import BoostedTrees
from assets.models.estimators.registry import TREES
from assets.models.estimators.spec import fit_model, model_spec, servable_models
from assets.models.evaluation.evaluate import PROSPECTIVE_CV, best_model
from assets.models.evaluation.metrics import METRIC_NAMES
from assets.models.evaluation.tuning import Tuned, settings_for
from assets.models.examples.dataset import text_dimensions, to_arrays
from assets.models.serving.artefacts import data_version, from_artefact, to_artefact
from assets.models.serving.promotion_rule import earlier_origins, newest_origin
from assets.models.serving.scoring import Served, interval_table
from assets.models.settings import ModelSettings
from resources.model_store import Artefact


@dataclass(frozen=True, kw_only=True)
class Trained:
    """All models trained on every prospective example, ready to be stored.

    Attributes:
        artefacts: by model.
        parameters: by model.
        served: the best model of cross-validation, None when nothing could be learned.
        rows: training examples.
        horizon_days: H of their targets.
        twin: ``served`` trained on the earlier origins only, by which it is judged; None without a newest origin.
    """

    artefacts: dict[str, Artefact]
    parameters: dict[str, int]
    served: str | None
    rows: int
    horizon_days: int = 0
    twin: Artefact | None = None


def train_final(
    examples: pl.DataFrame,
    predictions: pl.DataFrame,
    metrics: pl.DataFrame,
    settings: ModelSettings,
    known_from: date,
    tuned: Tuned | None = None,
) -> Trained:
    """Train the kept models on all prospective examples, hold-out included, and choose the served one.

    The choice looks at cross-validation only: of the models that can be stored, the one with the lowest mean RMSE, the
    naive forecast among them.

    Args:
        examples: the examples table.
        predictions: of the evaluation, for the intervals.
        metrics: of the evaluation.
        settings: of the room.
        known_from: day up to which the targets were delivered.
        tuned: values chosen by tuning.
    """
    served = best_model(metrics.filter(pl.col("model").is_in(servable_models())), PROSPECTIVE_CV)
    rows = examples.filter(pl.col("protocol") == PROSPECTIVE)
    if served is None or rows.is_empty():
        return Trained(artefacts={}, parameters={}, served=None, rows=0)
    fit = _Fit(examples, predictions, metrics, settings, known_from, tuned or {})
    names = [name for name in settings.models if model_spec(name).is_explained or name == served]
    made = {name: fit.artefact(name, rows) for name in names}
    earlier = earlier_origins(examples)
    can_be_judged = not earlier.is_empty() and not newest_origin(examples).is_empty()
    return Trained(
        artefacts={name: artefact for name, (artefact, _) in made.items()},
        parameters={name: parameters for name, (_, parameters) in made.items()},
        served=served,
        rows=rows.height,
        horizon_days=int(rows["horizon_days"][0]),
        twin=fit.artefact(served, earlier)[0] if can_be_judged else None,
    )


@dataclass(frozen=True)
class _Fit:
    """Trains one model on some rows and packs it."""

    examples: pl.DataFrame
    predictions: pl.DataFrame
    metrics: pl.DataFrame
    settings: ModelSettings
    known_from: date
    tuned: Tuned

    def artefact(self, name: str, rows: pl.DataFrame) -> tuple[Artefact, int]:
        """The artefact and its number of trained values."""
        dimensions = text_dimensions(self.examples)
        data = to_arrays(rows, dimensions)
        own = settings_for(name, PROSPECTIVE_CV, self.settings, self.tuned)
        model = fit_model(name, data, own, self.settings.seed)
        payload = {
            "horizon_days": int(rows["horizon_days"][0]),
            "text_dimensions": dimensions,
            "interval": interval_of(self.predictions, name, self.settings),
        }
        packed = to_artefact(
            name, model, own, metrics=_means(self.metrics, name), data=data_version(data),
            known_from=self.known_from, payload=payload,
        )  # fmt: skip
        return packed, model.parameters


def kept_models(trained: Trained, path_of: Callable[[str, str], str]) -> dict[str, dict[str, Any]]:
    """Facts of each kept model for the record of the run: version, path, parameters, rmse, r2, data_version."""
    return {
        name: {
            "version": artefact.version,
            "path": path_of(name, artefact.version),
            "parameters": trained.parameters[name],
            "rmse": artefact.metrics["rmse"],
            "r2": artefact.metrics["r2"],
            "data_version": artefact.data_version,
        }
        for name, artefact in sorted(trained.artefacts.items())
    }


def served_of(name: str, artefacts: dict[str, Artefact]) -> Served:
    """The served model rebuilt from its artefact, with the trees that explain it."""
    artefact = artefacts[name]
    explainer = from_artefact(artefacts[TREES]) if TREES in artefacts else None
    return Served(
        name=name,
        version=artefact.version,
        model=from_artefact(artefact),
        interval=artefact.payload["interval"],
        explainer=explainer if isinstance(explainer, BoostedTrees) else None,
        horizon_days=int(artefact.payload["horizon_days"]),
        text_dimensions=int(artefact.payload["text_dimensions"]),
    )


def interval_of(predictions: pl.DataFrame, model: str, settings: ModelSettings) -> dict[str, Any]:
    """Interval table of a model from its cross-validated predictions."""
    own = predictions.filter(
        (pl.col("protocol") == PROSPECTIVE_CV) & (pl.col("model") == model) & (pl.col("repeat") == 0)
    )
    return interval_table(
        own["target"].to_numpy(), own["prediction"].to_numpy(), settings.interval, settings.mape_floor
    )


def _means(metrics: pl.DataFrame, model: str) -> dict[str, float | None]:
    own = metrics.filter((pl.col("protocol") == PROSPECTIVE_CV) & (pl.col("model") == model))
    means = {name: own[name].mean() for name in METRIC_NAMES}
    return {name: None if value is None else float(value) for name, value in means.items()}  # type: ignore[arg-type]
