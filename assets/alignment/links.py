"""Which review stands behind which stay: what reviews say themselves where it is verified, else what was matched. Pure.

A verified link is certain. It goes before whatever was matched: its review takes no other stay, its stay no other
review. Matching itself knows nothing of it, so that verified links can measure how well matching does.
"""

from datetime import date

import polars as pl

from assets.alignment.contract import VERIFIED_LINKS
from assets.common.versions import latest_versions

VERIFIED = "is_verified"
MATCHED_COLUMNS = ("booking_id", "review_id", "match_probability", "is_assigned", "delivery_day")
VERIFIED_COLUMNS = ("review_id", "booking_id", "gap_days", "delivery_day")
_CERTAIN = 1.0


def links_of(pairs: pl.DataFrame, verified: pl.DataFrame) -> pl.DataFrame:
    """Both kinds of links as rows of one table, for :func:`links_at`.

    Args:
        pairs: rows of ``booking_review_pairs``, ``MATCHED_COLUMNS`` at least.
        verified: ``VERIFIED_COLUMNS`` of ``verified_links``, refused ones too: they take back what was told before.

    Returns:
        The columns of ``pairs``; ``is_verified``; ``gap_days`` (days from the end of the stay to the post; null where
        the link was matched). A verified link has rank 1 and probability 1, and is assigned unless it was refused.
    """
    fixed = {
        "rank": pl.lit(1, pl.Int32),
        "match_probability": pl.lit(_CERTAIN),
        "is_assigned": pl.col("booking_id").is_not_null(),
        "is_exclusive": pl.lit(value=True),
    }
    known = {"booking_id", "review_id", "delivery_day"}
    columns = [
        pl.col(name) if name in known else fixed.get(name, pl.lit(None, dtype)).alias(name)
        for name, dtype in pairs.schema.items()
    ]
    gap = VERIFIED_LINKS.schema["gap_days"]
    told = verified.select(*columns, pl.lit(value=True).alias(VERIFIED), pl.col("gap_days").cast(gap))
    matched = pairs.with_columns(pl.lit(value=False).alias(VERIFIED), pl.lit(None, gap).alias("gap_days"))
    return pl.concat([matched, told])


def links_at(links: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Links that hold on a day, by what was told and decided by then.

    Args:
        links: of :func:`links_of`; rows of ``booking_review_pairs`` are matched links, all of them.
        as_of: the day.

    Returns:
        Some of the rows, in their order; a review occurs once among the verified ones.
    """
    known = links.filter(pl.col("delivery_day") <= as_of)
    if VERIFIED not in links.columns:
        return known.filter("is_assigned")
    told = latest_versions(known.filter(VERIFIED), "review_id").filter("is_assigned")
    matched = known.filter(pl.col("is_assigned") & ~pl.col(VERIFIED))
    for side in ("review_id", "booking_id"):
        matched = matched.join(told, on=side, how="anti", maintain_order="left")
    return pl.concat([matched, told])
