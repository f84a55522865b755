"""LightGBM on behaviour alone, and what every model made of its trees shares: parameters, tuning, storage."""

from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import optuna
from numpy.typing import NDArray

from assets.models.estimators.registry import NAIVE, TREES
from assets.models.estimators.spec import ModelSpec, Packed, Storage
from assets.models.estimators.tree_shap import MOST_SPLITS, contributions, trees_of
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays
from assets.models.examples.prediction import Prediction, non_negative
from assets.models.settings import ModelSettings
from resources.errors import ContractError
from resources.model_store import Artefact


@dataclass(frozen=True)
class BoostedTrees:
    """LightGBM regression trees over the behaviour block."""

    booster: lightgbm.Booster

    @property
    def parameters(self) -> int:
        """Number of leaf values."""
        return sum(tree["num_leaves"] for tree in self.booster.dump_model()["tree_info"])

    def predict(self, data: ExampleArrays) -> Prediction:
        """Predicted value in row order."""
        return Prediction(value=non_negative(_call(self.booster, data.behaviour)))

    def contributions(self, data: ExampleArrays) -> NDArray[np.float64]:
        """(n, n_features + 1) exact TreeSHAP contributions, currency units; the last column is the base value."""
        dumped = self.booster.dump_model()
        if any(tree["num_leaves"] > MOST_SPLITS + 1 for tree in dumped["tree_info"]):
            return _call(self.booster, data.behaviour, is_contribution=True)
        return contributions(trees_of(dumped), data.behaviour)


def boosting_parameters(settings: ModelSettings, seed: int) -> dict[str, Any]:
    """LightGBM's parameters with everything that could vary between runs fixed.

    Source:
        LightGBM parameters page (deterministic, force_row_wise).
    """
    return {
        "objective": "regression",
        "learning_rate": settings.boosting_rate,
        "num_leaves": settings.boosting_leaves,
        "min_data_in_leaf": settings.boosting_min_leaf,
        "num_threads": settings.threads,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def fit_boosted_trees(data: ExampleArrays, settings: ModelSettings, seed: int) -> BoostedTrees:
    """Train LightGBM.

    Args:
        data: training rows; only the behaviour block is read.
        settings: rounds, rate, leaves.
        seed: of LightGBM's random streams.

    Source:
        Paper 001, section 2.10.
    """
    train = lightgbm.Dataset(data.behaviour, label=data.target, feature_name=list(BEHAVIOUR_COLUMNS))
    return BoostedTrees(
        lightgbm.train(boosting_parameters(settings, seed), train, num_boost_round=settings.boosting_rounds)
    )


def _call(
    booster: lightgbm.Booster, values: NDArray[np.float64], *, is_contribution: bool = False
) -> NDArray[np.float64]:
    width = len(BEHAVIOUR_COLUMNS) + 1
    if not len(values):  # LightGBM refuses an empty matrix
        return np.zeros((0, width)) if is_contribution else np.zeros(0)
    return np.asarray(booster.predict(values, pred_contrib=is_contribution, num_threads=1), dtype=np.float64)


def boosting_space(trial: optuna.Trial) -> dict[str, Any]:
    """Rounds, rate, leaves, rows per leaf."""
    return {
        "boosting_rounds": trial.suggest_int("boosting_rounds", 50, 300, step=50),
        "boosting_rate": trial.suggest_float("boosting_rate", 0.01, 0.2, log=True),
        "boosting_leaves": trial.suggest_int("boosting_leaves", 4, 31),
        "boosting_min_leaf": trial.suggest_int("boosting_min_leaf", 3, 50, log=True),
    }


def booster_of(artefact: Artefact) -> lightgbm.Booster:
    """The trees that an artefact holds.

    Raises:
        ContractError: it holds none.
    """
    if artefact.trees is None:
        message = f"artefact of model {artefact.model!r} holds no trees; train it again"
        raise ContractError(message)
    return lightgbm.Booster(model_str=artefact.trees)


SPECS = (
    ModelSpec(
        name=TREES,
        title="LightGBM",
        fit=fit_boosted_trees,
        seconds_per_fit=0.15,
        space=boosting_space,
        storage=Storage(
            pack=lambda model: Packed(trees=model.booster.model_to_string()),
            unpack=lambda artefact: BoostedTrees(booster_of(artefact)),
        ),
        is_headline=True,
        is_explained=True,
        compared_with=(NAIVE,),
    ),
)
