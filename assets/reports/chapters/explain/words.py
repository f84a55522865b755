"""Words that go with high or low value, beyond chance and used by enough customers.

Words are counted by customer and never by review, so that one guest who writes often counts once.
"""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import stats

from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Paragraph, Table
from assets.reports.telling.guests import customer_texts, minimum_customers
from assets.reports.telling.notices import missing
from assets.reports.telling.wording import capital, count
from assets.reviews.words import NEGATIONS, STOP_WORDS, WORD_PATTERN

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

_MASK = r"\[[a-z]+\]"  # what masking leaves behind: [name], [email]
_MIN_LETTERS = 3
_LEVEL = 0.05
_SHOWN = 12  # words per side


def word_blocks(told: "Told") -> list[Block]:
    """The words of both sides, as a table; a note where there are no texts or no word differs beyond chance."""
    texts, minimum = customer_texts(told), minimum_customers(told)
    if texts.is_empty():
        return [missing("words that go with high or low value", told, Need.TEXTS)]
    tested = words_by_value(texts, told.table("customers"), minimum)
    if tested.is_empty():
        text = f"Words that go with high or low value: none that {count(minimum)} or more customers used differ beyond "
        text += "chance between the high and the low value segment (Bonferroni over all words)."
        return [Paragraph(text=text, disclosure=Disclosure.MODEL_METRIC)]
    rows = []
    for side in ("high", "low"):
        words = tested.filter(tested["goes_with"] == side)["word"].to_list()[:_SHOWN]
        rows.append((f"{capital(side)} value", ", ".join(words) or "none beyond chance"))
    return [
        Table(
            key="words_by_value",
            title="Words that go with high and with low value",
            columns=("Used more by customers of", "Words, strongest first"),
            rows=tuple(rows),
            text_columns=2,
            note=f"From one masked review per customer, the one that weighs most; each word was used by "
            f"{count(minimum)} or more of them. An association, not a cause.",
            disclosure=Disclosure.TEXT,
        )
    ]


def words_by_value(texts: pl.DataFrame, segments: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Words that customers of high value use more or less often than those of low value, beyond chance.

    Args:
        texts: ``pseudo_customer_id``, ``text`` (masked), weightiest first; one text per customer is read, since
            customers of high value stay, and write, more often.
        segments: ``pseudo_customer_id``, ``value_segment``.
        minimum: customers that must have used a word.

    Returns:
        ``word``, ``goes_with`` (high, low), ``z``; strongest first. A two-sided test of two proportions per word,
        Bonferroni over all words tested; empty where nothing passes.
    """
    schema = {"word": pl.String, "goes_with": pl.String, "z": pl.Float64}
    one = texts.unique("pseudo_customer_id", keep="first", maintain_order=True)
    used = customer_words(one).join(segments, on="pseudo_customer_id", how="inner")
    sizes = {name: used.filter(pl.col("value_segment") == name)["pseudo_customer_id"].n_unique()
             for name in ("high", "low")}  # fmt: skip
    if min(sizes.values()) < minimum:
        return pl.DataFrame(schema=schema)
    counts = (
        used.group_by("word")
        .agg(
            high=(pl.col("value_segment") == "high").sum(),
            low=(pl.col("value_segment") == "low").sum(),
        )
        .filter(pl.col("high") + pl.col("low") >= minimum)
        .sort("word")
    )
    if counts.is_empty():
        return pl.DataFrame(schema=schema)
    high, low = counts["high"].to_numpy() / sizes["high"], counts["low"].to_numpy() / sizes["low"]
    whole = (counts["high"] + counts["low"]).to_numpy() / (sizes["high"] + sizes["low"])
    error = np.sqrt(whole * (1.0 - whole) * (1.0 / sizes["high"] + 1.0 / sizes["low"]))
    z = np.divide(high - low, error, out=np.zeros(len(error)), where=error > 0)
    border = float(stats.norm.isf(_LEVEL / (2 * len(z))))
    beyond = counts.select("word").with_columns(z=pl.Series(z)).filter(pl.col("z").abs() > border)
    goes_with = pl.when(pl.col("z") > 0).then(pl.lit("high")).otherwise(pl.lit("low"))
    return beyond.with_columns(goes_with=goes_with).sort(pl.col("z").abs(), "word", descending=[True, False]).select(
        list(schema)
    )  # fmt: skip


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
