"""The alignment in groups that need nothing of each other, so that they can be worked on anywhere.

Candidates: a pair is formed by one identity key and stored on one day, from rows of that key delivered at most
``MAX_DELIVERY_LAG_DAYS`` before. So a group is a key and a block of days with that look-back. One figure looks at all
hotels, how common each country is among a day's stays; it is counted once, before the split.
Decisions: what a stay gets depends on the pairs that are connected with it through stays and reviews. So a group is
any set of whole connected components (of single stays where a review may serve many).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from assets.alignment.assignment import decide
from assets.alignment.candidates import BLOCKED_SCHEMA, Candidates, build_candidates
from assets.alignment.comparisons import country_counts
from assets.alignment.components import components
from assets.alignment.contract import BOOKING_REVIEW_PAIRS, MATCH_CANDIDATES
from assets.alignment.hotel_identity import review_keys, stay_keys
from assets.alignment.scores import Scores
from assets.alignment.settings import MAX_DELIVERY_LAG_DAYS, AlignmentSettings
from assets.alignment.sides import (
    COMPLETED,
    REVIEW_COLUMNS,
    STAY_COLUMNS,
    IntArray,
    completed_stays,
    counted,
    levels_of,
)
from resources.engines import GROUP, GroupEngine

# Ours: a block reads 61 days of look-back, so shorter ones copy rows more often and longer ones share out less.
BLOCK_DAYS = 28
_GROUPS_PER_WORKER = 4  # ours: components differ in size, so a worker gets several
_PLACE = ["hotel_name", "hotel_city", "hotel_country"]
_FOUND_SCHEMA: Mapping[str, pl.DataType] = {
    **MATCH_CANDIDATES.empty().schema,
    "reason": BLOCKED_SCHEMA["reason"],
    "pairs": BLOCKED_SCHEMA["pairs"],
}


@dataclass(frozen=True)
class _BuildGroup:
    """Builds the candidates of one key and block; candidates and counts of blocked pairs in one frame."""

    hotels: pl.DataFrame
    days: Mapping[str, list[date]]  # of each block
    common: pl.DataFrame
    settings: AlignmentSettings

    def __call__(self, group: str, stays: pl.DataFrame, reviews: pl.DataFrame) -> pl.DataFrame:
        days = self.days[group.rpartition("/")[2]]
        built = build_candidates(stays, reviews, self.hotels, days, self.settings, self.common)
        return pl.concat([pl.DataFrame(schema=_FOUND_SCHEMA), built.frame, built.blocked], how="diagonal")


def build_candidates_in_groups(
    bookings: pl.DataFrame, reviews: pl.DataFrame, hotels: pl.DataFrame, days: Sequence[date],
    settings: AlignmentSettings, engine: GroupEngine, block_days: int = BLOCK_DAYS,
) -> Candidates:  # fmt: skip
    """What :func:`assets.alignment.candidates.build_candidates` gives, each group built by ``engine``.

    Args:
        bookings: as there; ``reviews``, ``hotels``, ``days`` and ``settings`` likewise.
        reviews: see there.
        hotels: see there.
        days: see there.
        settings: of this room.
        engine: where groups are worked on.
        block_days: days of a block; the result does not depend on it.
    """
    stays = counted(bookings).filter(pl.col("reservation_status") == COMPLETED).select(STAY_COLUMNS)
    blocks = day_blocks(days, block_days)
    left = _in_blocks(_keyed_stays(stays, hotels), blocks)
    right = _in_blocks(_keyed_reviews(counted(reviews).select(REVIEW_COLUMNS), hotels), blocks)
    common = country_counts(stays["country_levels"], stays["delivery_day"])
    build = _BuildGroup(hotels, blocks, common, settings)
    # A group with rows on one side only has no pair.
    built = engine.run_groups(
        left.join(right, on=GROUP, how="semi"), right.join(left, on=GROUP, how="semi"), build, _FOUND_SCHEMA
    )
    frame = built.filter(pl.col("reason").is_null()).select(MATCH_CANDIDATES.names)
    blocked = built.filter(pl.col("reason").is_not_null()).group_by("delivery_day", "reason").agg(pl.col("pairs").sum())
    return Candidates(
        frame.sort("delivery_day", "booking_id", "review_id"),
        blocked.select(BLOCKED_SCHEMA.keys()).sort("delivery_day", "reason"),
    )


def day_blocks(days: Sequence[date], block_days: int = BLOCK_DAYS) -> dict[str, list[date]]:
    """The days by block of the calendar, ascending; a day is in the same block whichever others are asked for."""
    blocks: dict[str, list[date]] = {}
    for day in sorted(set(days)):
        blocks.setdefault(str(day.toordinal() // block_days), []).append(day)
    return blocks


def _in_blocks(keyed: pl.DataFrame, blocks: Mapping[str, list[date]]) -> pl.DataFrame:
    """Rows once per block that reads them, ``key`` replaced by the name of the group."""
    schema = {"block": pl.String, "first": pl.Date, "last": pl.Date}
    rows = [(name, days[0] - timedelta(days=MAX_DELIVERY_LAG_DAYS), days[-1]) for name, days in blocks.items()]
    read = (
        keyed.select(pl.col("delivery_day").unique())
        .join(pl.DataFrame(rows, schema=schema, orient="row"), how="cross")
        .filter(pl.col("delivery_day").is_between("first", "last"))
    )
    return (
        keyed.join(read.select("delivery_day", "block"), on="delivery_day")
        .with_columns(pl.format("{}/{}", "key", "block").alias(GROUP))
        .drop("key", "block")
    )


def _keyed_stays(stays: pl.DataFrame, hotels: pl.DataFrame) -> pl.DataFrame:
    """Stays once per identity key of their hotel label, with ``key``."""
    keys = stay_keys(hotels).select("hotel", "key")
    rows = levels_of(stays["hotel_levels"]).join(keys, left_on="level", right_on="hotel").select("row", "key").unique()
    return stays[rows["row"]].with_columns(key=rows["key"])


def _keyed_reviews(reviews: pl.DataFrame, hotels: pl.DataFrame) -> pl.DataFrame:
    """Reviews of places that may be hotels of ours, with ``key``."""
    return reviews.join(review_keys(reviews, hotels), on=_PLACE, how="inner", nulls_equal=True).drop_nulls("key")


@dataclass(frozen=True)
class _DecideGroup:
    """Decides the stays of some connected components."""

    days: list[date]
    weights: Mapping[date, Scores]
    settings: AlignmentSettings

    def __call__(self, _group: str, stays: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
        none = BOOKING_REVIEW_PAIRS.empty()
        return decide(stays, candidates, none, self.days, self.weights.__getitem__, self.settings)


def decide_in_groups(
    bookings: pl.DataFrame, candidates: pl.DataFrame, earlier: pl.DataFrame, days: Sequence[date],
    weights_on: Callable[[date], Scores], settings: AlignmentSettings, engine: GroupEngine,
) -> pl.DataFrame:  # fmt: skip
    """What :func:`assets.alignment.assignment.decide` gives, groups of components decided by ``engine``.

    Args:
        bookings: as there; ``candidates``, ``earlier``, ``days``, ``weights_on`` and ``settings`` likewise.
        candidates: see there.
        earlier: see there.
        days: see there.
        weights_on: see there; what it gives travels to the workers.
        settings: of this room.
        engine: where groups are worked on.
    """
    if not days:
        return BOOKING_REVIEW_PAIRS.empty()
    due = completed_stays(bookings, settings).filter(pl.col("decision_day").is_in(list(days))).select(STAY_COLUMNS)
    usable = _usable(candidates, earlier, min(days), settings)
    groups = engine.workers * _GROUPS_PER_WORKER
    right = usable.with_columns(pl.Series(GROUP, _group_of(usable, groups, settings)).cast(pl.String))
    named = right.select("booking_id", GROUP).unique()
    # Stays without a candidate belong to no component: they are dealt out.
    dealt = (pl.int_range(pl.len()) % groups).cast(pl.String)
    left = due.join(named, on="booking_id", how="left").with_columns(pl.col(GROUP).fill_null(dealt))
    ask = _DecideGroup(sorted(days), {day: weights_on(day) for day in days}, settings)
    right = right.join(left, on=GROUP, how="semi")
    decided = engine.run_groups(left, right, ask, BOOKING_REVIEW_PAIRS.empty().schema)
    return decided.sort("delivery_day", "booking_id", "rank")


def _usable(
    candidates: pl.DataFrame, earlier: pl.DataFrame, first_day: date, settings: AlignmentSettings
) -> pl.DataFrame:
    """Candidates that the first day or a later one may weigh: both sides free, the stay's decision not long past."""
    first_rival = first_day - timedelta(days=settings.window_days)
    assigned = earlier.filter(pl.col("is_assigned"))
    free = candidates.filter(pl.col("decision_day") >= first_rival).join(assigned, on="booking_id", how="anti")
    if settings.review_serves_many:
        return free
    return free.join(assigned, on="review_id", how="anti")


def _group_of(candidates: pl.DataFrame, groups: int, settings: AlignmentSettings) -> IntArray:
    """(n,) group of each candidate: components by falling size, dealt out in turn."""
    stay = candidates["booking_id"].rank("dense").to_numpy().astype(np.int64)
    review = candidates["review_id"].rank("dense").to_numpy().astype(np.int64)
    if settings.review_serves_many:  # then nothing ties two stays together
        review = np.arange(len(stay))
    number = components(stay, review)
    if not len(number):
        return number
    size = np.bincount(number)
    group = np.empty(len(size), dtype=np.int64)
    group[np.argsort(-size, kind="stable")] = np.arange(len(size)) % groups
    return group[number]
