"""Words that go with high or low value, beyond chance and used by enough customers.

Words are counted by customer and never by review, so that one guest who writes often counts once.
"""

import numpy as np
import polars as pl
from scipy import stats

from assets.models.contract_told import WORDS_BY_VALUE
from assets.reviews.words import NEGATIONS, STOP_WORDS, WORD_PATTERN

_MASK = r"\[[a-z]+\]"  # what masking leaves behind: [name], [email]
_MIN_LETTERS = 3
_LEVEL = 0.05


def words_by_value(texts: pl.DataFrame, segments: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Words that customers of high value use more or less often than those of low value, beyond chance.

    Args:
        texts: ``pseudo_customer_id``, ``text`` (masked), weightiest first; one text per customer is read, since
            customers of high value stay, and write, more often.
        segments: ``pseudo_customer_id``, ``value_segment``.
        minimum: customers that must have used a word.

    Returns:
        Rows of ``words_by_value``, strongest first. A two-sided test of two proportions per word, Bonferroni over all
        words tested; empty where nothing passes.
    """
    one = texts.unique("pseudo_customer_id", keep="first", maintain_order=True)
    used = customer_words(one).join(segments, on="pseudo_customer_id", how="inner")
    high, low = (pl.col("value_segment") == name for name in ("high", "low"))
    sizes = [used.filter(side)["pseudo_customer_id"].n_unique() for side in (high, low)]
    counts = used.group_by("word").agg(high=high.sum(), low=low.sum()).with_columns(n=pl.sum_horizontal("high", "low"))
    counts = counts.filter(pl.col("n") >= minimum).sort("word")
    if min(sizes) < minimum or counts.is_empty():
        return WORDS_BY_VALUE.empty()
    z = _two_proportions(counts["high"].to_numpy(), counts["low"].to_numpy(), *sizes)
    border = float(stats.norm.isf(_LEVEL / (2 * len(z))))
    beyond = counts.with_columns(z=pl.Series(z)).filter(pl.col("z").abs() > border)
    goes_with = pl.when(pl.col("z") > 0).then(pl.lit("high")).otherwise(pl.lit("low"))
    ordered = beyond.with_columns(goes_with=goes_with).sort(pl.col("z").abs(), "word", descending=[True, False])
    return ordered.select(WORDS_BY_VALUE.names).cast(WORDS_BY_VALUE.schema)  # type: ignore[arg-type]


def _two_proportions(high: np.ndarray, low: np.ndarray, of_high: int, of_low: int) -> np.ndarray:
    """(n,) z of each word: users among those of high value minus those of low value, by the pooled error."""
    whole = (high + low) / (of_high + of_low)
    error = np.sqrt(whole * (1.0 - whole) * (1.0 / of_high + 1.0 / of_low))
    return np.divide(high / of_high - low / of_low, error, out=np.zeros(len(error)), where=error > 0)


def customer_words(texts: pl.DataFrame) -> pl.DataFrame:
    """``pseudo_customer_id``, ``word``: each word once per customer; function words and mask marks left out."""
    lower = texts.select(
        "pseudo_customer_id",
        word=pl.col("text").fill_null("").str.to_lowercase().str.replace_all(_MASK, " ").str.extract_all(WORD_PATTERN),
    ).explode("word", empty_as_null=True)
    kept = lower.filter(
        pl.col("word").is_not_null()
        & (pl.col("word").str.len_chars() >= _MIN_LETTERS)
        & ~pl.col("word").is_in(sorted(STOP_WORDS | NEGATIONS))
        & ~pl.col("word").str.contains(r"^\d")
    )
    return kept.unique().sort("pseudo_customer_id", "word")
