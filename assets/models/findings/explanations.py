"""The figures of the explanations: Shapley values over customers, and whether they are faithful, with intervals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.common.findings import Tree
from assets.common.intervals import bootstrap_metrics
from assets.models.estimators.boosted_trees import BoostedTrees
from assets.models.examples.dataset import ExampleArrays
from assets.models.examples.prediction import FittedModel
from assets.models.explaining.faithfulness import Deletion, deletion_test
from assets.models.explaining.shapley import PLAYERS, TEXT_PLAYER, ShapleyValues, shapley_values
from assets.models.settings_measuring import MeasuringSettings

Floats = NDArray[np.float64]


def model_explanation(
    name: str, model: FittedModel, data: ExampleArrays, settings: MeasuringSettings, rng: np.random.Generator
) -> Tree:
    """Shapley values of one model and their deletion test, under ``shapley.<name>`` and ``faithfulness.<name>``.

    Exact TreeSHAP for the boosted trees, sampled with the text as one player for a network. Customers are drawn at
    random; half as many again with a text, since they may be few.

    Args:
        name: of the model.
        model: trained.
        data: customers at the latest origin.
        settings: how many customers, background rows and random draws.
        rng: of everything drawn.
    """
    if len(data) < 3:  # one to explain, one to compare with, one to stand in
        return {}
    is_tree = isinstance(model, BoostedTrees)
    order = rng.permutation(len(data))
    half = min(settings.shapley_background, len(data) // 3)
    background, others = data.take(order[:half]), data.take(order[half : 2 * half])
    chosen = order[2 * half :][: settings.shapley_customers]
    with_text = chosen[data.has_text[chosen]]
    spare = order[2 * half :][settings.shapley_customers :]
    with_text = np.concatenate([with_text, spare[data.has_text[spare]]])[: settings.shapley_customers // 2]
    rows = data.take(chosen)
    shapley = _values(model, rows, background, rng)
    deletion = deletion_test(
        model, rows, shapley.values, others, rng, draws=settings.faithfulness_draws, is_text_read=not is_tree
    )
    branch: Tree = {
        "n": len(rows),
        "background": half,
        "base": float(shapley.base.mean()),
        "importance": importance(shapley.values, rng, settings.bootstrap_draws, is_text_read=not is_tree),
    }
    if not is_tree and len(with_text) > 1:
        branch["with_text"] = text_importance(
            _values(model, data.take(with_text), background, rng).values, rng, settings.bootstrap_draws
        )
    faith = deletion_results([deletion], rng, settings.bootstrap_draws)
    return {"shapley": {name: branch}, "faithfulness": {name: faith} if faith else {}}


def _values(
    model: FittedModel, rows: ExampleArrays, background: ExampleArrays, rng: np.random.Generator
) -> ShapleyValues:
    if not isinstance(model, BoostedTrees):
        return shapley_values(model, rows, background, rng)
    exact = model.contributions(rows)
    values = np.column_stack([exact[:, :-1], np.zeros(len(rows))])  # trees do not read the text
    return ShapleyValues(values=values, base=exact[:, -1])


def importance(values: Floats, rng: np.random.Generator, draws: int, *, is_text_read: bool) -> Tree:
    """Mean absolute Shapley value per player with its interval over customers.

    Args:
        values: (n, len(PLAYERS)) one or more rows.
        rng: of the resampling.
        draws: resamples.
        is_text_read: whether the text is a player.
    """
    players = [name for name in PLAYERS if is_text_read or name != TEXT_PLAYER]
    sizes = np.abs(values)
    means = {}
    for name in players:
        column = sizes[:, PLAYERS.index(name)]
        means[name] = _mean(column, rng, draws)
    return means


def text_importance(values: Floats, rng: np.random.Generator, draws: int) -> Tree:
    """Of customers with a text: what the text as a whole moves, and its share of all that moves them."""

    def measured(text: Floats, total: Floats) -> dict[str, float | None]:
        whole = float(total.sum())
        return {"text": float(text.mean()), "share": float(text.sum()) / whole if whole > 0 else 0.0}

    sizes = np.abs(values)
    estimates = bootstrap_metrics(sizes[:, PLAYERS.index(TEXT_PLAYER)], sizes.sum(axis=1), measured, rng, draws)
    return {"n": len(values), **{name: item.as_json() for name, item in estimates.items()}}


def _mean(column: Floats, rng: np.random.Generator, draws: int) -> Any:
    estimates = bootstrap_metrics(column, column, lambda one, _: {"mean": float(one.mean())}, rng, draws)
    return estimates["mean"].as_json()


def deletion_results(deletions: Sequence[Deletion], rng: np.random.Generator, draws: int) -> Tree:
    """Mean movement by number of parts taken away, important against random, with intervals over customers.

    Args:
        deletions: one, or one per text; sizes may differ.
        rng: of the resampling.
        draws: resamples.

    Returns:
        ``remove_<k>`` -> ``n``, ``important``, ``random``, ``difference``, ``wins`` (share of customers whose
        prediction the important parts move more); sizes with fewer than two customers are left out.
    """
    tree: Tree = {}
    for size in sorted({size for item in deletions for size in item.removed}):
        own = [item for item in deletions if size in item.removed]
        important = np.concatenate([item.important[:, item.removed.index(size)] for item in own])
        random = np.concatenate([item.random[:, item.removed.index(size)] for item in own])
        if important.size < 2:
            continue
        estimates = bootstrap_metrics(important, random, _compared, rng, draws)
        tree[f"remove_{size}"] = {"n": int(important.size), **{key: item.as_json() for key, item in estimates.items()}}
    return tree


def _compared(important: Floats, random: Floats) -> dict[str, float | None]:
    gap = important - random
    wins = (gap > 0).mean() + 0.5 * (gap == 0).mean()
    return {
        "important": float(important.mean()),
        "random": float(random.mean()),
        "difference": float(gap.mean()),
        "wins": float(wins),
    }
