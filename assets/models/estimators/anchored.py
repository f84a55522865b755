"""Boosted trees on top of the past: they learn by which factor a customer's past revenue is to be multiplied.

A few customers bring most of the revenue. Trees of currency units forecast no more than the largest target they have
seen, networks hardly more; a factor has no such end.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import lightgbm
import numpy as np
import optuna
from numpy.typing import NDArray

from assets.models.estimators.boosted_trees import booster_of, boosting_parameters, boosting_space
from assets.models.estimators.registry import NAIVE
from assets.models.estimators.spec import Claim, ModelSpec, Packed, Side, Storage
from assets.models.examples.dataset import BEHAVIOUR, PAST, TEXT, TEXT_EXTRAS, ExampleArrays
from assets.models.examples.prediction import Prediction
from assets.models.examples.target import typical_value
from assets.models.settings import ModelSettings
from resources.model_store import Artefact

Floats = NDArray[np.float64]
ANCHORED = ("anchored", "anchored_text")  # without and with the figures of the reviews
_NEXT_TO_NOTHING = 1e-9  # LightGBM refuses counts that are all zero


@dataclass(frozen=True, kw_only=True)
class AnchoredTrees:
    """Revenue of the past times a factor that boosted trees learn: no forecast ends where the training rows do.

    Attributes:
        booster: log of the factor.
        floor: added to the past, so that who brought nothing yet may bring something.
        reads_text: whether score, polarity, number and weight of the reviews are read.
    """

    booster: lightgbm.Booster
    floor: float
    reads_text: bool

    @property
    def parameters(self) -> int:
        """Leaf values."""
        return sum(int(tree["num_leaves"]) for tree in self.booster.dump_model()["tree_info"])

    def predict(self, data: ExampleArrays) -> Prediction:
        """Predicted value in row order."""
        factor = np.exp(np.asarray(self.booster.predict(_seen(data, self.reads_text), raw_score=True, num_threads=1)))
        return Prediction(value=factor * (data.past + self.floor))


def fit_anchored(data: ExampleArrays, settings: ModelSettings, seed: int, *, reads_text: bool) -> AnchoredTrees:
    """Poisson regression by LightGBM with the log of the past as offset.

    Poisson's second derivatives are revenue, so a leaf's weight against the ridge is the revenue that it holds: no row
    counts for more than it brings, and no leaf moves far on the word of few.

    Args:
        data: training rows.
        settings: rounds, rate, leaves, shrinkage.
        seed: of LightGBM.
        reads_text: whether the reviews' figures join the behaviour.

    Source:
        LightGBM parameters page (objective poisson); the offset is the init_score of its Dataset.
    """
    floor = typical_value(data.target)
    label = np.maximum(data.target, 0.0 if (data.target > 0).any() else _NEXT_TO_NOTHING)
    train = lightgbm.Dataset(_seen(data, reads_text), label=label, init_score=np.log(data.past + floor))
    ridge = settings.anchored_shrinkage * float(label.sum())
    parameters = boosting_parameters(settings, seed) | {"objective": "poisson", "lambda_l2": ridge}
    booster = lightgbm.train(parameters, train, num_boost_round=settings.anchored_rounds)
    return AnchoredTrees(booster=booster, floor=floor, reads_text=reads_text)


def _seen(data: ExampleArrays, reads_text: bool) -> Floats:
    if not reads_text:
        return data.behaviour
    told = np.where(data.has_text[:, None], data.text[:, -len(TEXT_EXTRAS) :].astype(np.float64), np.nan)
    return np.column_stack([data.behaviour, told])


def _space(trial: optuna.Trial) -> dict[str, Any]:
    space = boosting_space(trial)
    space["anchored_rounds"] = space.pop("boosting_rounds")
    return {**space, "anchored_shrinkage": trial.suggest_float("anchored_shrinkage", 0.005, 0.3, log=True)}


def _pack(model: AnchoredTrees) -> Packed:
    payload = {"floor": model.floor, "reads_text": model.reads_text}
    return Packed(payload=payload, trees=model.booster.model_to_string())


def _unpack(artefact: Artefact) -> AnchoredTrees:
    floor, reads_text = float(artefact.payload["floor"]), bool(artefact.payload["reads_text"])
    return AnchoredTrees(booster=booster_of(artefact), floor=floor, reads_text=reads_text)


def _spec(name: str, title: str, claim: Claim, *, reads_text: bool) -> ModelSpec:
    return ModelSpec(
        name=name,
        title=title,
        fit=partial(fit_anchored, reads_text=reads_text),
        seconds_per_fit=0.2,
        side=Side.OURS,
        reads=(PAST, BEHAVIOUR, TEXT) if reads_text else (PAST, BEHAVIOUR),
        space=_space,
        storage=Storage(pack=_pack, unpack=_unpack),
        claims=(claim,),
    )


SPECS = (
    _spec(ANCHORED[0], "LightGBM on top of the past", reads_text=False,
          claim=Claim(text="Trees on top of the past beat “same as the past”", against=NAIVE, order=6)),
    _spec(ANCHORED[1], "LightGBM with text on top of the past", reads_text=True,
          claim=Claim(text="Text helps trees on top of the past", against=ANCHORED[0], order=5)),
)  # fmt: skip
