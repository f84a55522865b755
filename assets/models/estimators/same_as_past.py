"""The simplest forecast there is: the revenue of the last H days for the next H."""

from dataclasses import dataclass

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


SPECS = (
    ModelSpec(
        name=NAIVE,
        title="same as the past",
        fit=lambda _data, _settings, _seed: SameAsPast(),
        seconds_per_fit=0.01,
        reads=(PAST,),
        storage=Storage(pack=lambda _model: Packed(), unpack=lambda _artefact: SameAsPast()),
        is_headline=True,
    ),
)
