"""The candidates that a fit needs out of a year of them, read block by block: memory does not grow with the year."""

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from assets.alignment.contract import MATCH_CANDIDATES

_NAMED = "exact"
Read = Callable[[Sequence[date], Sequence[str] | None], pl.DataFrame]


def fit_candidates(read: Read, blocks: Sequence[Sequence[date]], reviews: int) -> pl.DataFrame:
    """Every candidate of the newest reviews: all that :func:`learn_weights` takes of the days.

    Args:
        read: rows of match_candidates of some days, in the named columns (None: all), by day and stored order.
        blocks: neighbouring days that are read at once; together all that the fit may look at, ascending.
        reviews: setting ``fit_reviews``.

    Returns:
        Rows of match_candidates, by day and stored order.
    """
    newest = newest_reviews(read, blocks, reviews)
    # All blocks: a review that was corrected late has pairs from before.
    kept = [read(block, None).join(newest, on="review_id", how="semi", maintain_order="left") for block in blocks]
    return pl.concat([MATCH_CANDIDATES.empty(), *kept])


def newest_reviews(read: Read, blocks: Sequence[Sequence[date]], reviews: int) -> pl.DataFrame:
    """``review_id`` and the last ``delivery_day`` of its pairs, of the newest reviews; pairs by name go before others.

    Where any pair was found by the hotel's name, pairs found by context don't count, as in the fit.
    """
    found: dict[str, pl.DataFrame] = {}
    empty = pl.DataFrame(schema={"review_id": pl.String, "delivery_day": pl.Date})
    for block in reversed(blocks):
        pairs = read(block, ("review_id", "identity", "delivery_day"))
        last = pairs.group_by("identity", "review_id").agg(pl.col("delivery_day").max())
        for (identity,), part in last.partition_by("identity", as_dict=True, include_key=False).items():
            known = found.get(str(identity), empty)
            if known.height < reviews:
                found[str(identity)] = pl.concat([known, part.join(known, on="review_id", how="anti")])
        if found.get(_NAMED, empty).height >= reviews:
            break
    chosen = found.get(_NAMED, next(iter(found.values()), empty))
    return chosen.sort("delivery_day", "review_id", descending=True).head(reviews)
