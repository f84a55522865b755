"""The candidates that a fit needs out of a year of them, read in blocks of days: memory does not grow with the year."""

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from assets.alignment.contract import MATCH_CANDIDATES

_BLOCK_DAYS = 14
_NAMED = "exact"
Read = Callable[[Sequence[date], Sequence[str] | None], pl.DataFrame]


def fit_candidates(read: Read, days: Sequence[date], reviews: int) -> pl.DataFrame:
    """Every candidate of the newest reviews: all that :func:`learn_weights` takes of the days.

    Args:
        read: rows of match_candidates of some days, in the named columns (None: all), by day and stored order.
        days: that the fit may look at, ascending.
        reviews: setting ``fit_reviews``.

    Returns:
        Rows of match_candidates, by day and stored order.
    """
    newest = newest_reviews(read, days, reviews)
    # All days: a review that was corrected late has pairs from before.
    blocks = _blocks(days) if newest.height else []
    kept = [read(block, None).join(newest, on="review_id", how="semi", maintain_order="left") for block in blocks]
    return pl.concat([MATCH_CANDIDATES.empty(), *kept])


def newest_reviews(read: Read, days: Sequence[date], reviews: int) -> pl.DataFrame:
    """``review_id`` and the last ``delivery_day`` of its pairs, of the newest reviews; pairs by name go before others.

    Where any pair was found by the hotel's name, pairs found by context don't count, as in the fit.
    """
    found: dict[str, pl.DataFrame] = {}
    empty = pl.DataFrame(schema={"review_id": pl.String, "delivery_day": pl.Date})
    for block in reversed(_blocks(days)):
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


def _blocks(days: Sequence[date]) -> list[list[date]]:
    """Neighbouring days together, the last block whole: a walk from the end meets full blocks first."""
    head = len(days) % _BLOCK_DAYS
    cuts = [list(days[:head])] if head else []
    return cuts + [list(days[start : start + _BLOCK_DAYS]) for start in range(head, len(days), _BLOCK_DAYS)]
