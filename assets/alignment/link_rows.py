"""Links as tables of later rooms read them. Knows the inputs of the shell, not Dagster."""

from collections.abc import Sequence

import polars as pl

from assets.alignment.contract import BOOKING_REVIEW_PAIRS, VERIFIED_LINKS
from assets.alignment.links import MATCHED_COLUMNS, VERIFIED_COLUMNS, links_of
from assets.common.inputs import DayInputs, Reads, WholeInputs

LINK_READS = (Reads(BOOKING_REVIEW_PAIRS.asset, None), Reads(VERIFIED_LINKS.asset, None))


def link_rows(inputs: DayInputs | WholeInputs, columns: Sequence[str] = MATCHED_COLUMNS) -> pl.DataFrame:
    """Links up to the last day that may be read, for :func:`assets.alignment.links.links_at`.

    Args:
        inputs: of a table that reads ``LINK_READS``.
        columns: of ``booking_review_pairs``; memory follows what is read.
    """
    return links_of(
        inputs.history(BOOKING_REVIEW_PAIRS.asset, columns, pl.col("is_assigned")),
        inputs.history(VERIFIED_LINKS.asset, VERIFIED_COLUMNS),
    )
