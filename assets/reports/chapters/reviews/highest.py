"""The reviews with the highest value of each anomaly part, for a person to judge: stored rows, masked texts."""

import polars as pl

from assets.reports.telling.blocks import Block, Disclosure, Table
from assets.reports.telling.tables import shorten
from assets.reports.telling.wording import decimal
from assets.reviews.anomaly_score import part_reason
from assets.reviews.contract import PARTS

_TEXT_LENGTH = 240


def highest_scores(anomalies: pl.DataFrame, parts: pl.DataFrame, reviews: pl.DataFrame, limit: int) -> pl.DataFrame:
    """The reviews with the highest raw value of each part, for a person to judge.

    Args:
        anomalies: ``review_anomalies`` rows.
        parts: ``review_anomaly_parts`` rows.
        reviews: ``clean_reviews`` rows.
        limit: per part.

    Returns:
        part, place, review_id, value, anomaly_score, is_excluded, reason, score, text (masked).
    """
    texts = reviews.select("review_id", "text", "score", "title").unique("review_id", keep="first", maintain_order=True)
    joined = parts.join(anomalies.select("review_id", "anomaly_score", "is_excluded"), on="review_id").join(
        texts, on="review_id"
    )
    by_part = [
        joined.sort(f"{part}_raw", "review_id", descending=[True, False])
        .head(limit)
        .select(
            pl.lit(part).alias("part"),
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("place"),
            "review_id",
            pl.col(f"{part}_raw").alias("value"),
            "anomaly_score",
            "is_excluded",
            part_reason(part).alias("reason"),
            "score",
            "text",
        )
        for part in PARTS
    ]
    return pl.concat(by_part)


def highest_score_tables(highest: pl.DataFrame) -> list[Block]:
    """One table per part, texts masked: for the internal edition.

    Args:
        highest: :func:`highest_scores`.
    """
    tables: list[Block] = []
    for part in highest["part"].unique(maintain_order=True).to_list():
        rows = highest.filter(pl.col("part") == part)
        cells = tuple(
            (
                row["reason"],
                shorten(row["text"] or "", _TEXT_LENGTH),
                decimal(row["value"]),
                decimal(row["anomaly_score"]),
                "yes" if row["is_excluded"] else "no",
            )
            for row in rows.iter_rows(named=True)
        )
        tables.append(
            Table(
                key=f"highest_{part}",
                title=f"The {len(cells)} highest values of {part}",
                columns=("Reason", "Masked text", "Raw value", "Score A", "Left out"),
                rows=cells,
                text_columns=2,
                note="Read them: a true irregularity, or a guest who writes unusually?",
                disclosure=Disclosure.TEXT,
            )
        )
    return tables
