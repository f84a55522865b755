"""Membership inference: was this customer among those a model was trained on?

Customers are dealt into three parts and a model is trained on each. A part's customers are its members; another
part's are not; the third part's model, which has seen neither, says how hard each customer is to predict. The parts
take turns. Each model sees a third of the customers, fewer than those in use: it overfits more, so that the rates
are an upper side of what the models in use give away.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assets.models.examples.dataset import ExampleArrays
from assets.models.examples.prediction import Prediction
from assets.models.examples.splits import customer_folds, fold_of
from assets.studies.attacks.rates import AttackResult, Share, verdict

Floats = NDArray[np.float64]
_PARTS = 3
_DRAWS = 200  # resamples: 95 % bounds move by a few per cent of their width
_FALSE_ALARMS = (0.01, 0.1)  # share of non-members taken for members at which detection is read off
_GUESS_WAY = {"auc": "a coin", "detection": "calling that share of all customers members"}
_WORDS = {
    "loss": "a customer's features and true value; the model's predictions",
    "calibrated": "the same, and a model trained on other customers to tell easy ones from known ones",
}


class Predictor(Protocol):
    """A trained model."""

    def predict(self, data: ExampleArrays) -> Prediction:
        """Predictions in row order."""
        ...


Fit = Callable[[str, ExampleArrays, int], Predictor]


@dataclass(frozen=True)
class Scores:
    """How much each customer looks like a member, higher is more; one figure per customer.

    Attributes:
        members: (n,) of customers that the model was trained on.
        others: (n,) of customers that it was not.
    """

    members: Floats
    others: Floats


def loss_of(target: Floats, prediction: Floats) -> Floats:
    """(n,) distance on the root scale, on which a few huge customers do not decide everything."""
    return np.abs(np.sqrt(np.maximum(target, 0.0)) - np.sqrt(np.maximum(prediction, 0.0)))


def membership_scores(
    data: ExampleArrays, names: Sequence[str], fit: Fit, seed: int, rng: np.random.Generator
) -> dict[str, tuple[Scores, Scores]]:
    """Scores of the loss attack and of the calibrated attack, by model.

    Args:
        data: examples.
        names: of models that ``fit`` knows.
        fit: trains the named model on rows with a seed.
        seed: of the trainings.
        rng: deals the customers.

    Source:
        Yeom et al. (2018), doi:10.1109/CSF.2018.00027 (loss); Watson et al. (2022), arXiv:2111.08440 (calibrated).
    """
    part = fold_of(data.customers, customer_folds(data.customers, _PARTS, rng))
    scores = {}
    for name in names:
        losses = []
        for own in range(_PARTS):
            model = fit(name, data.take(part == own), seed + own)
            losses.append(loss_of(data.target, model.predict(data).value))
        scores[name] = _rotated(data.customers, part, losses)
    return scores


def _rotated(
    customers: NDArray[np.str_], part: NDArray[np.int64], losses: list[Floats]
) -> tuple[Scores, Scores]:  # fmt: skip
    plain: tuple[list[Floats], list[Floats]] = ([], [])
    calibrated: tuple[list[Floats], list[Floats]] = ([], [])
    for own in range(_PARTS):
        other, judge = (own + 1) % _PARTS, (own + 2) % _PARTS
        for side, members in enumerate((own, other)):
            rows = part == members
            plain[side].append(_by_customer(customers[rows], -losses[own][rows]))
            calibrated[side].append(_by_customer(customers[rows], (losses[judge] - losses[own])[rows]))
    return tuple(Scores(*(np.concatenate(side) for side in sides)) for sides in (plain, calibrated))  # type: ignore[return-value]


def _by_customer(customers: NDArray[np.str_], values: Floats) -> Floats:
    """Mean over a customer's rows, customers in order of id."""
    _, place, counts = np.unique(customers, return_inverse=True, return_counts=True)
    return np.bincount(place, weights=values) / counts


def area_under_curve(scores: Scores) -> float:
    """Probability that a member scores above a non-member, ties counted half."""
    both = np.sort(scores.others)
    below, upto = np.searchsorted(both, scores.members, "left"), np.searchsorted(both, scores.members, "right")
    return float((below + upto).mean() / 2 / len(both))


def detection_at(scores: Scores, false_alarms: float) -> float:
    """Share of members found by the threshold that takes at most that share of non-members for members.

    Ties at the threshold are broken by a coin, so that a constant score detects exactly the share of false alarms.
    """
    order = np.sort(scores.others)[::-1]
    allowed = false_alarms * len(order)
    threshold = order[min(int(allowed), len(order) - 1)]
    above, at = (order > threshold).sum(), (order == threshold).sum()
    coin = min((allowed - above) / at, 1.0)
    return float((scores.members > threshold).mean() + coin * (scores.members == threshold).mean())


def attack_membership(
    scores: dict[str, tuple[Scores, Scores]], zone: str, k: int, rng: np.random.Generator
) -> list[AttackResult]:
    """Rows ``membership_<model>_<attack>`` (AUC) and ``..._at_<false alarms>`` (members found).

    Args:
        scores: :func:`membership_scores`.
        zone: where the models are.
        k: of the rows that they were trained on.
        rng: of the resampling.
    """
    results = []
    for name, pair in scores.items():
        for attack, item in zip(_WORDS, pair, strict=True):
            results += _results(f"membership_{name}_{attack}", _WORDS[attack], item, zone, k, rng)
    return results


def _results(
    attack: str, knows: str, scores: Scores, zone: str, k: int, rng: np.random.Generator
) -> list[AttackResult]:
    common = {"knows": knows, "zone": zone, "k": k, "targets": len(scores.members) + len(scores.others)}
    measures: dict[str, tuple[Callable[[Scores], float], float, str]] = {"": (area_under_curve, 0.5, _GUESS_WAY["auc"])}
    for share in _FALSE_ALARMS:
        measures[f"_at_{round(100 * share):02d}"] = (
            lambda item, share=share: detection_at(item, share), share, _GUESS_WAY["detection"]
        )  # fmt: skip
    intervals = _bootstrap(scores, [measure for measure, _, _ in measures.values()], rng)
    return [
        AttackResult(
            attack=f"{attack}{suffix}", rate=rate, guess=Share(chance, chance, chance), guess_way=way,
            meaning=_meaning(rate, chance, suffix), **common,
        )
        for (suffix, (_, chance, way)), rate in zip(measures.items(), intervals, strict=True)
    ]  # fmt: skip


def _bootstrap(scores: Scores, measures: list[Callable[[Scores], float]], rng: np.random.Generator) -> list[Share]:
    """Each measure with its percentile interval over resampled customers."""
    drawn = np.zeros((_DRAWS, len(measures)))
    for draw in range(_DRAWS):
        sides = (side[rng.integers(0, len(side), len(side))] for side in (scores.members, scores.others))
        sample = Scores(*sides)
        drawn[draw] = [measure(sample) for measure in measures]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    values = [measure(scores) for measure in measures]
    return [Share(v, min(float(a), v), max(float(b), v)) for v, a, b in zip(values, low, high, strict=True)]


def _meaning(rate: Share, chance: float, suffix: str) -> str:
    guess = Share(chance, chance, chance)
    if not suffix:
        return verdict(
            rate, guess,
            better="A member scores above a non-member in {rate} of pairs (a coin: 50 %): the model remembers some of "
            "its customers.",
            same="A member can't be told from a non-member.",
        )  # fmt: skip
    return verdict(
        rate, guess,
        better="{rate} of members are found while {guess} of non-members are accused: {times} times chance.",
        same="No more members are found than non-members accused.",
    )  # fmt: skip
