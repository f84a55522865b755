"""The scale on which a model learns the target, and the way back to currency units."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources.errors import ContractError

_WIDEST = 0.5  # spreads beyond the largest training value on the learning scale: stops exp from running away


@dataclass(frozen=True, kw_only=True)
class TargetScale:
    """A fitted scale of the target.

    Attributes:
        kind: ``standard`` ((y - mean) / spread), ``root`` (the same after the square root), ``log1p`` (the same
            after ln(1 + y)), ``log`` (the same after ln y, fitted on positive targets only; no value is -inf) or
            ``share`` (y over the mean, which is kept as the spread).
        mean: of the training targets on the chosen scale.
        spread: their standard deviation, 1 for constant targets.
        largest: largest scaled training target; predictions stop a little above it.
    """

    kind: str
    mean: float
    spread: float
    largest: float

    def forward(self, target: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) currency units -> learning scale."""
        return (_raise(target, self.kind) - self.mean) / self.spread

    def backward(self, scaled: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) learning scale -> currency units."""
        raised = np.minimum(scaled, self.largest + _WIDEST) * self.spread + self.mean
        return _SCALES[self.kind][1](raised)

    def payload(self) -> dict[str, Any]:
        """JSON-able form."""
        return {"kind": self.kind, "mean": self.mean, "spread": self.spread, "largest": self.largest}


def fit_target_scale(target: NDArray[np.float64], kind: str) -> TargetScale:
    """Scale of the training targets.

    Args:
        target: (n,) currency units.
        kind: ``standard``, ``root``, ``log1p``, ``log`` or ``share``; negative targets count as 0 in all but the
            first.

    Raises:
        ContractError: the kind is unknown.
    """
    if kind not in _SCALES:
        message = f"target scale {kind!r} is unknown; choose one of {', '.join(_SCALES)}"
        raise ContractError(message)
    raised = _raise(target, kind)
    raised = raised[np.isfinite(raised)]
    mean = float(raised.mean()) if len(raised) else 0.0
    spread = float(raised.std()) if len(raised) else 0.0
    if kind == "share":
        mean, spread = 0.0, mean
    spread = spread if spread > 0.0 else 1.0
    largest = float((raised.max() - mean) / spread) if len(raised) else 0.0
    return TargetScale(kind=kind, mean=mean, spread=spread, largest=largest)


def level_of(target: NDArray[np.float64], value: NDArray[np.float64]) -> float:
    """The factor with which forecasts of the training rows have their total right; 1 where nothing is forecast.

    The mean of a square root or a logarithm, squared or raised again, falls short of the mean: a network so trained
    forecast half of the revenue. One factor moves no customer past another.

    Args:
        target: (n,) realised value of the training rows.
        value: (n,) their forecast.

    Source:
        Duan (1983), doi:10.1080/01621459.1983.10478017: smearing; here one factor for all, which needs no equal spread
        of the errors.
    """
    realised, forecast = float(target.sum()), float(value.sum())
    return max(realised, 0.0) / forecast if forecast > 0.0 else 1.0


def typical_value(target: NDArray[np.float64]) -> float:
    """Median of the positive targets, at least 1, currency units: what to add to a past of nothing."""
    positive = target[target > 0.0]
    return max(float(np.median(positive)), 1.0) if len(positive) else 1.0


def _raise(target: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    return _SCALES[kind][0](target)


def _log(value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(value, out=np.full(value.shape, -np.inf), where=value > 0.0)


_Function = Callable[[NDArray[np.float64]], NDArray[np.float64]]
_SCALES: dict[str, tuple[_Function, _Function]] = {  # there and back
    "standard": (lambda value: value, lambda value: value),
    "root": (lambda value: np.sqrt(np.maximum(value, 0.0)), lambda value: np.maximum(value, 0.0) ** 2),
    "log1p": (lambda value: np.log1p(np.maximum(value, 0.0)), np.expm1),
    "log": (_log, np.exp),
    "share": (lambda value: np.maximum(value, 0.0), lambda value: np.maximum(value, 0.0)),
}
