"""Controls: what a model that uses text achieves when the texts belong to somebody else."""

import numpy as np
import polars as pl

from assets.models.examples.text_sources import TEXT_COLUMNS


def shuffle_texts(examples: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The examples with whole text blocks dealt anew among the customers that have one, within protocol and T.

    Masks stay where they were, so that having a review keeps whatever it tells; only what it says is lost.

    Args:
        examples: the examples table.
        rng: of the deal.

    Returns:
        The same rows in the same order.
    """
    rows = examples.with_row_index("row")
    own = rows.filter(pl.col("has_text")).sort("protocol", "as_of", "pseudo_customer_id")
    parts = [
        part.select("row").hstack(part.select(TEXT_COLUMNS)[rng.permutation(part.height)])
        for part in own.partition_by("protocol", "as_of", maintain_order=True)
    ]
    if not parts:
        return examples
    dealt = rows.drop(TEXT_COLUMNS).join(pl.concat(parts), on="row", how="left", maintain_order="left")
    filled = dealt.with_columns(pl.col("text_weight").fill_null(0.0), pl.col("reviews").fill_null(0))
    return filled.select(examples.columns)
