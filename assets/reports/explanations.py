"""Local explanations of text: which words move one customer's predicted value (LIME, paper 001 section 2.12)."""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import polars as pl
from lime.lime_text import LimeTextExplainer

from assets.common.versions import latest_versions
from assets.models.explaining.faithfulness import BETWEEN_WORDS, words_between
from assets.reports.inputs import SEGMENTS, TextExplanation

PredictFromTexts = Callable[[Sequence[str]], np.ndarray]
_SCHEMA = {
    "pseudo_customer_id": pl.String,
    "review_id": pl.String,
    "share": pl.Float64,
    "score": pl.Float64,
    "text": pl.String,
    "positive_text": pl.String,
    "negative_text": pl.String,
}


def explain_text(
    text: str,
    predict_from_texts: PredictFromTexts,
    *,
    words: int,
    samples: int,
    seed: int,
    segment: str = "",
    share: float | None = None,
) -> TextExplanation:
    """Weights of the words that most raise or lower the prediction for one text.

    Args:
        text: what the guest wrote; may be empty.
        predict_from_texts: maps n texts to (n,) predictions, everything but the text held at the customer's values.
        words: how many words to keep.
        samples: perturbed copies of the text that the local model is fitted on.
        seed: of the perturbations; the same seed gives the same explanation.
        segment: value segment, carried through.
        share: of the text in the customer's text block, carried through.

    Source:
        Ribeiro, Singh, Guestrin (2016), LIME; https://lime-ml.readthedocs.io (``LimeTextExplainer``).
    """
    prediction = float(np.asarray(predict_from_texts([text]), dtype=np.float64).reshape(-1)[0])
    found = set(words_between(text))
    if len(found) < 2:  # nothing to perturb: the one word's effect is the difference that it makes
        without = float(np.asarray(predict_from_texts([""]), dtype=np.float64).reshape(-1)[0])
        weights = (prediction - without,) * len(found)
        return TextExplanation(
            segment=segment, prediction=prediction, words=tuple(found), weights=weights, text=text, share=share
        )
    explainer = LimeTextExplainer(class_names=["value"], split_expression=BETWEEN_WORDS, bow=True, random_state=seed)

    def as_column(texts: Sequence[str]) -> np.ndarray:
        return np.asarray(predict_from_texts(list(texts)), dtype=np.float64).reshape(-1, 1)

    result = explainer.explain_instance(text, as_column, labels=(0,), num_features=words, num_samples=samples)
    pairs = sorted(result.as_list(label=0), key=lambda pair: (-abs(pair[1]), pair[0]))
    score = result.score[0] if isinstance(result.score, dict) else result.score
    return TextExplanation(
        segment=segment,
        prediction=prediction,
        words=tuple(str(word) for word, _ in pairs),
        weights=tuple(float(weight) for _, weight in pairs),
        text=text,
        fit=None if score is None else float(score),
        share=share,
    )


def representative_customers(candidates: pl.DataFrame, min_words: int = 8) -> pl.DataFrame:
    """One customer per value segment to explain: the one whose value is the segment's median.

    Args:
        candidates: ``pseudo_customer_id``, ``value_segment``, ``prediction``, ``text``; one row per customer.
        min_words: shorter texts are passed over where the segment has a longer one.

    Returns:
        At most one row per segment, low to high; segments without any text are left out.
    """
    chosen = []
    with_text = candidates.filter(pl.col("text").is_not_null() & (pl.col("text").str.len_chars() > 0))
    for segment in SEGMENTS:
        rows = with_text.filter(pl.col("value_segment") == segment)
        long = rows.filter(pl.col("text").str.count_matches(r"\w+") >= min_words)
        rows = (long if not long.is_empty() else rows).sort("prediction", "pseudo_customer_id")
        if not rows.is_empty():
            chosen.append(rows.slice(rows.height // 2, 1))
    return pl.concat(chosen) if chosen else with_text.clear()


def texts_of_customers(
    pairs: pl.DataFrame, bookings: pl.DataFrame, reviews: pl.DataFrame, anomalies: pl.DataFrame, known_by: date
) -> pl.DataFrame:
    """The masked reviews behind each customer's text block, with the share that each has in it.

    Args:
        pairs: ``booking_review_pairs`` rows.
        bookings: ``booking_id``, ``pseudo_customer_id``, ``delivery_day``.
        reviews: ``clean_reviews`` rows; a corrected review counts as it came last.
        anomalies: ``review_id``, ``delivery_day``, ``is_excluded``; excluded reviews are passed over.
        known_by: T; what was delivered or decided later is not looked at.

    Returns:
        ``pseudo_customer_id``, ``review_id``, ``share`` (0 to 1, summing to 1 per customer), ``score``, ``text``,
        ``positive_text``, ``negative_text``; by customer, largest share first.

    Source:
        SPEC 3.7, text of a customer at day T (``assets.models.examples.text_block``): weights are match probabilities.
    """
    owners = latest_versions(bookings, "booking_id", known_by).select("booking_id", "pseudo_customer_id")
    verdicts = anomalies.select("review_id", "delivery_day", "is_excluded").unique(
        ["review_id", "delivery_day"], keep="first", maintain_order=True
    )
    judged = reviews.join(verdicts, on=["review_id", "delivery_day"], how="left", maintain_order="left")
    texts = latest_versions(judged, "review_id", known_by).filter(~pl.col("is_excluded").fill_null(value=False))
    decided = pairs.filter(pl.col("is_assigned") & (pl.col("delivery_day") <= known_by))
    weights = (
        decided.filter(pl.col("match_probability") > 0.0)
        .join(owners, on="booking_id", how="inner")
        .sort("pseudo_customer_id", "review_id", "booking_id")
        .group_by("pseudo_customer_id", "review_id", maintain_order=True)
        .agg(weight=pl.col("match_probability").sum())
    )
    found = weights.join(texts, on="review_id", how="inner")
    share = pl.col("weight") / pl.col("weight").sum().over("pseudo_customer_id")
    return (
        found.with_columns(share=share)
        .sort("pseudo_customer_id", "share", "review_id", descending=[False, True, False])
        .select(list(_SCHEMA))
        .cast(_SCHEMA)  # type: ignore[arg-type]
    )


def main_texts(texts: pl.DataFrame) -> pl.DataFrame:
    """The text with the largest share of each customer: ``pseudo_customer_id``, ``share``, ``text``."""
    first = texts.unique("pseudo_customer_id", keep="first", maintain_order=True)
    return first.select("pseudo_customer_id", "share", "text")
