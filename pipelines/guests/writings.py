"""Which reviews are a guest's: named, by the key or the reservation that they carry, or by their text. Pure."""

from collections.abc import Sequence

import polars as pl

from pipelines.guests.asking import Asked
from pipelines.guests.needles import Needle, holds, may_hold
from resources.identifiers import row_id_scopes

REVIEW_TEXTS = ("title", "positive_text", "negative_text")


def written_by(reviews: pl.DataFrame, asked: Asked, needles: Sequence[Needle], by_stay: pl.Series) -> pl.DataFrame:
    """Reviews that were named, that carry the guest's key or reservation, or whose text carries an identifier: how."""
    told = pl.Series([False] * reviews.height, dtype=pl.Boolean)
    for name in REVIEW_TEXTS:
        told |= _any_holds(reviews[name], needles)
    how = (
        pl.when(reviews["row_id"].is_in(covered(reviews["row_id"], asked))).then(pl.lit("their row id"))
        .when(by_stay).then(pl.lit("the guest key or the reservation that they carry"))
        .when(told).then(pl.lit("an identifier in their text"))
    )  # fmt: skip
    return reviews.with_columns(how=how).filter(pl.col("how").is_not_null())


def of_stays(reviews: pl.DataFrame, keys: Sequence[str], mine: pl.DataFrame, reservations: Sequence[str]) -> pl.Series:
    """Reviews with a key of the guest's, and those without a key of a reservation that is the guest's alone."""
    numbers = [*reservations, *mine["row_id"]]
    by_number = reviews["reservation_id"].is_in(numbers).fill_null(value=False) & reviews["guest_key"].is_null()
    return by_number | carry(reviews, keys)


def carry(reviews: pl.DataFrame, keys: Sequence[str]) -> pl.Series:
    """Reviews that carry one of the guest keys."""
    return reviews["guest_key"].is_in(list(keys)).fill_null(value=False)


def _any_holds(column: pl.Series, needles: Sequence[Needle]) -> pl.Series:
    """Which cells hold one of the needles as a word of its own."""
    if not needles or not len(column):
        return pl.Series([False] * len(column), dtype=pl.Boolean)
    hit = may_hold(column, needles)
    sure = [flag and any(holds(text, needle) for needle in needles) for text, flag in zip(column, hit, strict=True)]
    return pl.Series(sure, dtype=pl.Boolean)


def covered(row_ids: pl.Series, asked: Asked) -> list[str]:
    """The ids that are asked for by row id, rooms by the number of their reservation."""
    wanted = set(asked.rows)
    return [row_id for row_id in row_ids if wanted.intersection(row_id_scopes(row_id))] if wanted else []
