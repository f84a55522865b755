"""Polarity of a review's body in [-1, 1]: what its two fields say together.

Words alone know too little while the history is short: guests tell of a leaking tap without one word of judgement.
But the platform asks for praise and complaint in separate fields, so how much stands in which is evidence by itself,
and an empty field more than any. A robust regression on the mapped score weighs that balance and the words' own
polarity; its documented start was fitted on the public sample with the lexicon.

Source:
    Paper 001, sentiment contradiction score, asks for a body polarity in [-1, 1] and does not say how it is made.
    Robust fit: Huber's weights, iterated (Hampel et al., Robust Statistics, section 6.3).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from assets.reviews.polarity import fit_polarity, polarities, score_polarity
from assets.reviews.settings import ReviewSettings

FEATURES = ("balance", "opinion", "no_praise", "no_complaint")
# Fitted on the 14,765 clean reviews of the public sample (correlation with the mapped score 0.68).
START: dict[str, float] = {
    "intercept": 0.20, "balance": 0.72, "opinion": 0.75, "no_praise": 0.25, "no_complaint": -0.25,
}  # fmt: skip
_UNDECIDED_PRAISE, _UNDECIDED_COMPLAINT = 0.6, -0.4  # of a field without a known opinion word: what its field says
_SOFTENING = 2.0  # in square roots of words: pulls short bodies towards the middle
_RIDGE = 5.0  # reviews' worth of belief that a feature tells nothing
_HUBER = 1.345  # of robust deviations: 95 % efficiency where errors are normal
_ROUNDS = 20
_DECIMALS = 6


def body_polarity(reviews: pl.DataFrame, model: Mapping[str, Any] | None) -> np.ndarray:
    """(n,) float64 polarity of the body in [-1, 1]; 0 where both fields are empty.

    Args:
        reviews: ``clean_reviews`` rows that share one polarity record.
        model: payload of that record, or None for the documented start.
    """
    features = body_features(reviews, model)
    weights = START if model is None else model["body"]
    raw = np.full(len(features), float(weights["intercept"]))
    for column, name in enumerate(FEATURES):
        raw = raw + float(weights[name]) * features[:, column]
    is_empty = (features[:, 2] == 1.0) & (features[:, 3] == 1.0)
    return np.where(is_empty, 0.0, np.clip(raw, -1.0, 1.0))


def fit_polarity_record(reviews: pl.DataFrame, settings: ReviewSettings) -> dict[str, Any] | None:
    """Payload of the polarity record: the words' model and, under ``body``, the weights of :func:`body_polarity`.

    None when there are too few labelled fields.

    Args:
        reviews: ``clean_reviews`` rows up to the cut-off, in stored order.
        settings: of the room.
    """
    model = fit_polarity(reviews, settings)
    if model is None:
        return None
    recent = reviews.tail(settings.polarity_max_texts // 2)
    stated = score_polarity(recent["score"].to_numpy(), settings.neutral_score)
    return {**model, "body": fit_body(recent, model, stated)}


def fit_body(reviews: pl.DataFrame, model: Mapping[str, Any], stated: np.ndarray) -> dict[str, float]:
    """Weights of the features and the intercept, by robust ridge regression on the mapped score.

    Args:
        reviews: (n,) ``clean_reviews`` rows up to the cut-off.
        model: terms, weights and intercept of the words' polarity.
        stated: (n,) scores mapped to [-1, 1].
    """
    features = body_features(reviews, model)
    centre = np.array([float(column.mean()) for column in features.T])
    design = [np.ones(len(features)), *(features - centre).T]
    ridge = np.diag([0.0, *[_RIDGE] * len(FEATURES)])
    belief = np.ones(len(stated))
    solution = np.zeros(len(design))
    for _ in range(_ROUNDS):  # sums, not matrix products: the same bytes whatever the number of threads
        normal = np.array([[float((left * right * belief).sum()) for right in design] for left in design])
        target = np.array([float((left * stated * belief).sum()) for left in design])
        solution = np.linalg.solve(normal + ridge, target)
        error = np.abs(stated - sum(weight * column for weight, column in zip(solution, design, strict=True)))
        limit = _HUBER * max(1.4826 * float(np.median(error)), 1e-3)  # 1.4826: deviation of a normal by its median
        belief = np.where(error <= limit, 1.0, limit / np.maximum(error, limit))
    intercept = float(solution[0] - (solution[1:] * centre).sum())
    named = zip(("intercept", *FEATURES), (intercept, *solution[1:].tolist()), strict=True)
    return {name: round(float(value), _DECIMALS) for name, value in named}


def body_features(reviews: pl.DataFrame, model: Mapping[str, Any] | None) -> np.ndarray:
    """(n, 4) balance of praise and complaint in words [-1, 1], opinion of the words [-1, 1], which field is empty.

    Args:
        reviews: ``clean_reviews`` rows.
        model: payload of the polarity record, or None for the lexicon.
    """
    praise, complaint = reviews["positive_text"].to_list(), reviews["negative_text"].to_list()
    lengths = [np.array([len((text or "").split()) for text in side], dtype=np.float64) for side in (praise, complaint)]
    room = [np.sqrt(length) for length in lengths]
    opinions = [polarities(side, model) for side in (praise, complaint)]
    for opinion, words, usual in zip(opinions, room, (_UNDECIDED_PRAISE, _UNDECIDED_COMPLAINT), strict=True):
        opinion[(opinion == 0.0) & (words > 0)] = usual
    whole = room[0] + room[1] + _SOFTENING
    return np.column_stack(
        [
            (room[0] - room[1]) / whole,
            (opinions[0] * room[0] + opinions[1] * room[1]) / whole,
            room[0] == 0,
            room[1] == 0,
        ]
    ).astype(np.float64)
