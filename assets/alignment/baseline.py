"""The paper's matcher, to compare with: filters, TF-IDF rank, minimum similarity (paper 001, section 2.1)."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.settings import AlignmentSettings
from assets.alignment.sides import completed_stays


def best_similar_review(
    bookings: pl.DataFrame, candidates: pl.DataFrame, days: Sequence[date], settings: AlignmentSettings
) -> pl.DataFrame:
    """Rows of ``BOOKING_REVIEW_PAIRS``: each stay with its most similar review, if similar enough.

    A review may serve several stays, as in the paper. ``match_probability`` and ``match_weight`` are null: the
    rule has none. Ties go to the nearest post, then to the smaller review_id.

    Args:
        bookings: rows of ``booking_rows``, for the stays that find nothing.
        candidates: match_candidates; the paper's window is ``window_kind = "symmetric"``.
        days: decision days to produce.
        settings: for the window and ``minimum_similarity``.
    """
    due = (
        completed_stays(bookings, settings)
        .select("booking_id", "stay_end", "decision_day")
        .filter(pl.col("decision_day").is_in(list(days)))
    )
    best = (
        candidates.filter(pl.col("text_similarity") >= settings.minimum_similarity)
        .sort(["booking_id", "text_similarity", "time_agreement", "review_id"], descending=[False, True, True, False])
        .unique("booking_id", keep="first", maintain_order=True)
        .select("booking_id", "review_id", "identity")
    )
    return (
        due.join(best, on="booking_id", how="left")
        .with_columns(
            rank=pl.col("review_id").is_not_null().cast(pl.Int32),
            is_assigned=pl.col("review_id").is_not_null(),
            is_exclusive=pl.lit(value=False),
            match_weight=pl.lit(None, pl.Float64),
            match_probability=pl.lit(None, pl.Float64),
        )
        .rename({"decision_day": "delivery_day"})
        .select(BOOKING_REVIEW_PAIRS.names)
        .sort("delivery_day", "booking_id", "rank")
    )
