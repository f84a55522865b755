"""How many examples there are to learn a forecast from, and how many of them have text."""

import polars as pl

from assets.common.findings import Tree
from assets.customers.protocols import OBSERVED


def example_counts(examples: pl.DataFrame) -> Tree:
    """``models.examples``: ``ahead`` (a past with the value that followed) and ``with_text``; zeros without rows.

    Args:
        examples: ``examples`` rows.
    """
    ahead = examples.filter(pl.col("protocol") != OBSERVED).height
    return {"models": {"examples": {"ahead": ahead, "with_text": int(examples["has_text"].sum())}}}
