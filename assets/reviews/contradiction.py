"""Contradiction: do title and score say the opposite of the text?

``c = |s_title - s_body|`` (paper 001, sentiment contradiction score). Without a title, or with one that has
no known word, the score takes its place. Departs from the paper where there is a title: its few words are a
noisy witness, so it is averaged with the score, and weighs as much as its own square polarity: a clear title as
much as the score, a lukewarm one next to nothing. The body's polarity reads the two fields together
(:mod:`assets.reviews.body_polarity`).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from assets.reviews.body_polarity import body_polarity
from assets.reviews.polarity import polarities, score_polarity

_DECIMALS = 6


def contradiction(reviews: pl.DataFrame, model: Mapping[str, Any] | None, neutral_score: float) -> pl.DataFrame:
    """Frame (review_id, polarity_title_or_score, polarity_text, contradiction_raw in [0, 2]) in row order.

    Args:
        reviews: ``clean_reviews`` rows that share one polarity record.
        model: payload of that record, or None for the lexicon.
        neutral_score: score that maps to polarity 0.
    """
    title = polarities(reviews["title"].to_list(), model)  # (n,)
    text = body_polarity(reviews, model)  # (n,)
    score = score_polarity(reviews["score"].to_numpy(), neutral_score)  # (n,)
    stated = (title**2 * title + score) / (title**2 + 1.0)
    stated, text = np.round(stated, _DECIMALS), np.round(text, _DECIMALS)
    return pl.DataFrame(
        {
            "review_id": reviews["review_id"],
            "polarity_title_or_score": stated,
            "polarity_text": text,
            "contradiction_raw": np.round(np.abs(stated - text), _DECIMALS),
        }
    )
