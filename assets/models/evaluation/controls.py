"""Controls: what a model that uses text achieves when the texts belong to somebody else."""

import numpy as np
import polars as pl

from assets.models.evaluation.evaluate import PROSPECTIVE_CV, evaluate, metrics_of
from assets.models.settings import ModelSettings

TEXT_COLUMNS = ("text_weight", "text_polarity", "text_score", "text_vector", "reviews")


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


def permutation_control(
    examples: pl.DataFrame, metrics: pl.DataFrame, settings: ModelSettings, rng: np.random.Generator, model: str
) -> pl.DataFrame:
    """Errors per fold of a text model with the true and with shuffled texts, on the same splits and seeds.

    Args:
        examples: the examples table.
        metrics: of the evaluation with the true texts.
        settings: that the evaluation ran with.
        rng: of the deal of texts.
        model: a model that reads text.

    Returns:
        repeat, fold, rmse, rmse_shuffled (currency units) for ``prospective_cv``; a gain from text shows as rmse
        below rmse_shuffled.

    Source:
        SPEC 3.4, evidence: a permutation control for every model that uses pairs.
    """
    training = examples.filter((pl.col("protocol") == "prospective") & (pl.col("split") == "cv"))
    chosen = ModelSettings(**{**settings.__dict__, "models": ("same_as_past", model)})
    shuffled = metrics_of(evaluate(shuffle_texts(training, rng), chosen), chosen)
    keys = ["repeat", "fold"]
    own = pl.col("protocol") == PROSPECTIVE_CV, pl.col("model") == model
    true = metrics.filter(*own).select(*keys, "rmse")
    return true.join(shuffled.filter(*own).select(*keys, rmse_shuffled="rmse"), on=keys, how="inner").sort(keys)
