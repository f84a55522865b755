"""Local explanations of text: which words move one customer's predicted value (LIME, paper 001 section 2.12)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.customers.lifetime_value import SEGMENTS
from assets.models.explaining.faithfulness import BETWEEN_WORDS, words_between

PredictFromTexts = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class TextExplanation:
    """LIME weights of the words behind one prediction, strongest first."""

    segment: str
    prediction: float
    words: tuple[str, ...]
    weights: tuple[float, ...]
    text: str = ""
    fit: float | None = None  # R² of the local surrogate
    share: float | None = None  # of this text in the customer's text block


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
    distinct = set(words_between(text))
    if len(distinct) < 2:  # nothing to perturb: the one word's effect is the difference that it makes
        without = float(np.asarray(predict_from_texts([""]), dtype=np.float64).reshape(-1)[0])
        weights = (prediction - without,) * len(distinct)
        return TextExplanation(
            segment=segment, prediction=prediction, words=tuple(distinct), weights=weights, text=text, share=share
        )
    from lime.lime_text import LimeTextExplainer  # slow to import: only who explains a text waits for it

    explainer = LimeTextExplainer(class_names=["value"], split_expression=BETWEEN_WORDS, bow=True, random_state=seed)

    def as_column(texts: Sequence[str]) -> np.ndarray:
        return np.asarray(predict_from_texts(list(texts)), dtype=np.float64).reshape(-1, 1)

    result: Any = explainer.explain_instance(text, as_column, labels=(0,), num_features=words, num_samples=samples)
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
