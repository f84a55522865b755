"""Contradiction: does the title, or where there is none the score, say the opposite of the text?

``c = |s_title - s_body|`` (paper 001, sentiment contradiction score). A title without a known word tells
nothing, so the score takes its place as where there is no title.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from assets.reviews.polarity import polarities

_MIDDLE_SCORE = 5.0  # of 0 to 10: maps linearly to [-1, 1]
_DECIMALS = 6


def contradiction(reviews: pl.DataFrame, model: Mapping[str, Any] | None) -> pl.DataFrame:
    """Frame (review_id, polarity_title_or_score, polarity_text, contradiction_raw in [0, 2]) in row order.

    Args:
        reviews: ``clean_reviews`` rows that share one polarity record.
        model: payload of that record, or None for the lexicon.
    """
    title = polarities(reviews["title"].to_list(), model)  # (n,)
    text = polarities(reviews.select(body_text())["body"].to_list(), model)  # (n,)
    stated = np.where(title == 0.0, score_polarity(reviews["score"].to_numpy()), title)
    stated, text = np.round(stated, _DECIMALS), np.round(text, _DECIMALS)
    return pl.DataFrame(
        {
            "review_id": reviews["review_id"],
            "polarity_title_or_score": stated,
            "polarity_text": text,
            "contradiction_raw": np.round(np.abs(stated - text), _DECIMALS),
        }
    )


def score_polarity(scores: np.ndarray) -> np.ndarray:
    """Scores of 0 to 10 mapped linearly to [-1, 1]."""
    return np.clip(scores / _MIDDLE_SCORE - 1.0, -1.0, 1.0)


def body_text() -> pl.Expr:
    """Column ``body``: the positive and the negative field without the title."""
    return pl.concat_str("positive_text", "negative_text", separator=". ", ignore_nulls=True).alias("body")
