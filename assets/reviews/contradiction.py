"""Contradiction: do title and score say the opposite of the text?

``c = |s_title - s_body|`` (paper 001, sentiment contradiction score). Without a title, or with one that has
no known word, the score takes its place. Departs from the paper where there is a title: its few words are a
noisy witness, so its polarity is averaged with the score's (on the simulated group this finds planted
contradictions half as well again).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from assets.reviews.polarity import polarities

_BEST_SCORE = 10.0
_WORST_SCORE = 2.5  # the lowest that the public platform knows; below it the mapping stays at -1
_DECIMALS = 6


def contradiction(reviews: pl.DataFrame, model: Mapping[str, Any] | None, neutral_score: float) -> pl.DataFrame:
    """Frame (review_id, polarity_title_or_score, polarity_text, contradiction_raw in [0, 2]) in row order.

    Args:
        reviews: ``clean_reviews`` rows that share one polarity record.
        model: payload of that record, or None for the lexicon.
        neutral_score: score that maps to polarity 0.
    """
    title = polarities(reviews["title"].to_list(), model)  # (n,)
    text = polarities(reviews.select(body_text())["body"].to_list(), model)  # (n,)
    score = score_polarity(reviews["score"].to_numpy(), neutral_score)  # (n,)
    stated = np.where(title == 0.0, score, (title + score) / 2)
    stated, text = np.round(stated, _DECIMALS), np.round(text, _DECIMALS)
    return pl.DataFrame(
        {
            "review_id": reviews["review_id"],
            "polarity_title_or_score": stated,
            "polarity_text": text,
            "contradiction_raw": np.round(np.abs(stated - text), _DECIMALS),
        }
    )


def score_polarity(scores: np.ndarray, neutral: float) -> np.ndarray:
    """Scores mapped to [-1, 1], linearly on either side of the neutral score.

    A straight line from 0 to 10 would call 6 points positive, while guests who give them complain.

    Args:
        scores: (n,) of 0 to 10.
        neutral: score whose texts are neutral on average.

    Example:
        >>> score_polarity(np.array([2.5, 7.5, 10.0]), 7.5).tolist()
        [-1.0, 0.0, 1.0]
    """
    worst = min(_WORST_SCORE, neutral / 2)
    return np.interp(scores, [worst, neutral, _BEST_SCORE], [-1.0, 0.0, 1.0])


def body_text() -> pl.Expr:
    """Column ``body``: the positive and the negative field without the title."""
    return pl.concat_str("positive_text", "negative_text", separator=". ", ignore_nulls=True).alias("body")
