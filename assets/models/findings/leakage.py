"""What features know of the observed window's own value, the texts of the reviews among them."""

import numpy as np
import polars as pl

from assets.common.findings import Tree
from assets.customers.leakage import leakage_table, leakage_tree
from assets.customers.protocols import OBSERVED
from assets.models.examples.dataset import TEXT_EXTRAS, text_dimensions, to_arrays
from assets.models.examples.text_components import fit_text_components


def leakage_results(customers: pl.DataFrame, examples: pl.DataFrame, components: int, rng: np.random.Generator) -> Tree:
    """``customers.leakage``: R² of a plain learner for the observed value by set of features; empty without customers.

    Args:
        customers: ``customers`` rows.
        examples: ``examples`` rows.
        components: leading principal components that stand for a text.
        rng: deals the customers to folds.
    """
    if customers.is_empty():
        return {}
    text = observed_text(examples, components)
    return {"customers": {"leakage": leakage_tree(leakage_table(customers, rng, text=text))}}


def observed_text(examples: pl.DataFrame, components: int) -> pl.DataFrame:
    """The text block of the observed window as numbers, one row per pseudo-customer.

    Args:
        examples: ``examples`` rows.
        components: leading principal components of the embeddings, found without the target.

    Returns:
        pseudo_customer_id, text_component_1 and so on, text_polarity, text_score (of 1), has_text, text_weight,
        reviews; zeros without text.
    """
    rows = examples.filter(pl.col("protocol") == OBSERVED)
    data = to_arrays(rows, text_dimensions(rows))
    values = fit_text_components(data, components).features(data)  # (n, components + polarity, score, mask)
    known = values.shape[1] - len(TEXT_EXTRAS) - 1
    names = [*(f"text_component_{index + 1}" for index in range(known)), *TEXT_EXTRAS, "has_text"]
    counts = rows.select("pseudo_customer_id", "text_weight", pl.col("reviews").cast(pl.Float64))
    return counts.hstack(pl.DataFrame(values, schema=names)).select(
        "pseudo_customer_id", *names, "text_weight", "reviews"
    )
