"""Words over many customers: how far they move forecasts, and which of them go with high or low value."""

from typing import TYPE_CHECKING

import polars as pl

from assets.reports.chapters.explain.figures import draw_words
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Paragraph, Picture, Table
from assets.reports.telling.notices import missing
from assets.reports.telling.wording import Estimate, capital, count, joined, model_name

if TYPE_CHECKING:
    from assets.reports.telling.told import Told

_SHOWN = 12  # words per side
_DRAWN = 14  # words of the picture


def moving_word_blocks(told: "Told") -> list[Block]:
    """How far common words move forecasts; a note where no text was explained."""
    words = told.table("word_influence").sort(pl.col("influence").abs(), "word", descending=[True, False])
    if words.is_empty():
        return [missing("words that move forecasts", told, Need.TEXTS)]
    shown, users = words.head(_DRAWN), min(words["n"].to_list())
    estimates = [Estimate(row["influence"], row["low"], row["high"]) for row in shown.iter_rows(named=True)]
    return [
        Picture(
            key="word_influence",
            title="Words that move forecasts, over many customers (after figure 7 of paper 001)",
            sentence=f"{_moved(words)} Each word is taken out of the texts that hold it: bars are the mean change of "
            f"the forecast of {model_name(words['model'][0])}, lines 95 % over the {count(users)} or more "
            f"customers who used it, of {count(words['texts'][0])} whose main review was read.",
            alt=f"Bars of the mean influence of the words {', '.join(shown['word'])}, with intervals.",
            figure=draw_words(shown["word"].to_list(), estimates, told.run.currency),
            disclosure=Disclosure.TEXT,
        )
    ]


def _moved(words: pl.DataFrame) -> str:
    """Words whose interval lies on one side of nought, strongest first; said so where there is none."""
    sides = {"raise": words.filter(pl.col("low") > 0.0), "lower": words.filter(pl.col("high") < 0.0)}
    parts = [
        f"{joined([f'“{word}”' for word in rows['word'].head(3)])} {way}{'' if rows.height > 1 else 's'} it"
        for way, rows in sides.items()
        if not rows.is_empty()
    ]
    known = "; ".join(parts)
    if not known:
        return "No word moves the forecasts of its users in one direction."
    apart = sum(rows.height for rows in sides.values())
    return (
        f"{capital(known)} on average; {count(apart)} of {count(words.height)} words have an interval on one side of "
        "nought, one in twenty would by chance."
    )


def word_blocks(told: "Told") -> list[Block]:
    """The words of both sides, as a table; a note where there are no texts or no word differs beyond chance."""
    words = told.table("words_by_value")
    if words.is_empty() and told.table("word_influence").is_empty():
        return [missing("words that go with high or low value", told, Need.TEXTS)]
    if words.is_empty():
        text = (
            "Words that go with high or low value: none that enough customers used differs beyond chance between the "
        )
        text += "high and the low value segment (Bonferroni over all words)."
        return [Paragraph(text=text, disclosure=Disclosure.MODEL_METRIC)]
    rows = []
    for side in ("high", "low"):
        own = words.filter(pl.col("goes_with") == side).sort(pl.col("z").abs(), "word", descending=[True, False])
        rows.append((f"{capital(side)} value", ", ".join(own["word"].head(_SHOWN)) or "none beyond chance"))
    return [
        Table(
            key="words_by_value",
            title="Words that go with high and with low value",
            columns=("Used more by customers of", "Words, strongest first"),
            rows=tuple(rows),
            text_columns=2,
            note=f"From one masked review per customer, the one that weighs most; each word was used by "
            f"{count(min(words['n'].to_list()))} or more of them. An association, not a cause.",
            disclosure=Disclosure.TEXT,
        )
    ]
