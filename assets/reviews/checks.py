"""What must hold of the reviews tables beyond their contracts. Pure; the assets run these before they promote."""

import polars as pl

from assets.reviews.contract import PARTS
from assets.reviews.words import WORD_PATTERN
from resources.contract import CheckOutcome, outcome_of

_NORM_TOLERANCE = 1e-4  # single-precision unit vectors are off by less than a hundredth of this
_SCORE_TOLERANCE = 1e-5
_MAX_EXCLUDED_SHARE = 0.5  # of a day with enough reviews: more points at broken bounds rather than at guests
_ENOUGH_REVIEWS = 20


def validate_clean_reviews(reviews: pl.DataFrame) -> list[CheckOutcome]:
    """Every review has words, counted rightly, and its fields are free of placeholders."""
    placeholder = pl.any_horizontal(
        pl.col(name).str.to_lowercase().is_in(["no negative", "no positive"]).fill_null(value=False)
        for name in ("positive_text", "negative_text")
    )
    return [
        outcome_of(
            "review_text_has_words",
            reviews.filter(~pl.col("text").str.contains(r"[\p{L}\p{N}]")),
            show=("review_id",),
            advice="set the row aside as no_text in cleaning",
        ),
        outcome_of(
            "token_count_matches_text",
            reviews.filter(pl.col("token_count") != pl.col("text").str.count_matches(WORD_PATTERN)),
            show=("review_id", "token_count"),
            advice="count words after the text treatment",
        ),
        outcome_of(
            "placeholders_are_removed",
            reviews.filter(placeholder),
            show=("review_id",),
            advice="add the placeholder to reviews.placeholders",
        ),
    ]


def validate_review_vectors(vectors: pl.DataFrame) -> list[CheckOutcome]:
    """Vectors are finite, of one width and of length one."""
    measured = vectors.with_columns(
        pl.col("vector").list.len().alias("width"),
        pl.col("vector").list.eval(pl.element().cast(pl.Float64).pow(2)).list.sum().sqrt().alias("norm"),
    )
    usual = measured["width"].mode().sort()
    is_unit = (pl.col("norm") - 1).abs() <= _NORM_TOLERANCE
    return [
        outcome_of(
            "vectors_have_one_width",
            measured.filter(pl.col("width") != (usual[-1] if len(usual) else 0)),
            show=("review_id", "width"),
            advice="embed all days with one encoder; re-run the days that used another",
        ),
        outcome_of(
            "vectors_are_unit_and_finite",
            measured.filter(~(is_unit & pl.col("norm").is_not_nan()).fill_null(value=False)),
            show=("review_id", "norm"),
            advice="look at the encoder: NaN or an unscaled vector came out",
        ),
    ]


def validate_anomaly_parts(parts: pl.DataFrame) -> list[CheckOutcome]:
    """Parts are finite, contradiction is the difference it claims, and a copy is never its own original."""
    raw = [f"{part}_raw" for part in PARTS]
    difference = (pl.col("polarity_title_or_score") - pl.col("polarity_text")).abs()
    return [
        outcome_of(
            "parts_are_finite",
            parts.filter(~pl.all_horizontal(pl.col(name).is_finite().fill_null(value=False) for name in raw)),
            show=("review_id", *raw),
            advice="look at the part that is not a number",
        ),
        outcome_of(
            "contradiction_is_the_difference",
            parts.filter((pl.col("contradiction_raw") - difference).abs() > _SCORE_TOLERANCE),
            show=("review_id", "contradiction_raw"),
            advice="recompute the day: polarity and contradiction come from different models",
        ),
        outcome_of(
            "nearest_is_another_review",
            parts.filter((pl.col("nearest_review_id") == pl.col("review_id")).fill_null(value=False)),
            show=("review_id", "nearest_review_id"),
            advice="duplication compared a review with itself",
        ),
    ]


def validate_anomalies(anomalies: pl.DataFrame) -> list[CheckOutcome]:
    """The main part is the largest under uniform or pinned weights, and no day loses most of its reviews."""
    top = pl.max_horizontal(*PARTS)
    zero = (top == 0) & (pl.col("anomaly_score") > _SCORE_TOLERANCE)
    above = pl.col("anomaly_score") > top + _SCORE_TOLERANCE
    by_day = anomalies.group_by("delivery_day").agg(
        pl.len().alias("reviews"), pl.col("is_excluded").mean().alias("excluded_share")
    )
    heavy = by_day.filter((pl.col("reviews") >= _ENOUGH_REVIEWS) & (pl.col("excluded_share") > _MAX_EXCLUDED_SHARE))
    return [
        outcome_of(
            "anomaly_score_lies_within_parts",
            anomalies.filter(zero | above),
            show=("review_id", "anomaly_score", *PARTS),
            advice="weights must be at least 0 and sum to 1",
        ),
        outcome_of(
            "excluded_reviews_have_a_reason",
            anomalies.filter(pl.col("is_excluded") & (pl.col("reason") == "nothing unusual")),
            show=("review_id", "anomaly_score"),
            advice="tau is 0 or below: an excluded review needs a part above its lower bound",
        ),
        outcome_of(
            "most_reviews_are_kept",
            heavy.sort("delivery_day"),
            show=("delivery_day", "reviews", "excluded_share"),
            advice="look at the bounds record and at the source's posting days",
            is_blocking=False,
            threshold=_MAX_EXCLUDED_SHARE,
        ),
    ]
