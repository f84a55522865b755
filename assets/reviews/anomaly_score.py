"""Anomaly score ``A = alpha c + beta d + gamma t`` from scaled parts, its exclusion and its reason in words.

Each part is scaled to [0, 1] between two bounds and clipped: below the lower one is what honest reviews
show every day, above the upper one there is nothing more to prove. Bounds are fitted on the past within
limits, so that a corpus without anomalies does not have its most ordinary extremes stretched to one.

Source:
    Paper 001, composite anomaly score and min-max scaling of its parts; it prints no bounds.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from assets.reviews.contract import PARTS, REVIEW_ANOMALIES
from assets.reviews.settings import ReviewSettings

FIXED_VERSION = "fixed"
# Lower: what 95 of 100 reviews stay below. Upper: more than half the scale between score and text, above all but
# one in two hundred public reviews; a cosine
# above all pairs of long public texts (0.957); one chance in thirty thousand for so many posts.
FIXED_BOUNDS: dict[str, tuple[float, float]] = {
    "contradiction": (0.7, 1.2),
    "duplication": (0.9, 0.96),
    "timing": (2.0, 4.5),
}
_LOWER_QUANTILE = 0.95
_LOWER_LIMITS: dict[str, tuple[float, float]] = {
    "contradiction": (0.6, 0.9),
    "duplication": (0.88, 0.93),
    "timing": (1.5, 3.0),
}
_DECIMALS = 6
_DAY_HOURS = 24
_STRONG, _CLEAR = 0.5, 0.15  # polarity from which a tone is called strong, or clear
_SHORT_ID = 8  # digits of an id that a reason shows


def fit_bounds(parts: pl.DataFrame, settings: ReviewSettings) -> dict[str, Any] | None:
    """Payload of the bounds record ``{"bounds": {part: [lower, upper]}, "reviews": n}``.

    None when there are fewer than ``bounds_min_reviews`` reviews. The lower bound is a part's 95th
    percentile, kept within limits; the upper bound is the documented level of a clear anomaly.

    Args:
        parts: ``review_anomaly_parts`` up to the cut-off.
        settings: of the room.
    """
    if parts.height < settings.bounds_min_reviews:
        return None
    bounds: dict[str, list[float]] = {}
    for part in PARTS:
        values = np.sort(parts[f"{part}_raw"].to_numpy())
        quantile = float(np.quantile(values, _LOWER_QUANTILE, method="lower"))
        low, high = _LOWER_LIMITS[part]
        bounds[part] = [round(min(max(quantile, low), high), _DECIMALS), FIXED_BOUNDS[part][1]]
    return {"bounds": bounds, "reviews": parts.height}


def bounds_of(record: Mapping[str, Any] | None) -> dict[str, tuple[float, float]]:
    """Lower and upper bound per part: of the record, or the fixed ones before the first fit."""
    if record is None:
        return dict(FIXED_BOUNDS)
    return {part: (float(record["bounds"][part][0]), float(record["bounds"][part][1])) for part in PARTS}


def scaled_parts(parts: pl.DataFrame, bounds: Mapping[str, tuple[float, float]]) -> pl.DataFrame:
    """Frame (contradiction, duplication, timing), each in [0, 1], in row order.

    Args:
        parts: with the columns ``<part>_raw``.
        bounds: lower and upper bound per part, lower < upper.
    """
    columns = {}
    for part in PARTS:
        low, high = bounds[part]
        columns[part] = np.round(np.clip((parts[f"{part}_raw"].to_numpy() - low) / (high - low), 0, 1), _DECIMALS)
    return pl.DataFrame(columns)


def composite(scaled: pl.DataFrame, weights: tuple[float, float, float]) -> np.ndarray:
    """(n,) anomaly score in [0, 1].

    Args:
        scaled: of :func:`scaled_parts`.
        weights: alpha, beta, gamma; they sum to 1.
    """
    total = np.zeros(scaled.height)
    for part, weight in zip(PARTS, weights, strict=True):
        total = total + weight * scaled[part].to_numpy()
    return np.round(np.clip(total, 0, 1), _DECIMALS)


def score_anomalies(
    parts: pl.DataFrame, reviews: pl.DataFrame, record: Mapping[str, Any] | None, version: str, settings: ReviewSettings
) -> pl.DataFrame:
    """Frame of ``REVIEW_ANOMALIES`` in the row order of ``parts``.

    Args:
        parts: ``review_anomaly_parts`` rows that share one bounds record.
        reviews: ``clean_reviews`` rows of the same reviews, for the score named in the reason.
        record: payload of the bounds record, or None before the first fit.
        version: of the bounds.
        settings: weights and tau.
    """
    scaled = scaled_parts(parts, bounds_of(record))
    weights = (settings.alpha, settings.beta, settings.gamma)
    weighted = np.stack([weight * scaled[part].to_numpy() for part, weight in zip(PARTS, weights, strict=True)])
    score = composite(scaled, weights)
    main = [PARTS[index] for index in np.argmax(weighted, axis=0)] if parts.height else []
    rows = pl.concat([parts, scaled], how="horizontal").with_columns(
        pl.Series("anomaly_score", score, dtype=pl.Float64),
        pl.Series("is_excluded", score > settings.tau, dtype=pl.Boolean),
        pl.Series("main_part", main, dtype=pl.String),
        pl.lit(version).alias("bounds_version"),
    )
    told = rows.join(
        reviews.select("review_id", "score", "title", "delivery_day"),
        on=["review_id", "delivery_day"],
        how="left",
        maintain_order="left",
    ).with_columns(reason_text().alias("reason"))
    return REVIEW_ANOMALIES.conform(told.select(REVIEW_ANOMALIES.names))


def reason_text() -> pl.Expr:
    """The main part in words: counts, days, scores and short ids, never review text."""
    return (
        pl.when(pl.max_horizontal(*PARTS) == 0)
        .then(pl.lit("nothing unusual"))
        .when(pl.col("main_part") == "contradiction")
        .then(part_reason("contradiction"))
        .when(pl.col("main_part") == "duplication")
        .then(part_reason("duplication"))
        .otherwise(part_reason("timing"))
    )


def part_reason(part: str) -> pl.Expr:
    """What one part saw, in words; reads the columns of ``review_anomaly_parts``, score and title."""
    return {"contradiction": _contradiction_reason, "duplication": _duplication_reason, "timing": _timing_reason}[
        part
    ]()


def _contradiction_reason() -> pl.Expr:
    score = pl.format("score {}", pl.col("score").round(1))
    stated = (
        pl.when(pl.col("title").is_null())
        .then(score)
        .otherwise(pl.format("{} and title together {}", score, _tone("polarity_title_or_score")))
    )
    return pl.format("{}, text {}", stated, _tone("polarity_text"))


def _tone(column: str) -> pl.Expr:
    value = pl.col(column)
    strength = pl.when(value.abs() >= _STRONG).then(pl.lit("strongly ")).otherwise(pl.lit(""))
    side = pl.when(value >= _CLEAR).then(pl.lit("positive")).when(value <= -_CLEAR).then(pl.lit("negative"))
    return strength + side.otherwise(pl.lit("neutral"))


def _duplication_reason() -> pl.Expr:
    alike = (
        pl.when(pl.col("duplication_raw") >= 0.9999)
        .then(pl.lit("same text as"))
        .otherwise(pl.lit("nearly the same text as"))
    )
    days = pl.col("nearest_gap_days")
    when = (
        pl.when(days == 0)
        .then(pl.lit("on the same day"))
        .when(days == 1)
        .then(pl.lit("1 day earlier"))
        .when(days > 1)
        .then(pl.format("{} days earlier", days))
        .otherwise(pl.lit("that arrived earlier"))
    )
    return pl.format("{} review {} posted {}", alike, pl.col("nearest_review_id").str.head(_SHORT_ID), when)


def _timing_reason() -> pl.Expr:
    hours = pl.col("posts_window_hours")
    span = (
        pl.when(hours < _DAY_HOURS)
        .then(pl.format("in {} hours", hours))
        .when(hours == _DAY_HOURS)
        .then(pl.lit("in a day"))
        .otherwise(pl.format("in {} days", hours // _DAY_HOURS))
    )
    scopes = {
        "hotel": "posts for this hotel",
        "hotel_low": "low scores for this hotel",
        "hotel_high": "high scores for this hotel",
        "platform": "posts for all hotels",
    }
    counted = pl.col("posts_scope").replace(scopes)
    return pl.format("{} {} {}, usually {}", pl.col("posts_observed"), counted, span, _usual())


def _usual() -> pl.Expr:
    expected = pl.col("posts_expected")
    few = expected.round(1).cast(pl.String).str.strip_suffix(".0")
    whole = expected.round(0).cast(pl.Int64).cast(pl.String)
    return pl.when(expected < 1).then(pl.lit("fewer than 1")).when(expected < 10).then(few).otherwise(whole)
