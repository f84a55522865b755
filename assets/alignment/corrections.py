"""Corrected bookings and reviews in the linkage: pairs are formed with the version that is current on their day.

Where nothing was corrected, everything here gives back what it was given. A stay is decided once: with the version that
is current on its decision day. A correction that comes after the decision changes no pair, earlier decisions standing.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from assets.alignment.settings import LONGEST_WINDOW_DAYS, AlignmentSettings
from assets.alignment.sides import completed_stays
from assets.common.versions import with_superseded_on

NEVER = date(1970, 1, 1)  # the decision day of candidates that a correction has made void
_SIGN = "#"


@dataclass(frozen=True)
class Versions:
    """Rows whose id names their version too, and until when each version is current."""

    rows: pl.DataFrame
    spans: pl.DataFrame


def versioned(rows: pl.DataFrame, key: str) -> Versions:
    """Rows with ids of their own for each version of a key (``<id>#<day>`` from the second on).

    Args:
        rows: of any days, at most one per key and day.
        key: ``booking_id`` or ``review_id``.
    """
    marked = with_superseded_on(rows, key)
    is_later = (pl.col(key) == pl.col(key).shift(1)).fill_null(value=False)
    named = marked.with_columns(
        pl.when(is_later).then(pl.format("{}" + _SIGN + "{}", key, "delivery_day")).otherwise(key).alias(key)
    )
    return Versions(
        named.select(rows.columns), named.filter(pl.col("superseded_on").is_not_null()).select(key, "superseded_on")
    )


def current_candidates(candidates: pl.DataFrame, stays: Versions, reviews: Versions) -> pl.DataFrame:
    """Candidates both of whose sides were current on the day they are stored on, under the plain ids."""
    for key, side in (("booking_id", stays), ("review_id", reviews)):
        if not side.spans.is_empty():
            joined = candidates.join(side.spans, on=key, how="left", maintain_order="left")
            is_current = pl.col("superseded_on").is_null() | (pl.col("delivery_day") < pl.col("superseded_on"))
            candidates = joined.filter(is_current).drop("superseded_on")
        candidates = candidates.with_columns(pl.col(key).str.split(_SIGN).list.first())
    return candidates.sort("delivery_day", "booking_id", "review_id")


def standing(
    bookings: pl.DataFrame, candidates: pl.DataFrame, settings: AlignmentSettings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Bookings with one version of each stay that is decided, and candidates of which the void ones are never due.

    A version is decided when it is current on its decision day and no version within ``LONGEST_WINDOW_DAYS`` before
    that day was decided. Void candidates stay as rivals, since on their own day they were good.

    Args:
        bookings: published_bookings as read.
        candidates: match_candidates as read.
        settings: for the window.
    """
    marked = with_superseded_on(bookings, "booking_id")
    again = marked.filter(pl.col("superseded_on").is_not_null())["booking_id"].unique()
    if again.is_empty():
        return bookings, _without_repeats(candidates)
    several = pl.col("booking_id").is_in(again.to_list())
    spans = marked.filter(several).select("booking_id", "delivery_day", "superseded_on")
    ends = completed_stays(bookings.filter(several), settings).select("booking_id", "delivery_day", "decision_day")
    in_time = ends.join(spans, on=["booking_id", "delivery_day"]).filter(
        pl.col("superseded_on").is_null() | (pl.col("decision_day") < pl.col("superseded_on"))
    )
    decided = _first_decided(in_time)
    kept = bookings.filter(several).join(decided, on=["booking_id", "delivery_day"], how="semi", maintain_order="left")
    versions = spans.select("booking_id", pl.col("delivery_day").alias("version")).sort("version")
    dated = candidates.with_row_index("_row").sort("delivery_day")
    found = dated.join_asof(
        versions, left_on="delivery_day", right_on="version", by="booking_id", strategy="backward",
        check_sortedness=False,
    )  # fmt: skip
    good = decided.select("booking_id", version="delivery_day", _good=pl.lit(value=True))
    judged = found.join(good, on=["booking_id", "version"], how="left").sort("_row")
    is_void = pl.col("version").is_not_null() & pl.col("_good").is_null()
    voided = judged.with_columns(pl.when(is_void).then(pl.lit(NEVER)).otherwise("decision_day").alias("decision_day"))
    rows = pl.concat([bookings.filter(~several), kept]).sort("delivery_day", maintain_order=True)
    return rows, _without_repeats(voided.select(candidates.columns))


def _first_decided(in_time: pl.DataFrame) -> pl.DataFrame:
    """``booking_id``, ``delivery_day`` of versions that no decided version shortly before them forestalls."""
    kept: list[tuple[str, date]] = []
    last: dict[str, list[date]] = {}
    for booking, day, decision in in_time.sort("booking_id", "delivery_day").select(
        "booking_id", "delivery_day", "decision_day"
    ).iter_rows():  # fmt: skip
        earliest = decision - timedelta(days=LONGEST_WINDOW_DAYS)
        if not any(earlier >= earliest for earlier in last.get(booking, ())):
            kept.append((booking, day))
            last.setdefault(booking, []).append(day)
    return pl.DataFrame(kept, schema={"booking_id": pl.String, "delivery_day": pl.Date}, orient="row")


def _without_repeats(candidates: pl.DataFrame) -> pl.DataFrame:
    """Of a pair that was formed twice, because its review was corrected, only the last one may be decided."""
    after = pl.col("delivery_day").shift(-1).over("booking_id", "review_id", order_by="delivery_day")
    replaced = (after <= pl.col("decision_day")).fill_null(value=False)
    due = pl.when(replaced).then(pl.lit(NEVER)).otherwise("decision_day")
    return candidates.with_columns(due.alias("decision_day"))
