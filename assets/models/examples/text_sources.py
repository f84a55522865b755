"""The stored tables that texts are made from, and examples whose texts are made anew from other ones."""

from dataclasses import dataclass

import polars as pl

from assets.customers.lifetime_value import current_rows
from assets.models.examples.text_block import TEXT_SCHEMA, Aggregation, review_table, text_block

TEXT_COLUMNS = ("text_weight", "text_polarity", "text_score", "text_vector", "reviews")  # of examples, beside the mask


@dataclass(frozen=True, kw_only=True)
class TextSources:
    """Stored tables that text blocks are made from."""

    bookings: pl.DataFrame
    pairs: pl.DataFrame
    embeddings: pl.DataFrame
    anomalies: pl.DataFrame
    parts: pl.DataFrame
    clean: pl.DataFrame

    def as_stored(self) -> pl.DataFrame:
        """The review table with the stored verdicts of the anomaly filter."""
        return review_table(self.embeddings, self.anomalies, self.parts, self.clean)

    def reviews(self, tau: float | None) -> pl.DataFrame:
        """The review table with another threshold of the anomaly score; None keeps every review."""
        flag = pl.lit(value=False) if tau is None else pl.col("anomaly_score") > tau
        return review_table(self.embeddings, self.anomalies.with_columns(is_excluded=flag), self.parts, self.clean)

    def within(self, days: int) -> pl.DataFrame:
        """Pairs whose review was posted within so many days of the end of the stay."""
        posted = self.clean.select("review_id", "posted_day").unique("review_id", keep="first", maintain_order=True)
        dated = self.pairs.join(posted, on="review_id", how="left", maintain_order="left")
        gap = (pl.col("posted_day") - pl.col("stay_end")).dt.total_days().abs()
        is_near = (pl.coalesce("gap_days", gap) if "gap_days" in dated.columns else gap) <= days
        return dated.filter(is_near.fill_null(False)).drop("posted_day")


def with_texts(
    examples: pl.DataFrame,
    bookings: pl.DataFrame,
    pairs: pl.DataFrame,
    reviews: pl.DataFrame,
    aggregation: Aggregation = "mean",
) -> pl.DataFrame:
    """The examples with their text blocks made anew from other pairs or reviews; rows and order stay."""
    blocks = [TEXT_SCHEMA.to_frame().with_columns(as_of=pl.lit(None, pl.Date))]
    for day in examples["as_of"].unique().sort():
        rows = current_rows(bookings, day).select("booking_id", "pseudo_customer_id")
        blocks.append(text_block(rows, pairs, reviews, day, aggregation).with_columns(as_of=pl.lit(day, pl.Date)))
    bare = examples.drop("has_text", *TEXT_COLUMNS)
    joined = bare.join(pl.concat(blocks), on=["pseudo_customer_id", "as_of"], how="left", maintain_order="left")
    return joined.with_columns(
        pl.col("has_text").fill_null(False),
        pl.col("text_weight").fill_null(0.0),
        pl.col("reviews").fill_null(0),
    ).select(examples.columns)
