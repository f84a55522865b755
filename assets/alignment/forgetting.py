"""How pairs lose a review that is erased: the stay stays, since it is somebody else's. Pure."""

from collections.abc import Collection

import polars as pl

_OF_THE_REVIEW = ("review_id", "identity", "match_weight", "match_probability")


def without_reviews(pairs: pl.DataFrame, review_ids: Collection[str]) -> pl.DataFrame:
    """Pairs without those reviews; a stay that loses its last candidate stays as one without (rank 0).

    Args:
        pairs: rows of ``booking_review_pairs``.
        review_ids: of the erased reviews.

    Returns:
        The rows that stay; the others are as they were, in their order, where no stay lost its last candidate.
    """
    is_lost = pl.col("review_id").is_in(list(review_ids)).fill_null(value=False)
    kept = pairs.filter(~is_lost)
    alone = pairs.filter(is_lost).join(kept.select("booking_id"), on="booking_id", how="anti", maintain_order="left")
    alone = alone.unique("booking_id", keep="first", maintain_order=True)
    nothing = [pl.lit(None, dtype=pairs.schema[name]).alias(name) for name in _OF_THE_REVIEW]
    blank = alone.with_columns(
        *nothing, pl.lit(0, dtype=pl.Int32).alias("rank"), pl.lit(value=False).alias("is_assigned")
    )
    if blank.is_empty():
        return kept
    return pl.concat([kept, blank]).sort("delivery_day", "booking_id", "rank", maintain_order=True)
