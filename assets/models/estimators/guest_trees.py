"""Trees for customers most of whom bring nothing: chance times amount, and one loss for both.

Squared error asks a few large bills; for guests, nine in ten of whom do not come back within the horizon, it forecasts
totals far off. Both models here have the total of the training rows right.
"""

from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import optuna
from numpy.typing import NDArray

from assets.models.estimators.boosted_trees import booster_of, boosting_parameters, boosting_space
from assets.models.estimators.spec import ModelSpec, Packed, Storage
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays
from assets.models.examples.prediction import AMOUNT, CHANCE, VALUE, Prediction
from assets.models.examples.target import level_of
from assets.models.settings import ModelSettings
from resources.errors import ContractError
from resources.model_store import Artefact

Floats = NDArray[np.float64]
_LEVEL = "level"
_NEXT_TO_NOTHING = 1e-9  # LightGBM refuses targets that are all zero


@dataclass(frozen=True, kw_only=True)
class TwoPartTrees:
    """P(any revenue) times the revenue expected of those who bring any.

    Attributes:
        chance: trees of a binary loss.
        amount: trees of a gamma loss, grown on rows with revenue; None where no row has any.
        level: factor on the amount with which the total of the training rows is right.
    """

    chance: lightgbm.Booster
    amount: lightgbm.Booster | None
    level: float

    @property
    def parameters(self) -> int:
        """Leaf values of both."""
        return sum(_leaves(booster) for booster in (self.chance, self.amount) if booster is not None)

    def predict(self, data: ExampleArrays) -> Prediction:
        """Expected value, chance and amount in row order."""
        if self.amount is None:
            nothing = np.zeros(len(data))
            return Prediction(value=nothing, further={CHANCE: nothing, AMOUNT: nothing})
        chance, amount = _apply(self.chance, data.behaviour), self.level * _apply(self.amount, data.behaviour)
        return Prediction(value=chance * amount, further={CHANCE: chance, AMOUNT: amount})


@dataclass(frozen=True, kw_only=True)
class TweedieTrees:
    """Expected revenue under a loss for amounts with many zeros.

    Attributes:
        booster: log of the expected revenue.
        level: factor on it with which the total of the training rows is right: trees in small steps stop short of it.
    """

    booster: lightgbm.Booster
    level: float

    @property
    def parameters(self) -> int:
        """Leaf values."""
        return _leaves(self.booster)

    def predict(self, data: ExampleArrays) -> Prediction:
        """Predicted value in row order."""
        return Prediction(value=self.level * _apply(self.booster, data.behaviour))


def fit_two_part(data: ExampleArrays, settings: ModelSettings, seed: int) -> TwoPartTrees:
    """Two sets of trees: of whether there is revenue, and of how much among the rows that have any.

    Args:
        data: training rows; only the behaviour block is read.
        settings: rounds, rate, leaves.
        seed: of LightGBM's random streams.

    Source:
        Duan, Manning, Morris, Newhouse (1983), doi:10.2307/1391852: the two-part model; the gamma loss in place of a
        logarithm needs no way back.
    """
    positive = data.target > 0.0
    chance = _grow(data.behaviour, positive.astype(np.float64), settings, seed, objective="binary")
    if not positive.any():
        return TwoPartTrees(chance=chance, amount=None, level=1.0)
    amount = _grow(data.behaviour[positive], data.target[positive], settings, seed, objective="gamma")
    value = _apply(chance, data.behaviour) * _apply(amount, data.behaviour)
    return TwoPartTrees(chance=chance, amount=amount, level=level_of(data.target, value))


def fit_tweedie(data: ExampleArrays, settings: ModelSettings, seed: int) -> TweedieTrees:
    """Trees of Tweedie's deviance, which asks for the mean alone.

    Args:
        data: training rows; only the behaviour block is read.
        settings: rounds, rate, leaves, power of the variance.
        seed: of LightGBM's random streams.

    Source:
        Jørgensen (1987), doi:10.1111/j.2517-6161.1987.tb01685.x; LightGBM parameters page (objective tweedie).
    """
    target = np.maximum(data.target, 0.0 if (data.target > 0.0).any() else _NEXT_TO_NOTHING)
    booster = _grow(
        data.behaviour, target, settings, seed, objective="tweedie", tweedie_variance_power=settings.tweedie_power
    )
    return TweedieTrees(booster=booster, level=level_of(target, _apply(booster, data.behaviour)))


def _grow(features: Floats, target: Floats, settings: ModelSettings, seed: int, **loss: Any) -> lightgbm.Booster:
    rows = lightgbm.Dataset(features, label=target, feature_name=list(BEHAVIOUR_COLUMNS))
    return lightgbm.train(boosting_parameters(settings, seed) | loss, rows, num_boost_round=settings.boosting_rounds)


def _apply(booster: lightgbm.Booster, features: Floats) -> Floats:
    if not len(features):  # LightGBM refuses an empty matrix
        return np.zeros(0)
    return np.asarray(booster.predict(features, num_threads=1), dtype=np.float64)


def _leaves(booster: lightgbm.Booster) -> int:
    return sum(int(tree["num_leaves"]) for tree in booster.dump_model()["tree_info"])


def _tweedie_space(trial: optuna.Trial) -> dict[str, Any]:
    return {**boosting_space(trial), "tweedie_power": trial.suggest_float("tweedie_power", 1.1, 1.9)}


def _pack_two_part(model: TwoPartTrees) -> Packed:
    amount = None if model.amount is None else model.amount.model_to_string()
    return Packed(payload={AMOUNT: amount, _LEVEL: model.level}, trees=model.chance.model_to_string())


def _unpack_two_part(artefact: Artefact) -> TwoPartTrees:
    if AMOUNT not in artefact.payload:
        message = f"artefact of model {artefact.model!r} holds no trees of the amount; train it again"
        raise ContractError(message)
    amount = artefact.payload[AMOUNT]
    return TwoPartTrees(
        chance=booster_of(artefact),
        amount=None if amount is None else lightgbm.Booster(model_str=amount),
        level=float(artefact.payload[_LEVEL]),
    )


SPECS = (
    ModelSpec(
        name="two_part",
        title="LightGBM in two parts",
        fit=fit_two_part,
        seconds_per_fit=0.3,
        is_forecast_only=True,
        outputs=(VALUE, CHANCE, AMOUNT),
        space=boosting_space,
        storage=Storage(pack=_pack_two_part, unpack=_unpack_two_part),
    ),
    ModelSpec(
        name="tweedie",
        title="LightGBM with Tweedie's loss",
        fit=fit_tweedie,
        seconds_per_fit=0.2,
        is_forecast_only=True,
        space=_tweedie_space,
        storage=Storage(
            pack=lambda model: Packed(payload={_LEVEL: model.level}, trees=model.booster.model_to_string()),
            unpack=lambda artefact: TweedieTrees(booster=booster_of(artefact), level=float(artefact.payload[_LEVEL])),
        ),
    ),
)
