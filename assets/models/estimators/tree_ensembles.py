"""Tree ensembles beside LightGBM: random forest, gradient boosting, XGBoost, CatBoost; also with text components.

They are compared, never stored: whoever wants one of them trains it again from the examples. Two libraries are imported
where they are used: together they take more than a second, which no other command should wait for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import lightgbm
import numpy as np
import optuna
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor

from assets.models.estimators.boosted_trees import boosting_parameters, boosting_space
from assets.models.estimators.registry import TREES
from assets.models.estimators.spec import Claim, ModelSpec, Space
from assets.models.examples.dataset import BEHAVIOUR, TEXT, ExampleArrays
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


def fit_trees(
    data: ExampleArrays, settings: ModelSettings, seed: int, *, library: "_Library", reads_text: bool = False
) -> TreeEnsemble:
    """Train an ensemble on one thread, everything random seeded.

    Args:
        data: training rows.
        settings: rounds, rates, sizes.
        seed: of the library's random streams.
        library: that grows the trees.
        reads_text: whether the text's components join the features.

    Source:
        Paper 001, section 2.10.
    """
    components = fit_text_components(data, settings.tree_components) if reads_text else None
    apply, parameters = library(features_of(data, components), data.target, settings, seed)
    return TreeEnsemble(apply=apply, parameters=parameters, components=components)


_Fitted = tuple[Callable[[Floats], Floats], int]
_Library = Callable[[Floats, Floats, ModelSettings, int], _Fitted]


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


def _text_space(trial: optuna.Trial) -> dict[str, Any]:
    return {
        **boosting_space(trial),
        "tree_components": trial.suggest_categorical("tree_components", [2, 4, 8, 12, 24]),
    }


def _forest_space(trial: optuna.Trial) -> dict[str, Any]:
    """Rows per leaf, features per split; more trees never hurt, so their number stays."""
    return {
        "forest_min_leaf": trial.suggest_int("forest_min_leaf", 1, 20),
        "forest_features": trial.suggest_float("forest_features", 0.1, 0.99),
    }


def _of(library: _Library, name: str, title: str, seconds: float, space: Space = boosting_space) -> ModelSpec:
    return ModelSpec(
        name=name, title=title, fit=partial(fit_trees, library=library), seconds_per_fit=seconds, space=space
    )


def _with_text(
    library: _Library, name: str, title: str, seconds: float, *, claims: tuple[Claim, ...] = ()
) -> ModelSpec:
    fit = partial(fit_trees, library=library, reads_text=True)
    return ModelSpec(name=name, title=title, fit=fit, seconds_per_fit=seconds, reads=(BEHAVIOUR, TEXT),
                     space=_text_space, claims=claims)  # fmt: skip


SPECS = (
    _of(_random_forest, "random_forest", "random forest", 3.8, _forest_space),
    _of(_gradient_boosting, "gradient_boosting", "gradient boosting", 3.0),
    _of(_xgboost, "xgboost", "XGBoost", 0.2),
    _of(_catboost, "catboost", "CatBoost", 0.3),
    _with_text(_lightgbm, "lightgbm_text", "LightGBM with text", 0.25,
               claims=(Claim(text="Text helps trees", against=TREES, order=4),)),
    _with_text(_catboost, "catboost_text", "CatBoost with text", 0.5),
)  # fmt: skip
