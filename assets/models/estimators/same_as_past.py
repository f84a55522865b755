"""Forecasts that learn nothing: the last H days again, the last year's average, the same days a year earlier."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.customers.past_figures import YEAR_DAYS
from assets.models.estimators.registry import NAIVE
from assets.models.estimators.spec import ModelSpec, Packed, Storage
from assets.models.examples.dataset import PAST, ExampleArrays
from assets.models.examples.prediction import Prediction, non_negative


@dataclass(frozen=True)
class SameAsPast:
    """Predicts the revenue of the last H days for the next H; learns nothing."""

    @property
    def parameters(self) -> int:
        """None to train."""
        return 0

    def predict(self, data: ExampleArrays) -> Prediction:
        """The past as the future, in row order."""
        return Prediction(value=non_negative(data.past))


@dataclass(frozen=True)
class TwelveMonthAverage:
    """Predicts the revenue of the last 365 days, as much of it as H days are of a year: half of it for 180 days."""

    @property
    def parameters(self) -> int:
        """None to train."""
        return 0

    def predict(self, data: ExampleArrays) -> Prediction:
        """The average of the last year, in row order."""
        return Prediction(value=non_negative(data.past_year * _share_of_year(data.horizon)))


@dataclass(frozen=True)
class YearEarlier:
    """Predicts the revenue of the same H days a year earlier: what is seasonal and nothing else."""

    @property
    def parameters(self) -> int:
        """None to train."""
        return 0

    def predict(self, data: ExampleArrays) -> Prediction:
        """The same days a year earlier, in row order."""
        return Prediction(value=non_negative(data.year_earlier))


def _share_of_year(horizon: NDArray[np.float64]) -> NDArray[np.float64]:
    return horizon / YEAR_DAYS


def _of_the_past(
    name: str, title: str, make: Callable[[], SameAsPast | TwelveMonthAverage | YearEarlier], *, is_naive: bool = False
) -> ModelSpec:
    return ModelSpec(
        name=name,
        title=title,
        fit=lambda _data, _settings, _seed: make(),
        seconds_per_fit=0.01,
        reads=(PAST,),
        storage=Storage(pack=lambda _model: Packed(), unpack=lambda _artefact: make()),
        is_headline=is_naive,
        is_forecast_only=not is_naive,
    )


SPECS = (
    _of_the_past(NAIVE, "same as the past", SameAsPast, is_naive=True),
    _of_the_past("twelve_month_average", "average of the last twelve months", TwelveMonthAverage),
    _of_the_past("year_earlier", "same days a year earlier", YearEarlier),
)
