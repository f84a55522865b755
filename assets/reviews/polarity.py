"""Polarity of a text in [-1, 1], learned from the reviews themselves.

Guests fill a positive and a negative field, so every field is a labelled text; a title speaks another
language than the fields ("Never again"), and the score of its review labels it where that is clear. A
logistic regression over words and word pairs learns from them; a lexicon with negations stands in before
the first fit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse
from scipy.stats import rankdata

from assets.reviews.lexicon import lexicon_polarity
from assets.reviews.settings import ReviewSettings
from assets.reviews.words import words_of

_HELD_OUT_SHARE = 5  # every fifth review by its id: stable as the history grows
_DECIMALS = 6  # of stored weights: beyond the solver's tolerance
_MIN_WORDS = 2  # "Nothing" in a field tells which field it is, not how the guest felt
_MIN_OCCURRENCES = 3
_CLEAR_DISTANCE = 1.0  # points of score from neutral from which a title is taken at its word
LEXICON_VERSION = "lexicon"
_BEST_SCORE = 10.0
_WORST_SCORE = 2.5  # the lowest that the public platform knows; below it the mapping stays at -1


def polarities(texts: Sequence[str | None], model: Mapping[str, Any] | None) -> np.ndarray:
    """(n,) float64 polarity in [-1, 1]; 0 for a missing text or one without known words.

    Args:
        texts: (n,) texts.
        model: payload of the fitted record, or None for the lexicon.
    """
    if model is None:
        return np.array([lexicon_polarity(words_of(text or "")) for text in texts], dtype=np.float64)
    vocabulary = {term: column for column, term in enumerate(model["terms"])}
    matrix = _normalised(_counts([words_of(text or "") for text in texts], vocabulary), np.array(model["idf"]))
    margins = _row_sums(matrix, np.array(model["weights"]))
    known = np.diff(matrix.indptr) > 0
    return np.where(known, np.tanh((margins + model["intercept"]) / 2), 0.0)  # 2 P(positive) - 1


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


def labelled_fields(reviews: pl.DataFrame) -> pl.DataFrame:
    """One row per filled field (review_id, text, is_positive): all positive fields, then all negative ones.

    Args:
        reviews: ``clean_reviews`` rows.
    """
    fields = [
        reviews.select("review_id", pl.col(name).alias("text"), pl.lit(value).alias("is_positive"))
        for name, value in (("positive_text", True), ("negative_text", False))
    ]
    return pl.concat(fields).filter(pl.col("text").is_not_null())


def labelled_titles(reviews: pl.DataFrame, neutral_score: float) -> pl.DataFrame:
    """One row per title (review_id, text, is_positive) whose score is a point or more from neutral."""
    distance = pl.col("score") - neutral_score
    return reviews.filter(pl.col("title").is_not_null() & (distance.abs() >= _CLEAR_DISTANCE)).select(
        "review_id", pl.col("title").alias("text"), (distance > 0).alias("is_positive")
    )


def fit_polarity(reviews: pl.DataFrame, settings: ReviewSettings) -> dict[str, Any] | None:
    """Payload of the polarity record, or None when there are too few labelled fields.

    Args:
        reviews: ``clean_reviews`` rows up to the cut-off, in stored order.
        settings: of the room.

    Returns:
        terms, idf, weights, intercept, auc (of fields of held-out reviews), texts (learned from).
    """
    recent = reviews.tail(settings.polarity_max_texts // 2)
    fields = labelled_fields(recent)
    texts = pl.concat([fields, labelled_titles(recent, settings.neutral_score)])
    words = [words_of(text) for text in texts["text"].to_list()]
    labels = texts["is_positive"].to_numpy()
    enough = np.array([len(row) >= _MIN_WORDS for row in words], dtype=bool)
    held_out = is_held_out(texts["review_id"])
    train = enough & ~held_out
    if train.sum() < settings.polarity_min_texts or len(set(labels[train].tolist())) < 2:
        return None
    terms = _vocabulary([words[row] for row in np.flatnonzero(train)], settings.polarity_vocabulary)
    counts = _counts(words, {term: column for column, term in enumerate(terms)})
    idf = _idf(counts[train], len(terms))
    matrix = _normalised(counts, idf)
    weights, intercept = _fit_logistic(matrix[train], labels[train], settings.polarity_regularisation)
    test = enough & held_out & (np.arange(texts.height) < fields.height)
    return {
        "terms": terms,
        "idf": idf.tolist(),
        "weights": weights.tolist(),
        "intercept": intercept,
        "auc": area_under_curve(_row_sums(matrix, weights)[test], labels[test]),
        "texts": int(train.sum()),
        "held_out_texts": int(test.sum()),
    }


def is_held_out(review_ids: pl.Series) -> np.ndarray:
    """(n,) bool: every fifth review by the first digits of its id, so both fields fall on the same side."""
    return np.array([int(text[:8], 16) % _HELD_OUT_SHARE == 0 for text in review_ids.to_list()], dtype=bool)


def area_under_curve(scores: np.ndarray, labels: np.ndarray) -> float | None:
    """Area under the ROC curve from mid-ranks (ties count half); None when a class is missing.

    Args:
        scores: (n,) higher means more positive.
        labels: (n,) bool.
    """
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if positives == 0 or negatives == 0:
        return None
    ranks = rankdata(scores, method="average")
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _terms(words: Sequence[str]) -> list[str]:
    return [*words, *(f"{first} {second}" for first, second in zip(words, words[1:], strict=False))]


def _vocabulary(rows: Sequence[Sequence[str]], size: int) -> list[str]:
    """The terms found in most texts, ties by spelling; sorted by spelling."""
    texts_by_term: dict[str, int] = {}
    for words in rows:
        for term in set(_terms(words)):
            texts_by_term[term] = texts_by_term.get(term, 0) + 1
    common = sorted(
        (term for term, count in texts_by_term.items() if count >= _MIN_OCCURRENCES),
        key=lambda t: (-texts_by_term[t], t),
    )
    return sorted(common[:size])


def _counts(rows: Sequence[Sequence[str]], vocabulary: Mapping[str, int]) -> sparse.csr_matrix:
    """(n_texts, n_terms) term counts, column numbers ascending within a row."""
    starts, columns = [0], []
    for words in rows:
        columns += sorted(vocabulary[term] for term in _terms(words) if term in vocabulary)
        starts.append(len(columns))
    data = np.ones(len(columns))
    matrix = sparse.csr_matrix((data, columns, starts), shape=(len(rows), len(vocabulary)))
    matrix.sum_duplicates()
    return matrix


def _idf(counts: sparse.csr_matrix, n_terms: int) -> np.ndarray:
    """(n_terms,) smooth inverse document frequency."""
    documents = np.bincount(counts.indices, minlength=n_terms)
    return np.round(np.log(len(counts.indptr) / (1 + documents)) + 1, _DECIMALS)


def _normalised(counts: sparse.csr_matrix, idf: np.ndarray) -> sparse.csr_matrix:
    """TF-IDF with rows of length one."""
    matrix = counts.copy()
    matrix.data = (1 + np.log(matrix.data)) * idf[matrix.indices]  # a word said twice isn't twice as telling
    lengths = np.sqrt(_row_sums(matrix.multiply(matrix).tocsr(), np.ones(matrix.shape[1])))
    matrix.data /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(matrix.indptr))
    return matrix


def _row_sums(matrix: sparse.csr_matrix, weights: np.ndarray) -> np.ndarray:
    """(n,) matrix @ weights: scipy adds each row by itself in column order, so rows don't touch each other."""
    return np.asarray(matrix @ weights, dtype=np.float64)


def _fit_logistic(matrix: sparse.csr_matrix, labels: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    from sklearn.linear_model import LogisticRegression

    # liblinear runs on one thread without threaded linear algebra: the same bytes whatever the machine's load.
    model = LogisticRegression(C=strength, solver="liblinear", class_weight="balanced", random_state=0, tol=1e-6)
    model.fit(matrix, labels)
    return np.round(model.coef_[0], _DECIMALS), round(float(np.ravel(model.intercept_)[0]), _DECIMALS)
