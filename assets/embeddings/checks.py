"""What must hold of ``review_embeddings`` beyond its contract. Pure; the asset runs it before it promotes."""

import polars as pl

from resources.contract import CheckOutcome, outcome_of

_NORM_TOLERANCE = 5e-3  # half-precision unit vectors; single precision is a hundred times closer


def validate_embeddings(embeddings: pl.DataFrame) -> list[CheckOutcome]:
    """No NaN, one width, unit length, and equal texts have equal vectors."""
    measured = _measured(embeddings)
    usual = measured["width"].mode().sort()
    is_unit = ((pl.col("norm") - 1).abs() <= _NORM_TOLERANCE).fill_null(value=False)
    return [
        outcome_of(
            "embeddings_are_finite",
            measured.filter(~pl.col("is_finite")),
            show=("review_id", "tier"),
            advice="the encoder gave NaN or infinity: try core.device = cpu, and look at the text's length",
        ),
        outcome_of(
            "embeddings_have_one_width",
            measured.filter(pl.col("width") != (usual[-1] if len(usual) else 0)),
            show=("review_id", "tier", "width"),
            advice="re-embed the days that another tier made",
        ),
        outcome_of(
            "embeddings_have_unit_length",
            measured.filter(~is_unit),
            show=("review_id", "tier", "norm"),
            advice="the encoder must scale its vectors to length one",
        ),
        outcome_of(
            "equal_texts_have_equal_vectors",
            _unequal(embeddings),
            show=("review_id", "content_hash"),
            advice="clear the embedding cache under <home>/cache/embeddings and re-run the days",
        ),
    ]


def _measured(embeddings: pl.DataFrame) -> pl.DataFrame:
    """The rows with width, length and finiteness of their vectors."""
    return embeddings.with_columns(
        pl.col("embedding").list.len().alias("width"),
        pl.col("embedding").list.eval(pl.element().is_finite().fill_null(value=False)).list.all().alias("is_finite"),
        pl.col("embedding").list.eval(pl.element().cast(pl.Float64).pow(2)).list.sum().sqrt().alias("norm"),
    )


def _unequal(embeddings: pl.DataFrame) -> pl.DataFrame:
    """First rows of texts that have more than one vector."""
    return (
        embeddings.group_by("tier", "content_hash", maintain_order=True)
        .agg(
            pl.col("embedding").n_unique().alias("vectors"),
            pl.col("delivery_day").first(),
            pl.col("review_id").first(),
        )
        .filter(pl.col("vectors") > 1)
    )
