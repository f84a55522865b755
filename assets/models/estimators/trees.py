"""Tree ensembles beside LightGBM: random forest, gradient boosting, XGBoost, CatBoost; also with text components.

They are compared, never stored: whoever wants one of them trains it again from the examples. Two libraries are imported
where they are used: together they take more than a second, which no other command should wait for.
"""

from collections.abc import Callable
from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor

from assets.models.estimators.baselines import boosting_parameters
from assets.models.examples.dataset import ExampleArrays
from assets.models.examples.prediction import Prediction, non_negative
from assets.models.examples.text_components import TextComponents, fit_text_components
from assets.models.settings import ModelSettings

Floats = NDArray[np.float64]
_DEEPEST = 10  # of CatBoost's symmetric trees, which double with each level


@dataclass(frozen=True, kw_only=True)
class TreeEnsemble:
    """Fitted trees of any library.

    Attributes:
        apply: (n, features) -> (n,) currency units.
        parameters: leaf values.
        components: of the text, None for behaviour alone.
    """

    apply: Callable[[Floats], Floats]
    parameters: int
    components: TextComponents | None

    def predict(self, data: ExampleArrays) -> Prediction:
        """Predicted value in row order."""
        if not len(data):  # most of the libraries refuse an empty matrix
            return Prediction(value=np.zeros(0))
        return Prediction(value=non_negative(self.apply(features_of(data, self.components))))


def features_of(data: ExampleArrays, components: TextComponents | None) -> Floats:
    """(n, features) behaviour, and the text's components where asked for."""
    return data.behaviour if components is None else np.column_stack([data.behaviour, components.features(data)])


def fit_trees(name: str, data: ExampleArrays, settings: ModelSettings, seed: int) -> TreeEnsemble:
    """Train the named ensemble on one thread, everything random seeded.

    Args:
        name: a key of ``LIBRARIES``; with ``_text`` at its end the text's components join the features.
        data: training rows.
        settings: rounds, rates, sizes.
        seed: of the library's random streams.

    Source:
        Paper 001, section 2.10.
    """
    components = fit_text_components(data, settings.tree_components) if name.endswith("_text") else None
    fit = LIBRARIES[name.removesuffix("_text")]
    apply, parameters = fit(features_of(data, components), data.target, settings, seed)
    return TreeEnsemble(apply=apply, parameters=parameters, components=components)


_Fitted = tuple[Callable[[Floats], Floats], int]


def _random_forest(features: Floats, target: Floats, settings: ModelSettings, seed: int) -> _Fitted:
    model = RandomForestRegressor(
        n_estimators=settings.forest_trees,
        min_samples_leaf=settings.forest_min_leaf,
        max_features=settings.forest_features,
        n_jobs=settings.threads,
        random_state=seed,
    ).fit(features, target)
    return model.predict, sum(int(tree.tree_.n_leaves) for tree in model.estimators_)


def _gradient_boosting(features: Floats, target: Floats, settings: ModelSettings, seed: int) -> _Fitted:
    model = GradientBoostingRegressor(
        n_estimators=settings.boosting_rounds,
        learning_rate=settings.boosting_rate,
        max_depth=None,  # pyright: ignore[reportArgumentType]  (the library's word for "by leaves alone")
        max_leaf_nodes=settings.boosting_leaves,
        min_samples_leaf=settings.boosting_min_leaf,
        max_features=0.5,  # ours: halves the time of sorting every feature at every split
        random_state=seed,
    ).fit(features, target)
    return model.predict, sum(int(tree.tree_.n_leaves) for tree in model.estimators_[:, 0])


def _lightgbm(features: Floats, target: Floats, settings: ModelSettings, seed: int) -> _Fitted:
    booster = lightgbm.train(
        boosting_parameters(settings, seed),
        lightgbm.Dataset(features, label=target),
        num_boost_round=settings.boosting_rounds,
    )
    leaves = sum(int(tree["num_leaves"]) for tree in booster.dump_model()["tree_info"])
    return lambda rows: np.asarray(booster.predict(rows, num_threads=settings.threads), dtype=np.float64), leaves


def _xgboost(features: Floats, target: Floats, settings: ModelSettings, seed: int) -> _Fitted:
    import xgboost

    booster = xgboost.train(
        {
            "objective": "reg:squarederror",
            "eta": settings.boosting_rate,
            "tree_method": "hist",
            "grow_policy": "lossguide",
            "max_leaves": settings.boosting_leaves,
            "max_depth": 0,
            "min_child_weight": settings.boosting_min_leaf,
            "nthread": settings.threads,
            "seed": seed,
            "verbosity": 0,
        },
        xgboost.DMatrix(features, label=target, nthread=settings.threads),
        num_boost_round=settings.boosting_rounds,
    )
    leaves = sum(tree.count("leaf=") for tree in booster.get_dump())
    return lambda rows: booster.predict(xgboost.DMatrix(rows, nthread=settings.threads)).astype(np.float64), leaves


def _catboost(features: Floats, target: Floats, settings: ModelSettings, seed: int) -> _Fitted:
    import catboost

    constant = np.ptp(target) == 0.0 if len(target) else True
    if constant:  # CatBoost refuses a target without spread
        level = float(target[0]) if len(target) else 0.0
        return lambda rows: np.full(len(rows), level), 1
    depth = int(np.clip(round(np.log2(settings.boosting_leaves)), 1, _DEEPEST))
    model = catboost.CatBoostRegressor(
        iterations=settings.boosting_rounds,
        learning_rate=settings.boosting_rate,
        depth=depth,  # symmetric trees: 2 ** depth leaves, as near to the asked number as they come
        min_data_in_leaf=settings.boosting_min_leaf,
        thread_count=settings.threads,
        random_seed=seed,
        verbose=False,
        allow_writing_files=False,
    ).fit(features, target)
    leaves = int(model.get_tree_leaf_counts().sum())
    return lambda rows: np.asarray(model.predict(rows), dtype=np.float64), leaves


LIBRARIES: dict[str, Callable[[Floats, Floats, ModelSettings, int], _Fitted]] = {
    "random_forest": _random_forest,
    "gradient_boosting": _gradient_boosting,
    "lightgbm": _lightgbm,
    "xgboost": _xgboost,
    "catboost": _catboost,
}
