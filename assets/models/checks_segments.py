"""Checks of what is told of groups of customers."""

import polars as pl

from resources.contract import CheckOutcome, outcome_of


def pages_stand_on_enough(pages: pl.DataFrame, minimum: int) -> CheckOutcome:
    """Every count of a page is the minimum or more, and so are the customers behind each theme.

    Args:
        pages: ``segment_pages`` rows.
        minimum: customers behind every figure.
    """
    small = pl.DataFrame()  # computed for rows only: a declaration must start no thread, or its process can't fork
    if pages.height:
        counts = pl.min_horizontal("customers", "reviewed", "at_risk")
        shares = pl.min_horizontal(pl.col("praise_share").list.min(), pl.col("complaints_share").list.min())
        behind = (shares * pl.col("reviewed")).fill_null(float(minimum))
        is_unread = shares.is_not_null() & pl.col("reviewed").is_null()
        small = pages.filter((counts < minimum) | (behind < minimum - 1e-6) | is_unread)
    return outcome_of(
        "pages_stand_on_enough",
        small,
        show=("value_segment", "country_group"),
        advice="fold the segment further or withhold the figure (assets/models/segment_pages)",
    )
