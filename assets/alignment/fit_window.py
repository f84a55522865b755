"""The candidates that a fit needs out of a year of them, read block by block: memory does not grow with the year."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import polars as pl

from assets.alignment.contract import MATCH_CANDIDATES
from assets.alignment.settings import MAX_DELIVERY_LAG_DAYS

_NAMED = "exact"
# Days of history after which match weights are fitted before the calendar's first cut-off: they are anchored by their
# priors, which keep too few pairs from moving them, and a stay is decided once, so that waiting a whole period costs
# more than a rough fit. Ours: each time the history has doubled.
EARLY_FITS: tuple[int, ...] = (7, 14, 28, 56)
Read = Callable[[Sequence[date], Sequence[str] | None, pl.Expr | None], pl.DataFrame]


def fit_candidates(read: Read, blocks: Sequence[Sequence[date]], reviews: int) -> pl.DataFrame:
    """Candidates of the newest reviews, back to ``MAX_DELIVERY_LAG_DAYS`` before the oldest of them was last paired.

    These are all pairs of a review that was never corrected; of one that was, pairs of a version from long before
    don't count.

    Args:
        read: rows of match_candidates of some days, in the named columns (None: all) and by a condition (None: none),
            by day and stored order.
        blocks: neighbouring days that are read at once; together all that the fit may look at, ascending.
        reviews: setting ``fit_reviews``.

    Returns:
        Rows of match_candidates, by day and stored order.
    """
    newest = newest_reviews(read, blocks, reviews)
    if newest.is_empty():
        return MATCH_CANDIDATES.empty()
    first = newest["delivery_day"].to_list()[-1] - timedelta(days=MAX_DELIVERY_LAG_DAYS)
    is_newest = pl.col("review_id").is_in(newest["review_id"].implode())
    near = [[day for day in block if day >= first] for block in blocks]
    return pl.concat([MATCH_CANDIDATES.empty(), *(read(block, None, is_newest) for block in near if block)])


def newest_reviews(read: Read, blocks: Sequence[Sequence[date]], reviews: int) -> pl.DataFrame:
    """``review_id`` and the last ``delivery_day`` of its pairs, of the newest reviews; pairs by name go before others.

    Where any pair was found by the hotel's name, pairs found by context don't count, as in the fit.
    """
    by_identity: dict[str, pl.DataFrame] = {}
    empty = pl.DataFrame(schema={"review_id": pl.String, "delivery_day": pl.Date})
    for block in reversed(blocks):
        pairs = read(block, ("review_id", "identity", "delivery_day"), None)
        last = pairs.group_by("identity", "review_id").agg(pl.col("delivery_day").max())
        for (identity,), part in last.partition_by("identity", as_dict=True, include_key=False).items():
            known = by_identity.get(str(identity), empty)
            if known.height < reviews:
                by_identity[str(identity)] = pl.concat([known, part.join(known, on="review_id", how="anti")])
        if by_identity.get(_NAMED, empty).height >= reviews:
            break
    chosen = by_identity.get(_NAMED, next(iter(by_identity.values()), empty))
    return chosen.sort("delivery_day", "review_id", descending=True).head(reviews)
