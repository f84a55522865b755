"""The three raw parts of a range of days, brought together in one row per review."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from assets.reviews.contract import REVIEW_ANOMALY_PARTS
from assets.reviews.contradiction import contradiction
from assets.reviews.duplication import duplication
from assets.reviews.settings import ReviewSettings
from assets.reviews.timing import timing


def anomaly_parts(
    reviews: pl.DataFrame,
    vectors: pl.DataFrame,
    segments: Sequence[tuple[Mapping[str, Any] | None, Sequence[date]]],
    settings: ReviewSettings,
    device: str | None = None,
) -> pl.DataFrame:
    """Frame of ``REVIEW_ANOMALY_PARTS`` by delivery day and review id.

    Args:
        reviews: ``clean_reviews`` of the asked days and of the look-back that timing needs.
        vectors: ``review_vectors`` of the whole history up to the last asked day.
        segments: the asked days, split by the polarity record in force.
        settings: of the room.
        device: torch device for the search of near-duplicates; None: NumPy.
    """
    days = sorted(day for _, part in segments for day in part)
    asked = reviews.filter(pl.col("delivery_day").is_in(days)).sort("delivery_day", "review_id")
    opposed = []
    for model, part in segments:
        rows = asked.filter(pl.col("delivery_day").is_in(list(part)))
        opposed.append(contradiction(rows, model, settings.neutral_score).with_columns(rows["delivery_day"]))
    if asked.is_empty():
        return REVIEW_ANOMALY_PARTS.empty()
    rows = asked.select("review_id", "delivery_day")
    for part in (
        pl.concat(opposed),
        duplication(vectors, days, settings, device),
        timing(reviews, days, settings),
    ):
        rows = rows.join(part, on=["review_id", "delivery_day"], how="left", maintain_order="left")
    return REVIEW_ANOMALY_PARTS.conform(rows.select(REVIEW_ANOMALY_PARTS.names))
