"""Negative controls: texts shuffled among stays, so that whatever survives is not due to the pairing."""

import numpy as np
import polars as pl

_CONTENT = (
    "title", "text", "positive_text", "negative_text", "score", "reviewer_country", "trip_type", "party", "room",
    "room_count", "nights", "is_mobile", "language", "token_count",
)  # fmt: skip


def shuffle_pairs(pairs: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The pairs with the assigned reviews dealt out anew among the stays that got one.

    How many stays have a review, which reviews are used and all probabilities stay as they were; only who
    got which text is random. Rows that are not assigned keep their review.

    Args:
        pairs: rows of booking_review_pairs, any order.
        rng: source of randomness.

    Source:
        Paper 001, sections 2.3 and 3 (table 6): review embeddings permuted across booking records.
    """
    ordered = pairs.sort("booking_id", "rank")
    rows = np.flatnonzero(ordered["is_assigned"].to_numpy())
    dealt = ordered["review_id"].gather(rows[rng.permutation(len(rows))])
    return ordered.with_columns(review_id=ordered["review_id"].scatter(rows, dealt))


def shuffle_reviews(reviews: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Reviews whose content is dealt out anew within the months of posting; ids, hotels and days stay.

    Candidates built from these have the same volume in time and per hotel and no true link beyond chance: the
    evidence that the matcher still finds in them is its noise.

    Args:
        reviews: rows of clean_reviews, any order.
        rng: source of randomness.
    """
    content = [name for name in _CONTENT if name in reviews.columns]
    ordered = reviews.sort("review_id")
    month = ordered["posted_day"].dt.truncate("1mo").rank("dense").to_numpy()
    draw = rng.random(ordered.height)
    source = np.lexsort((draw, month))
    target = np.lexsort((np.arange(ordered.height), month))
    place = np.empty(ordered.height, dtype=np.int64)
    place[target] = source
    return ordered.with_columns(ordered.select(content)[place])
