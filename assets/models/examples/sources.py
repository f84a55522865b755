"""What examples and scores read of the stored tables: the rows and columns that count, and no others.

A history of years is mostly pairs that were not assigned, reviews that no pair names, and columns that no feature
looks at. Memory follows what is read.
"""

from collections.abc import Sequence

import polars as pl

from assets.alignment.link_rows import LINK_READS, link_rows
from assets.common.inputs import DayInputs, Reads, WholeInputs
from assets.customers.behaviour import BOOKING_COLUMNS
from assets.customers.units import customer_bookings
from assets.customers.wide_block import WIDE_BOOKING_COLUMNS
from assets.models.examples.text_sources import TextSources
from assets.privacy.feature_rows import booking_reads

HISTORY = (
    *booking_reads(),
    *LINK_READS,
    Reads("review_embeddings", None),
    Reads("review_anomalies", None),
    Reads("review_anomaly_parts", None),
    Reads("clean_reviews", None),
)
_VERSION = ("review_id", "delivery_day")


def stored_sources(inputs: DayInputs | WholeInputs) -> TextSources:
    """The stored tables up to the last day that may be read, without what no text and no feature is made of.

    Args:
        inputs: of a table that reads ``HISTORY``.

    Returns:
        Bookings in the columns of the features and of the customer's labels; links; of the reviews that one
        of them names vector, verdict, polarity and score.
    """
    pairs = link_rows(inputs)
    named = pl.col("review_id").is_in(pairs.filter("is_assigned")["review_id"].unique().implode())

    def of_reviews(asset: str, columns: Sequence[str]) -> pl.DataFrame:
        return inputs.history(asset, (*_VERSION, *columns), named)

    return TextSources(
        bookings=customer_bookings(inputs, (*BOOKING_COLUMNS, *WIDE_BOOKING_COLUMNS, "country_region")),
        pairs=pairs,
        embeddings=of_reviews("review_embeddings", ["embedding"]),
        anomalies=of_reviews("review_anomalies", ["is_excluded"]),
        parts=of_reviews("review_anomaly_parts", ["polarity_text"]),
        clean=of_reviews("clean_reviews", ["score"]),
    )
