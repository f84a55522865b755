"""Trees for customers most of whom bring nothing: chance times amount, and one loss for both.

Squared error asks a few large bills; for guests, nine in ten of whom do not come back within the horizon, it forecasts
totals far off. The models here have the total of the training rows right, read the wide block beside the behaviour
features, and forecast at the price level of the season ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import lightgbm
import numpy as np
import optuna
from numpy.typing import NDArray

from assets.models.estimators.boosted_trees import booster_of, boosting_parameters, boosting_space
from assets.models.estimators.season import UNKNOWN, base_price, learned_level, season_ahead
from assets.models.estimators.spec import Claim, ModelSpec, Packed, Storage
from assets.models.examples.dataset import (
    BEHAVIOUR,
    BEHAVIOUR_COLUMNS,
    TEXT,
    TEXT_EXTRAS,
    WIDE,
    WIDE_COLUMNS,
    ExampleArrays,
)
from assets.models.examples.prediction import AMOUNT, CHANCE, VALUE, Prediction
from assets.models.examples.target import level_of
from assets.models.settings import ModelSettings
from resources.errors import ContractError
from resources.model_store import Artefact

Floats = NDArray[np.float64]
_LEVEL, _PRICE = "level", "price"
_FEATURES = (*BEHAVIOUR_COLUMNS, *WIDE_COLUMNS)
_FEATURES_WITH_TEXT = (*_FEATURES, *TEXT_EXTRAS, "has_text", "text_weight")
# Ours: each tree of the chance sees half of the features, since many weak ones tell who comes back. Shrinking leaves
# (lambda_l2) ranks a little better still and forecasts too many of those who were last seen long ago.
_MANY_WEAK = {"feature_fraction": 0.5}
_NEXT_TO_NOTHING = 1e-9  # LightGBM refuses targets that are all zero


@dataclass(frozen=True, kw_only=True)
class TwoPartTrees:
    """P(any revenue) times the revenue expected of those who bring any.

    Attributes:
        chance: trees of a binary loss.
        amount: trees of a gamma loss, grown on rows with revenue; None where no row has any.
        level: factor on the amount with which the total of the training rows is right.
        price: of the horizons learned from (:func:`assets.models.estimators.season.base_price`).
    """

    chance: lightgbm.Booster
    amount: lightgbm.Booster | None
    level: float
    price: float = UNKNOWN

    @property
    def parameters(self) -> int:
        """Leaf values of both."""
        return sum(_leaves(booster) for booster in (self.chance, self.amount) if booster is not None)

    def predict(self, data: ExampleArrays) -> Prediction:
        """Expected value, chance and amount in row order."""
        if self.amount is None:
            nothing = np.zeros(len(data))
            return Prediction(value=nothing, further={CHANCE: nothing, AMOUNT: nothing})
        chance = _apply(self.chance, data)
        amount = self.level * season_ahead(data, self.price) * _apply(self.amount, data)
        return Prediction(value=chance * amount, further={CHANCE: chance, AMOUNT: amount})


@dataclass(frozen=True, kw_only=True)
class TweedieTrees:
    """Expected revenue under a loss for amounts with many zeros.

    Attributes:
        booster: log of the expected revenue.
        level: factor on it with which the total of the training rows is right: trees in small steps stop short of it.
        price: of the horizons learned from (:func:`assets.models.estimators.season.base_price`).
    """

    booster: lightgbm.Booster
    level: float
    price: float = UNKNOWN

    @property
    def parameters(self) -> int:
        """Leaf values."""
        return _leaves(self.booster)

    def predict(self, data: ExampleArrays) -> Prediction:
        """Predicted value in row order."""
        return Prediction(value=self.level * season_ahead(data, self.price) * _apply(self.booster, data))


def fit_two_part(
    data: ExampleArrays, settings: ModelSettings, seed: int, names: Sequence[str] = _FEATURES
) -> TwoPartTrees:
    """Two sets of trees: of whether there is revenue, and of how much among the rows that have any.

    Args:
        data: training rows.
        settings: rounds, rate, leaves.
        seed: of LightGBM's random streams.
        names: features that are read.

    Source:
        Duan, Manning, Morris, Newhouse (1983), doi:10.2307/1391852: the two-part model; the gamma loss in place of a
        logarithm needs no way back.
    """
    positive = data.target > 0.0
    chance = _grow(data, names, positive.astype(np.float64), settings, seed, objective="binary", **_MANY_WEAK)
    if not positive.any():
        return TwoPartTrees(chance=chance, amount=None, level=1.0)
    price = base_price(data)
    season = learned_level(data, price)
    paid, target = data.take(positive), (data.target / season)[positive]
    amount = _grow(paid, names, target, settings, seed, objective="gamma")
    value = season * _apply(chance, data) * _apply(amount, data)
    return TwoPartTrees(chance=chance, amount=amount, level=level_of(data.target, value), price=price)


def fit_tweedie(data: ExampleArrays, settings: ModelSettings, seed: int) -> TweedieTrees:
    """Trees of Tweedie's deviance, which asks for the mean alone.

    Args:
        data: training rows.
        settings: rounds, rate, leaves, power of the variance.
        seed: of LightGBM's random streams.

    Source:
        Jørgensen (1987), doi:10.1111/j.2517-6161.1987.tb01685.x; LightGBM parameters page (objective tweedie).
    """
    target = np.maximum(data.target, 0.0 if (data.target > 0.0).any() else _NEXT_TO_NOTHING)
    price = base_price(data)
    season = learned_level(data, price)
    power = settings.tweedie_power
    booster = _grow(data, _FEATURES, target / season, settings, seed, objective="tweedie", tweedie_variance_power=power)
    return TweedieTrees(booster=booster, level=level_of(target, season * _apply(booster, data)), price=price)


def _matrix(data: ExampleArrays, names: Sequence[str]) -> Floats:
    """(n, len(names)) features by name: behaviour, wide block, and what the texts come to in four numbers.

    Raises:
        ContractError: a feature is unknown to this version: the trees were grown by another one.
    """
    said = np.column_stack([data.text[:, -len(TEXT_EXTRAS) :], data.has_text, data.text_weight])
    known = dict(zip(_FEATURES_WITH_TEXT, np.column_stack([data.behaviour, data.wide, said]).T, strict=True))
    missing = [name for name in names if name not in known]
    if missing:
        message = f"trees of guests read {', '.join(missing)}, which no example holds; train them again"
        raise ContractError(message)
    return np.column_stack([known[name] for name in names])


def _grow(
    data: ExampleArrays, names: Sequence[str], target: Floats, settings: ModelSettings, seed: int, **loss: Any
) -> lightgbm.Booster:
    rows = lightgbm.Dataset(_matrix(data, names), label=target, feature_name=list(names))
    return lightgbm.train(boosting_parameters(settings, seed) | loss, rows, num_boost_round=settings.boosting_rounds)


def _apply(booster: lightgbm.Booster, data: ExampleArrays) -> Floats:
    if not len(data):  # LightGBM refuses an empty matrix
        return np.zeros(0)
    return np.asarray(booster.predict(_matrix(data, booster.feature_name()), num_threads=1), dtype=np.float64)


def _leaves(booster: lightgbm.Booster) -> int:
    return sum(int(tree["num_leaves"]) for tree in booster.dump_model()["tree_info"])


def _tweedie_space(trial: optuna.Trial) -> dict[str, Any]:
    return {**boosting_space(trial), "tweedie_power": trial.suggest_float("tweedie_power", 1.1, 1.9)}


def _pack_two_part(model: TwoPartTrees) -> Packed:
    amount = None if model.amount is None else model.amount.model_to_string()
    return Packed(
        payload={AMOUNT: amount, _LEVEL: model.level, _PRICE: model.price}, trees=model.chance.model_to_string()
    )


def _unpack_two_part(artefact: Artefact) -> TwoPartTrees:
    if AMOUNT not in artefact.payload:
        message = f"artefact of model {artefact.model!r} holds no trees of the amount; train it again"
        raise ContractError(message)
    amount = artefact.payload[AMOUNT]
    return TwoPartTrees(
        chance=booster_of(artefact),
        amount=None if amount is None else lightgbm.Booster(model_str=amount),
        level=float(artefact.payload[_LEVEL]),
        price=float(artefact.payload.get(_PRICE, UNKNOWN)),
    )


SPECS = (
    ModelSpec(
        name="two_part",
        title="LightGBM in two parts",
        fit=fit_two_part,
        seconds_per_fit=0.3,
        is_forecast_only=True,
        reads=(BEHAVIOUR, WIDE),
        outputs=(VALUE, CHANCE, AMOUNT),
        space=boosting_space,
        storage=Storage(pack=_pack_two_part, unpack=_unpack_two_part),
    ),
    ModelSpec(
        name="two_part_text",
        title="LightGBM in two parts with text",
        fit=partial(fit_two_part, names=_FEATURES_WITH_TEXT),
        seconds_per_fit=0.3,
        is_forecast_only=True,
        reads=(BEHAVIOUR, WIDE, TEXT),
        outputs=(VALUE, CHANCE, AMOUNT),
        space=boosting_space,
        storage=Storage(pack=_pack_two_part, unpack=_unpack_two_part),
        claims=(Claim(text="What reviews say helps to tell who comes back", against="two_part", order=20),),
    ),
    ModelSpec(
        name="tweedie",
        title="LightGBM with Tweedie's loss",
        fit=fit_tweedie,
        seconds_per_fit=0.2,
        is_forecast_only=True,
        reads=(BEHAVIOUR, WIDE),
        space=_tweedie_space,
        storage=Storage(
            pack=lambda model: Packed(
                payload={_LEVEL: model.level, _PRICE: model.price}, trees=model.booster.model_to_string()
            ),
            unpack=lambda artefact: TweedieTrees(
                booster=booster_of(artefact),
                level=float(artefact.payload[_LEVEL]),
                price=float(artefact.payload.get(_PRICE, UNKNOWN)),
            ),
        ),
    ),
)
