"""How far single words move forecasts, over the many customers who used them."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.common.intervals import clustered_mean
from assets.models.contract_told import WORD_INFLUENCE
from assets.models.explaining.value_words import customer_words

Predict = Callable[[Sequence[str]], NDArray[np.float64]]


def word_influence(
    model: str,
    candidates: pl.DataFrame,
    predictor: Callable[[Mapping[str, Any]], Predict],
    *,
    texts: int,
    minimum: int,
) -> pl.DataFrame:
    """Rows of ``word_influence``: every word that enough of the looked-at customers used is taken out of their texts.

    Args:
        model: that is explained.
        candidates: ``pseudo_customer_id``, ``prediction``, ``text`` and what the predictor needs; one row per customer.
        predictor: row -> (texts -> predictions of that customer, all else fixed).
        texts: customers looked at, evenly chosen by forecast.
        minimum: of them that must have used a word.

    Source:
        Li, Monroe & Jurafsky (2016), arXiv:1612.08220: representation erasure.
    """
    ordered = candidates.sort("prediction", "pseudo_customer_id")
    looked_at = ordered.gather_every(max(1, -(-ordered.height // texts)))
    used = customer_words(looked_at)
    common = used.filter(pl.len().over("word") >= minimum)
    words = common.group_by("pseudo_customer_id", maintain_order=True).agg("word")
    moved = [WORD_INFLUENCE.empty().select("word", "influence")]
    for row in looked_at.join(words, on="pseudo_customer_id", how="inner", maintain_order="left").iter_rows(named=True):
        told = predictor(row)([row["text"], *(without_word(row["text"], word) for word in row["word"])])
        moved.append(pl.DataFrame({"word": row["word"], "influence": told[0] - told[1:]}))
    rows = [
        _row(model, str(word), own["influence"].to_numpy(), looked_at.height)
        for (word,), own in pl.concat(moved).sort("word").group_by("word", maintain_order=True)
    ]
    return pl.DataFrame(rows, schema=WORD_INFLUENCE.schema)


def _row(model: str, word: str, moved: NDArray[np.float64], texts: int) -> dict[str, Any]:
    mean = clustered_mean(moved, np.arange(moved.size))  # one text a customer: each stands for itself
    return {"model": model, "word": word, "n": moved.size, "influence": mean.value, "low": mean.low, "high": mean.high,
            "texts": texts}  # fmt: skip


def without_word(text: str, word: str) -> str:
    """The text without a word, in whatever case it is written.

    Example:
        >>> without_word("Clean room, CLEAN bath, cleaner's cart", "clean")
        " room,  bath, cleaner's cart"
    """
    return re.sub(rf"(?<![\w'’]){re.escape(word)}(?![\w'’])", "", text, flags=re.IGNORECASE)
