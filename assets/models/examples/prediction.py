"""What every model offers, so that evaluation and scoring need not know which one it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assets.models.examples.dataset import ExampleArrays

VALUE, GATE = "value", "gate"
CHANCE, AMOUNT = "chance", "amount"  # of any revenue; of the revenue, if there is any


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Predicted values.

    Attributes:
        value: (n,) float64, currency units, 0 or more.
        gate: (n,) share of behaviour in the fused representation, None for models without a gate.
        further: (n,) each, what else a model forecasts (a chance to come back, an amount if so), by name.
    """

    value: NDArray[np.float64]
    gate: NDArray[np.float64] | None = None
    further: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what it holds."""
        return (VALUE, *((GATE,) if self.gate is not None else ()), *self.further)


class FittedModel(Protocol):
    """A trained model."""

    @property
    def parameters(self) -> int:
        """Number of trained values (leaves of a tree model, weights of a network)."""
        ...

    def predict(self, data: ExampleArrays) -> Prediction:
        """Predictions in row order."""
        ...


def non_negative(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Predictions with negative values set to zero: realised revenue is never expected below it."""
    return np.maximum(values.astype(np.float64), 0.0)
