"""What every model offers, so that evaluation and scoring need not know which one it is."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assets.models.examples.dataset import ExampleArrays


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Predicted values.

    Attributes:
        value: (n,) float64, currency units, 0 or more.
        gate: (n,) share of behaviour in the fused representation, None for models without a gate.
    """

    value: NDArray[np.float64]
    gate: NDArray[np.float64] | None = None


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
