"""Corrected bookings and reviews in the linkage: pairs are formed with the version that is current on their day.

Where nothing was corrected, everything here gives back what it was given. A stay is decided once: with the version that
is current on its decision day. A correction that comes after the decision changes no pair, earlier decisions standing.
"""

from dataclasses import dataclass

import polars as pl

from assets.alignment.settings import LONGEST_WINDOW_DAYS, AlignmentSettings
from assets.alignment.sides import completed_stays
from assets.common.versions import with_superseded_on

VOID_FROM = "void_from"
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


@dataclass(frozen=True)
class Standing:
    """Which versions of the stays are decided, and from when on a correction has made the others void.

    Attributes:
        bookings: published bookings with one version of each stay that is decided.
        versions: ``booking_id``, ``version`` (its delivery day), ``void_from`` of stays that came more than once.
    """

    bookings: pl.DataFrame
    versions: pl.DataFrame

    @classmethod
    def of(cls, bookings: pl.DataFrame, settings: AlignmentSettings) -> "Standing":
        """What counts of published bookings as read.

        A version is decided when it is current on its decision day and no version of the ``LONGEST_WINDOW_DAYS`` before
        that day was. A version that is superseded before its decision is void from then on; until then its pairs are
        rivals like any others, so that a day sees the same whether or not corrections came after it.

        Args:
            bookings: of the days and of ``DECISION_SPAN_DAYS`` before them.
            settings: for the window.
        """
        marked = with_superseded_on(bookings, "booking_id")
        several = marked.filter(pl.col("superseded_on").is_not_null())["booking_id"].unique()
        is_several = pl.col("booking_id").is_in(several.implode())
        spans = marked.filter(is_several).select("booking_id", "delivery_day", "superseded_on")
        ends = completed_stays(bookings.filter(is_several), settings)
        judged = _judged(spans, ends.select("booking_id", "delivery_day", "decision_day"))
        versions = judged.select("booking_id", "void_from", version="delivery_day").sort("version")
        if several.is_empty():
            return cls(bookings, versions)
        decided = judged.filter(pl.col("void_from").is_null())
        kept = bookings.filter(is_several).join(
            decided, on=["booking_id", "delivery_day"], how="semi", maintain_order="left"
        )
        rows = pl.concat([bookings.filter(~is_several), kept]).sort("delivery_day", maintain_order=True)
        return cls(rows, versions)

    def dated(self, candidates: pl.DataFrame) -> pl.DataFrame:
        """Candidates with ``void_from``: the first day on which their stay's version does not count; null: it does."""
        if self.versions.is_empty():
            return candidates.with_columns(pl.lit(None, dtype=pl.Date).alias(VOID_FROM))
        numbered = candidates.with_row_index("_row").sort("delivery_day")
        versions = numbered.join_asof(
            self.versions, left_on="delivery_day", right_on="version", by="booking_id", strategy="backward",
            check_sortedness=False,
        )  # fmt: skip
        return versions.sort("_row").drop("_row", "version")


def _judged(spans: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """``booking_id``, ``delivery_day``, ``void_from`` of versions.

    Args:
        spans: ``booking_id``, ``delivery_day``, ``superseded_on`` of every version.
        ends: ``booking_id``, ``delivery_day``, ``decision_day`` of those that say that the stay took place.
    """
    known = spans.join(ends, on=["booking_id", "delivery_day"], how="left")
    is_current = pl.col("superseded_on").is_null() | (pl.col("decision_day") < pl.col("superseded_on"))
    known = known.with_columns(in_time=(pl.col("decision_day").is_not_null() & is_current))
    before = known.filter("in_time").select("booking_id", earlier="delivery_day")
    first = pl.col("decision_day") - pl.duration(days=LONGEST_WINDOW_DAYS)
    forestalled = known.join(before, on="booking_id").filter(
        (pl.col("earlier") < pl.col("delivery_day")) & (pl.col("earlier") >= first)
    )
    late = known.join(forestalled, on=["booking_id", "delivery_day"], how="semi").with_columns(
        pl.col("delivery_day").alias(VOID_FROM)
    )
    others = known.join(forestalled, on=["booking_id", "delivery_day"], how="anti").with_columns(
        pl.when(pl.col("in_time")).then(None).otherwise(pl.coalesce("superseded_on", "delivery_day")).alias(VOID_FROM)
    )
    return pl.concat([late, others]).select("booking_id", "delivery_day", VOID_FROM)
