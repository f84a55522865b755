"""What must hold of the room's tables beyond their contracts. Pure; the assets run it before they promote."""

import polars as pl

from resources.contract import CheckOutcome, outcome_of

_LEAN_TOLERANCE = 1e-9  # of a review: the rounding of a sum
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


def validate_map(places: pl.DataFrame) -> list[CheckOutcome]:
    """Every place is a number, and the first axis points towards better scores."""
    axes = pl.col("first_axis", "second_axis")
    lean = (places["first_axis"] * (places["score"] - (places["score"].mean() or 0.0))).sum()
    backwards = places.head(1) if lean < -_LEAN_TOLERANCE * places.height else places.clear()
    return [
        outcome_of(
            "map_places_are_finite",
            places.filter(~pl.all_horizontal(axes.is_finite())),
            show=("review_id", "first_axis", "second_axis"),
            advice="look at embeddings_are_finite of review_embeddings, then make the map again",
        ),
        outcome_of(
            "better_reviews_lie_to_the_right",
            backwards,
            show=("review_id",),
            advice="the first axis is turned by its covariance with the score: see assets/embeddings/review_map.py",
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
