"""Exact path-dependent SHAP values of LightGBM's trees for many rows, each distinct way through a tree taken once.

Rows that fall on the same side of every split of a tree share its contributions, so they are computed for the
distinct patterns only. A leaf is a product over the features on its path, whose Shapley value is the integral of a
polynomial; Gauss-Legendre quadrature with enough points is exact.

Source: Lundberg et al. (2020), doi:10.1038/s42256-019-0138-9; the integral is Owen's (1972) multilinear extension.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources.errors import ContractError

MOST_SPLITS = 62  # of a tree: they share one signed integer, a bit each


@dataclass(frozen=True)
class Leaf:
    """A leaf and what its path asks of each feature.

    Attributes:
        value: currency units.
        features: (m,) distinct features on the path.
        splits: per feature, the splits of the path on it.
        sides: per feature, the side taken at each of them (True: left).
        shares: (m,) share of training rows that go the path's way at the feature's splits.
    """

    value: float
    features: NDArray[np.int64]
    splits: tuple[NDArray[np.int64], ...]
    sides: tuple[NDArray[np.bool_], ...]
    shares: NDArray[np.float64]


@dataclass(frozen=True)
class Tree:
    """Splits (feature, threshold; left when the value is not above it) and leaves."""

    features: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    leaves: tuple[Leaf, ...]


def trees_of(model: Mapping[str, Any]) -> list[Tree]:
    """The trees of LightGBM's ``dump_model``.

    Raises:
        ContractError: a split is not numerical, or a tree has more than :data:`MOST_SPLITS`.
    """
    return [_tree_of(item["tree_structure"]) for item in model["tree_info"]]


def contributions(trees: Sequence[Tree], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, n_features + 1) SHAP values, the base value last, as LightGBM's ``pred_contrib`` gives them.

    Args:
        trees: :func:`trees_of`.
        values: (n, n_features), finite.
    """
    sums = np.zeros((values.shape[1] + 1, len(values)))  # a row per feature: adding to it runs through memory once
    for tree in trees:
        sums[-1] += sum(leaf.value * float(leaf.shares.prod()) for leaf in tree.leaves)
        if not len(tree.features):
            continue
        pattern = np.zeros(len(values), dtype=np.int64)
        for split, (feature, threshold) in enumerate(zip(tree.features, tree.thresholds, strict=True)):
            pattern |= (values[:, feature] <= threshold).astype(np.int64) << split
        distinct, place = np.unique(pattern, return_inverse=True)
        used = np.unique(tree.features)
        for feature, part in zip(used, _of_patterns(tree, distinct, used), strict=True):
            sums[feature] += part[place]
    return np.ascontiguousarray(sums.T)


def _of_patterns(tree: Tree, patterns: NDArray[np.int64], used: NDArray[np.int64]) -> NDArray[np.float64]:
    """(features used, patterns) contributions of a tree to each distinct pattern of its splits."""
    left = (patterns[:, None] >> np.arange(len(tree.features))) & 1 == 1  # (patterns, splits)
    sums = np.zeros((len(used), len(patterns)))
    for leaf in tree.leaves:
        meets = np.stack(
            [(left[:, splits] == sides).all(axis=1) for splits, sides in zip(leaf.splits, leaf.sides, strict=True)]
        )  # (m, patterns)
        change = meets - leaf.shares[:, None]
        points, weights = _quadrature(len(leaf.features))
        factors = leaf.shares[:, None, None] + change[:, :, None] * points  # (m, patterns, points), all above 0
        others = (factors.prod(axis=0) / factors) @ weights
        sums[np.searchsorted(used, leaf.features)] += leaf.value * change * others
    return sums


@cache
def _quadrature(features: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points in (0, 1) and weights that integrate polynomials of degree ``features - 1`` exactly."""
    points, weights = np.polynomial.legendre.leggauss((features + 1) // 2)
    return (points + 1.0) / 2.0, weights / 2.0


def _tree_of(root: Mapping[str, Any]) -> Tree:
    features: list[int] = []
    thresholds: list[float] = []
    leaves: list[Leaf] = []
    stack: list[tuple[Mapping[str, Any], list[tuple[int, int, bool, float]]]] = [(root, [])]
    while stack:
        node, path = stack.pop()
        if "split_feature" not in node:
            leaves.append(_leaf_of(float(node["leaf_value"]), path))
            continue
        if node["decision_type"] != "<=":
            message = f"a split is of type {node['decision_type']!r}, expected '<='; train on numerical features only"
            raise ContractError(message)
        split, feature, rows = len(features), int(node["split_feature"]), float(node["internal_count"])
        features.append(feature)
        thresholds.append(float(node["threshold"]))
        for name, is_left in (("left_child", True), ("right_child", False)):
            child = node[name]
            share = float(child.get("internal_count", child.get("leaf_count", 0.0))) / rows
            stack.append((child, [*path, (split, feature, is_left, share)]))
    if len(features) > MOST_SPLITS:
        message = f"a tree has {len(features)} splits, at most {MOST_SPLITS} fit; use LightGBM's own pred_contrib"
        raise ContractError(message)
    return Tree(np.array(features, dtype=np.int64), np.array(thresholds), tuple(leaves))


def _leaf_of(value: float, path: Sequence[tuple[int, int, bool, float]]) -> Leaf:
    features = sorted({feature for _, feature, _, _ in path})
    own = [[step for step in path if step[1] == feature] for feature in features]
    return Leaf(
        value=value,
        features=np.array(features, dtype=np.int64),
        splits=tuple(np.array([step[0] for step in steps], dtype=np.int64) for steps in own),
        sides=tuple(np.array([step[2] for step in steps], dtype=bool) for steps in own),
        shares=np.array([float(np.prod([step[3] for step in steps])) for steps in own]),
    )
