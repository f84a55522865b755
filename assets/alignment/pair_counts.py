"""Decided pairs in counts that may leave ``restricted``: how sure they are, and when their stays ended. Pure."""

import polars as pl

from assets.alignment.contract import PAIR_COUNTS

BINS = 40  # of the probability, as wide as a bar of the histogram
_DECIMALS = 3


def pair_count_rows(pairs: pl.DataFrame, guests: pl.DataFrame, k: int) -> pl.DataFrame:
    """Rows of ``PAIR_COUNTS``.

    Args:
        pairs: ``booking_review_pairs`` of the whole history.
        guests: ``booking_id``, ``guest_hash`` of the stays; a guest without a key counts as one per booking.
        k: guests below which a cell is withheld; an empty cell tells of nobody.
    """
    known = guests.unique("booking_id", keep="last", maintain_order=True)
    told = pairs.join(known, on="booking_id", how="left", maintain_order="left").with_columns(
        guest=pl.coalesce("guest_hash", "booking_id")
    )
    best = told.filter((pl.col("rank") == 1) & pl.col("match_probability").is_not_null())
    # The last bin holds 1.0 too, as that of a histogram does.
    place = (pl.col("match_probability") * BINS).floor().clip(0, BINS - 1) / BINS
    edge = place.round(_DECIMALS).map_elements(lambda value: f"{value:.{_DECIMALS}f}", return_dtype=pl.String)
    by_bin = _cells(best.with_columns(label=edge), "probability", k)
    by_month = _cells(told.with_columns(label=pl.col("stay_end").dt.strftime("%Y-%m")), "month", k)
    return PAIR_COUNTS.conform(pl.concat([by_bin, by_month])).sort("kind", "label")


def _cells(rows: pl.DataFrame, kind: str, k: int) -> pl.DataFrame:
    paired = pl.col("is_assigned")

    def counted(name: str, where: pl.Expr) -> pl.Expr:
        stays = pl.col("booking_id").filter(where).n_unique().cast(pl.Int64)
        few = pl.col("guest").filter(where).n_unique().is_between(1, k - 1)
        return pl.when(~few).then(stays).alias(name)

    cells = rows.group_by("label").agg(counted("stays", pl.lit(value=True)), counted("paired", paired))
    return cells.select(pl.lit(kind).alias("kind"), "label", "stays", "paired")
