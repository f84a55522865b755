"""Baselines: same as the past, and LightGBM on behaviour alone."""

from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from assets.models.estimators.tree_shap import MOST_SPLITS, contributions, trees_of
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, ExampleArrays
from assets.models.examples.prediction import Prediction, non_negative
from assets.models.settings import ModelSettings


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
