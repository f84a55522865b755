"""The ceilings in figures, from the rows of ``value_ceilings``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.common.findings import Estimate
from assets.common.intervals import fold_interval
from assets.models.estimators.anchored import ANCHORED
from assets.models.evaluation.ceilings import (
    BEHAVIOUR,
    DATA_RICH,
    ORACLE,
    OWN_MODELS,
    TRUE_LINKS,
    WITH_TEXT,
    Share,
    best_of,
    by_seed,
    ceiling_of,
    gain,
    means_by_model,
    shares_of,
)
from assets.models.evaluation.statistics import Comparison

Tree = dict[str, Any]
CEILINGS = (DATA_RICH, ORACLE)
FOLDS = 5  # of each world's cross-validation, as in the models room
HEADLINE = "strong"  # stands under the names that the results promise
_PAIRS = "pairs"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One influence: the models beside the ceilings.

    Attributes:
        influence: none, weak or strong.
        worlds: number of worlds.
        means: metric -> model -> mean over worlds.
        ceilings: ceiling -> name of the model behind it and its mean R².
        shares: ceiling -> models, best first.
        best: of the pipeline's models by mean R².
        behaviour: the best of those that read no text.
        fusion: the best of those that fuse behaviour with text.
        gains: model with text -> what it is held against, and the difference in R²: fusion against ``behaviour``;
            with the suffix of true links: on the texts of the true pairs; with the prefix of the data-rich ceiling: the
            same learner with and without text, taught by the other worlds.
        pairs_right: share of the pipeline's pairs that are true.
    """

    influence: str
    worlds: int
    means: Mapping[str, Mapping[str, float]]
    ceilings: Mapping[str, tuple[str, float]]
    shares: Mapping[str, list[Share]]
    best: str
    behaviour: str
    fusion: str
    gains: Mapping[str, tuple[str, Comparison]]
    pairs_right: float | None

    def share_of_best(self, ceiling: str) -> float | None:
        """Share of the ceiling's R² that the best model reaches."""
        return next((item.share for item in self.shares.get(ceiling, []) if item.model == self.best), None)


def standing(rows: pl.DataFrame, influence: str) -> Standing | None:
    """How the models stand under one influence; None where no world of it is finished.

    Args:
        rows: ``value_ceilings``.
        influence: none, weak or strong.
    """
    own = rows.filter(pl.col("influence") == influence)
    means = {metric: means_by_model(own, metric) for metric in ("r2", "mae", "gini")}
    best, behaviour = best_of(means["r2"], OWN_MODELS), best_of(means["r2"], BEHAVIOUR)
    fusion = best_of(means["r2"], WITH_TEXT)
    if best is None or behaviour is None or fusion is None:
        return None
    by_name = {name: ceiling_of(means["r2"], name) for name in CEILINGS}
    ceilings = {name: item for name, item in by_name.items() if item is not None}
    against = dict.fromkeys(WITH_TEXT, behaviour)
    against |= {f"{name}_{TRUE_LINKS}": plain for name, plain in against.items()}
    against[f"{DATA_RICH}_{ANCHORED[1]}"] = f"{DATA_RICH}_{ANCHORED[0]}"
    gains = {name: (plain, gain(own, name, plain, FOLDS)) for name, plain in against.items()}
    right = own.filter((pl.col("model") == _PAIRS) & pl.col("value").is_not_null())["value"]
    return Standing(
        influence=influence,
        worlds=by_seed(own, "r2").height,
        means=means,
        ceilings=ceilings,
        shares={name: shares_of(means["r2"], item[1]) for name, item in ceilings.items()},
        best=best,
        behaviour=behaviour,
        fusion=fusion,
        gains={name: (plain, step) for name, (plain, step) in gains.items() if step is not None},
        pairs_right=float(np.mean(right.to_numpy())) if len(right) else None,
    )


def model_estimate(rows: pl.DataFrame, influence: str, model: str, metric: str = "r2") -> Estimate | None:
    """Mean over the worlds with the interval of the corrected resampled t."""
    table = by_seed(rows.filter(pl.col("influence") == influence), metric)
    return fold_interval(table[model].to_numpy(), 1.0 / (FOLDS - 1)) if model in table.columns else None


def ceiling_results(rows: pl.DataFrame, influences: tuple[str, ...]) -> Tree:
    """The branch ``ceilings``: both ceilings of the strong influence, and everything by influence.

    Args:
        rows: ``value_ceilings``; empty where the study was not run.
        influences: in the order shown.
    """
    tree: Tree = {}
    for influence in influences:
        item = standing(rows, influence)
        if item is None:
            continue
        branch = {name: _ceiling_branch(item, name) for name in item.ceilings}
        tree[influence] = {**branch, "worlds": item.worlds, "best": item.best, "gain": _gain_branch(item)}
        if influence == HEADLINE:
            tree |= branch
    return tree


def _ceiling_branch(item: Standing, ceiling: str) -> Tree:
    model, r2 = item.ceilings[ceiling]
    return {
        "r2": r2,
        "mae": item.means["mae"].get(model),
        "gini": item.means["gini"].get(model),
        "learner": model,
        "share": {share.model: share.share for share in item.shares[ceiling]},
    }


def _gain_branch(item: Standing) -> Tree:
    return {
        f"{name}_vs_{plain}": {"difference": step.difference, "p_corrected": step.p_corrected,
                                        "effect": step.effect}
        for name, (plain, step) in item.gains.items()
    }  # fmt: skip
