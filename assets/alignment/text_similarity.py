"""TF-IDF cosine between a review's words and the descriptors of hotel and room (paper 001, section 2.1)."""

import re

import numpy as np
import polars as pl
from sklearn.feature_extraction.text import TfidfVectorizer

from assets.alignment.sides import FloatArray

_WORD = re.compile(r"(?u)\b\w\w+\b")


def descriptor_similarity(reviews: pl.DataFrame, documents: list[str], fixed: list[str]) -> FloatArray:
    """Cosine of each review with each document, in [0, 1].

    The vocabulary and its weights come from the hotels' descriptors alone, which do not change from day to
    day, so nothing here looks ahead.

    Args:
        reviews: ``title``, ``text``, ``room``, ``trip_type``, ``party``; nulls are empty.
        documents: words of hotel and room, one per kind of stay.
        fixed: descriptors that the vectoriser is fitted on.

    Returns:
        (n_reviews, n_documents), rounded to 6 decimals; 0 where no word is shared.
    """
    if reviews.is_empty() or not documents or not any(_WORD.search(text) for text in fixed):
        return np.zeros((reviews.height, len(documents)))
    vectorizer = TfidfVectorizer(lowercase=True, strip_accents="unicode", token_pattern=_WORD.pattern, norm="l2")
    vectorizer.fit(fixed)
    # clean_reviews.text begins with the title, so the title is not added a second time.
    said = [pl.col(name).fill_null("").str.replace_all("_", " ") for name in ("text", "room", "trip_type", "party")]
    words = reviews.select(pl.concat_str(said, separator=" ")).to_series()
    similarity = vectorizer.transform(words.to_list()) @ vectorizer.transform(documents).T
    return np.clip(np.round(similarity.toarray().astype(np.float64), 6), 0.0, 1.0)
