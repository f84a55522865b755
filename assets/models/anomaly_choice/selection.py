"""Which weights of the anomaly score, and which threshold, serve the forecast? Chosen inside each training part.

The stored parts are weighed anew, a review above the threshold loses its weight in the text of its customer, and a
cheap downstream model is refitted: ridge regression of the target's root on the behaviour block, polarity, score and
the leading components of the text. Per outer fold the configuration with the lowest error over the other folds is
chosen, beside the best threshold under uniform weights; both are then tested once on the fold's own customers.
Nothing is written back: a person pins the result in the settings.

Source:
    Paper 001, section 2.5: weights and threshold by the validation performance of the downstream model, strictly
    within the training part; uniform weights stand beside the chosen ones; tables 3 and 7 for the layout.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.models.anomaly_choice.evidence import OFF, Configuration, Evidence, Floats
from assets.models.contract import ANOMALY_SENSITIVITY
from assets.models.evaluation.metrics import r_squared
from assets.models.examples.splits import customer_folds, fold_of
from assets.models.settings import ModelSettings
from assets.reviews.contract import PARTS
from assets.reviews.settings import ReviewSettings

TIMINGS = ("ours", "paper")
ALL_FOLDS = -1
_FEWEST_FOLDS = 3  # one to test, one to validate, one to learn from
_FLAT = 1e-9
_RIDGE = 10.0  # examples' worth of belief that a standardised feature tells nothing
_DECIMALS = 6


def configurations(step: float, taus: Sequence[float]) -> list[Configuration]:
    """Every weighting on the simplex with that step, and the uniform one, under every threshold; and no filter."""
    parts = round(1 / step)
    grid = [(a / parts, b / parts, (parts - a - b) / parts) for a in range(parts + 1) for b in range(parts + 1 - a)]
    uniform = (1 / 3, 1 / 3, 1 / 3)
    crossed = [Configuration(weights, tau) for weights in [uniform, *(g for g in grid if g != uniform)] for tau in taus]
    return [*crossed, Configuration(uniform, OFF)]


class FoldRidge:
    """Ridge of the target's root on standardised features, for any union of folds, from sums made once per fold.

    Args:
        features: (n, features).
        target: (n,) currency units.
        fold: (n,) fold of each row.
        folds: how many there are.
    """

    def __init__(self, features: Floats, target: Floats, fold: NDArray[np.int64], folds: int) -> None:
        self._rows = [np.column_stack([np.ones((fold == at).sum()), features[fold == at]]) for at in range(folds)]
        self._roots = [np.sqrt(np.maximum(target[fold == at], 0.0)) for at in range(folds)]
        self._grams = [rows.T @ rows for rows in self._rows]
        self._sides = [rows.T @ root for rows, root in zip(self._rows, self._roots, strict=True)]

    def predict(self, train: Sequence[int], test: int) -> Floats:
        """(n_test,) predicted values of one fold in row order, not negative, learned from other folds."""
        gram = np.sum([self._grams[at] for at in train], axis=0)
        side = np.sum([self._sides[at] for at in train], axis=0)
        number, mean = gram[0, 0], gram[0, 1:] / gram[0, 0]
        centred = gram[1:, 1:] - number * np.outer(mean, mean)
        spread = np.sqrt(np.maximum(np.diag(centred), 0.0) / number)
        spread = np.where(spread > _FLAT, spread, np.inf)  # a constant feature tells nothing
        scaled, right = centred / np.outer(spread, spread), (side[1:] - mean * side[0]) / spread
        weights = np.linalg.solve(scaled + _RIDGE * np.eye(len(scaled)), right)
        usual = side[0] / number
        squares = sum(float((self._roots[at] ** 2).sum()) for at in train) - number * usual**2
        noise = (squares - 2 * weights @ right + weights @ scaled @ weights) / number
        root = (self._rows[test][:, 1:] - mean) / spread @ weights + usual
        top = max(float(self._roots[at].max(initial=0.0)) for at in train)
        return np.clip(root, 0.0, top) ** 2 + max(float(noise), 0.0)  # a squared mean is below the mean square


def sensitivity_table(
    evidence: Evidence, settings: ModelSettings, pinned: ReviewSettings, rng: np.random.Generator
) -> pl.DataFrame:
    """Rows of ``anomaly_sensitivity``: choice per fold, errors by weights, by threshold, and with parts switched off.

    Args:
        evidence: :func:`assets.models.anomaly_choice.evidence.evidence_of`.
        settings: folds and the grid.
        pinned: weights and threshold in use.
        rng: of the deal of customers to folds.

    Returns:
        No rows where there are too few customers for the folds.
    """
    if settings.folds < _FEWEST_FOLDS or len(np.unique(evidence.customers)) < 2 * settings.folds:
        return ANOMALY_SENSITIVITY.empty()
    fold = fold_of(evidence.customers, customer_folds(evidence.customers, settings.folds, rng))
    rows = []
    for timing in TIMINGS:
        judge = _Judge(evidence, timing, fold, settings.folds)
        for study, label, item in _studies(settings, pinned):
            rows.append(judge.row(study, label, item, ALL_FOLDS, None))
        for number in range(settings.folds):
            rows += judge.choice(number, settings)
    return ANOMALY_SENSITIVITY.conform(pl.DataFrame(rows, schema=ANOMALY_SENSITIVITY.schema))


def _studies(settings: ModelSettings, pinned: ReviewSettings) -> list[tuple[str, str, Configuration]]:
    weights, tau = (pinned.alpha, pinned.beta, pinned.gamma), pinned.tau
    grid = list(dict.fromkeys(item.weights for item in configurations(settings.anomaly_step, [tau])))
    taus = sorted({*settings.anomaly_taus, tau})
    studies = [
        ("weights", " / ".join(f"{part:.2f}" for part in weighting), Configuration(weighting, tau))
        for weighting in grid
    ]
    studies += [("threshold", f"{other:.2f}", Configuration(weights, other)) for other in taus]
    studies += [("filter", "off", Configuration(weights, OFF)), ("filter", "on", Configuration(weights, tau))]
    for part in range(len(PARTS)):
        left = [0.0 if at == part else weight for at, weight in enumerate(weights)]  # the others keep their weight
        studies.append(("filter", f"without {PARTS[part]}", Configuration((left[0], left[1], left[2]), tau)))
    return studies


class _Judge:
    """Errors of configurations under one timing; what keeps the same reviews is computed once."""

    def __init__(self, evidence: Evidence, timing: str, fold: NDArray[np.int64], folds: int) -> None:
        self._evidence, self._timing, self._fold, self._folds = evidence, timing, fold, folds
        self._linked = np.unique(evidence.review)  # only reviews that stand behind an example can change anything
        self._known: dict[bytes, tuple[Floats, list[float]]] = {}

    def row(self, study: str, label: str, item: Configuration, number: int, validation: float | None) -> dict[str, Any]:
        """One row: the test error of every fold pooled, or of one."""
        target, kept = self._evidence.target, self._evidence.kept(item, self._timing)
        rows = np.ones(len(target), dtype=bool) if number == ALL_FOLDS else self._fold == number
        predicted, true = self._judged(kept)[0][rows], target[rows]
        alpha, beta, gamma = item.weights
        return {
            "study": study, "timing": self._timing, "label": label, "fold": number,
            "alpha": alpha, "beta": beta, "gamma": gamma, "tau": item.tau if item.tau != OFF else None,
            "retained": float(kept.mean()) if len(kept) else 1.0,
            "validation_rmse": validation,
            "mae": _rounded(np.abs(predicted - true).mean()),
            "rmse": _rounded(np.sqrt(((predicted - true) ** 2).mean())),
            "r2": _rounded(r_squared(true, predicted)),
        }  # fmt: skip

    def choice(self, number: int, settings: ModelSettings) -> list[dict[str, Any]]:
        """The best configuration of the grid, and the best threshold under uniform weights, for one outer fold.

        The other folds are validated in turn, each on what is left of them.
        """
        judged: list[tuple[float, float, float, Configuration]] = []
        for item in configurations(settings.anomaly_step, settings.anomaly_taus):
            error = self._judged(self._evidence.kept(item, self._timing))[1][number]
            judged.append((error, round(item.distance, 9), -item.tau, item))
        uniform = [candidate for candidate in judged if candidate[1] == 0.0]
        rules = (("uniform", uniform), ("chosen", judged))
        best = [(rule, min(candidates, key=lambda entry: entry[:3])) for rule, candidates in rules]
        return [self.row("selection", rule, chosen[3], number, chosen[0]) for rule, chosen in best]

    def _judged(self, kept: NDArray[np.bool_]) -> tuple[Floats, list[float]]:
        """Out-of-fold predictions of every example, and per outer fold the error over the other folds."""
        key = kept[self._linked].tobytes()
        if key not in self._known:
            features, target = self._evidence.features(kept), self._evidence.target
            ridge, everyone = FoldRidge(features, target, self._fold, self._folds), range(self._folds)
            predicted, squares = np.zeros(len(target)), np.zeros(self._folds)
            for test in everyone:
                true = target[self._fold == test]
                predicted[self._fold == test] = ridge.predict([at for at in everyone if at != test], test)
                for outer in everyone:
                    if outer != test:
                        guess = ridge.predict([at for at in everyone if at not in (test, outer)], test)
                        squares[outer] += float(((guess - true) ** 2).sum())
            rows = len(target) - np.bincount(self._fold, minlength=self._folds)
            self._known[key] = predicted, np.round(np.sqrt(squares / np.maximum(rows, 1)), _DECIMALS).tolist()
        return self._known[key]


def _rounded(value: float | np.floating[Any] | None) -> float | None:
    return None if value is None else round(float(value), _DECIMALS)
