"""Accuracy of the models under one protocol: what several chapters read of the branch ``models``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.common.findings import Estimate, estimate_of
from assets.models.estimators.registry import NAIVE
from assets.reports.telling.wording import MISSING, decimal, estimate, metric_digits

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

FORECASTS = ("prospective_cv", "prospective_holdout")
HEADINGS = {"mae": "MAE", "rmse": "RMSE", "r2": "R²", "mape": "MAPE, %", "spearman": "Spearman", "gini": "Gini",
            "bias": "Predicted / realised", "r2_without_20": "R² without the 20 largest"}  # fmt: skip
PROTOCOL_TITLES = {
    "prospective_cv": "Forecast, cross-validation over customers",
    "prospective_holdout": "Forecast, hold-out in time",
    "observed": "Observed window (the paper's protocol)",
    "long_horizon": "A year ahead, cross-validation at one origin",
}


@dataclass(frozen=True)
class Accuracy:
    """The figures of every model that was evaluated under a protocol.

    Attributes:
        protocol: name in the results.
        figures: model -> its figures by name; those of the metrics are numbers or values with bounds.
        named_best: the model that the evaluation named best; None where it named none.
    """

    protocol: str
    figures: Mapping[str, Mapping[str, Any]]
    named_best: str | None = None

    @property
    def title(self) -> str:
        """The protocol as the report calls it."""
        return PROTOCOL_TITLES[self.protocol]

    @property
    def models(self) -> list[str]:
        """Models with an R²: the reference first, then by R², best first."""
        known = {model: item.value for model in self.figures if (item := self.estimate(model, "r2")) is not None}
        return sorted(known, key=lambda model: (model != NAIVE, -known[model], model))

    @property
    def best(self) -> str | None:
        """The model named best, else the one with the highest R²."""
        models = self.models
        if self.named_best in models:
            return self.named_best
        scored = [(item.value, model) for model in models if (item := self.estimate(model, "r2")) is not None]
        return max(scored)[1] if scored else None

    def estimate(self, model: str, metric: str) -> Estimate | None:
        """A metric of a model with its interval; None where the model was not evaluated."""
        return estimate_of(self.figures.get(model, {}).get(metric))


def accuracy_of(told: "Told", protocol: str) -> Accuracy:
    """The accuracy that a run measured under a protocol; without models where it measured none.

    Args:
        told: to a chapter that reads ``models.<protocol>``.
        protocol: name in the results.
    """
    branch = told.branch(f"models.{protocol}")
    figures = {model: own for model, own in branch.items() if isinstance(own, Mapping)}
    return Accuracy(protocol, figures, branch.get("best"))


def metric_cell(item: Estimate | None, metric: str) -> str:
    """A metric with its interval; MAPE, stored as a share, in percent and without bounds."""
    if metric == "mape":
        return decimal(item.value * 100, 1) if item is not None else MISSING
    return estimate(item, metric_digits(metric))
