"""Decides each stay once, when its window has closed, one-to-one with earlier decisions standing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import polars as pl

from assets.alignment.blocking import day_numbers
from assets.alignment.contract import BOOKING_REVIEW_PAIRS
from assets.alignment.matching import assign, matching_probabilities
from assets.alignment.open_candidates import OpenCandidates, open_candidates
from assets.alignment.scores import Scores
from assets.alignment.settings import DECISION_SPAN_DAYS, LONGEST_WINDOW_DAYS, AlignmentSettings
from assets.alignment.sides import BoolArray, FloatArray, IntArray, SmallIntArray, completed_stays, ints

_LONG_GONE = -1_000_000
_CANDIDATES_AT_ONCE = 8_000_000  # ours: message passing takes some 100 bytes for each, many times what they are kept in
Read = Callable[[date, date, date], Iterable[pl.DataFrame]]


@dataclass(frozen=True)
class _Ranked:
    """Ranked candidates of the stays decided on a day; ``row`` points into ``OpenCandidates``."""

    row: IntArray
    rank: IntArray
    probability: FloatArray
    is_assigned: BoolArray


@dataclass(frozen=True)
class _Taken:
    """By group number, the day since 1970 on which a stay or a review was last assigned; a day long gone if never."""

    stay: SmallIntArray
    review: SmallIntArray

    @classmethod
    def by(cls, rows: OpenCandidates, assigned: pl.DataFrame) -> "_Taken":
        """What the days before have assigned.

        Args:
            rows: whose stays and reviews are asked for.
            assigned: ``booking_id``, ``review_id``, ``day``.
        """
        days = []
        for ids, name in ((rows.booking_ids, "booking_id"), (rows.review_ids, "review_id")):
            last = assigned.group_by(name).agg(pl.col("day").max())
            asked = pl.DataFrame({name: ids}).join(last, on=name, how="left", maintain_order="left")
            days.append(ints(asked["day"], _LONG_GONE).astype(np.int32))
        return cls(*days)

    def add(self, rows: OpenCandidates, assigned: IntArray, day: int) -> None:
        """Mark both sides of the assigned rows."""
        self.stay[rows.stay[assigned]] = day
        self.review[rows.review[assigned]] = day


def decide(
    bookings: pl.DataFrame,
    candidates: pl.DataFrame,
    earlier: pl.DataFrame,
    days: Sequence[date],
    weights_on: Callable[[date], Scores],
    settings: AlignmentSettings,
) -> pl.DataFrame:
    """Rows of ``BOOKING_REVIEW_PAIRS`` for the stays whose decision day is among ``days``.

    Each day looks at the candidates stored by then whose stay and whose review are still free. Stays of other decision
    days compete for a review, but only stays of this day are decided: one that was passed over may still be the one
    that the review is about, so leaving it out would make those decided after it look too likely.

    Args:
        bookings: rows of ``booking_rows`` of the days and of the look-back before them, any order.
        candidates: match_candidates, likewise.
        earlier: this table's rows of the days before.
        days: decision days to produce.
        weights_on: weights in force on a day.
        settings: of this room.
    """

    def read(first: date, last: date, decided_from: date) -> Sequence[pl.DataFrame]:
        is_read = pl.col("delivery_day").is_between(first, last) & (pl.col("decision_day") >= decided_from)
        return [candidates.filter(is_read).sort("delivery_day", "booking_id", "review_id")]

    return decide_in_blocks(bookings, read, earlier, days, weights_on, settings)


def decide_in_blocks(
    bookings: pl.DataFrame,
    read: Read,
    earlier: pl.DataFrame,
    days: Sequence[date],
    weights_on: Callable[[date], Scores],
    settings: AlignmentSettings,
    candidates_at_once: int = _CANDIDATES_AT_ONCE,
) -> pl.DataFrame:
    """:func:`decide`, where the candidates are more than should be in memory with all their columns.

    Args:
        bookings: as there; ``earlier``, ``days``, ``weights_on`` and ``settings`` likewise.
        read: candidates stored from a first to a last day whose decision day is the third or later, in blocks, in
            (delivery_day, booking_id, review_id) order throughout.
        earlier: see there.
        days: see there.
        weights_on: see there; days with the same weights are decided together.
        settings: see there.
        candidates_at_once: connected components are decided together up to so many candidates; the rows don't depend
            on it.
    """
    stays = completed_stays(bookings, settings).select("booking_id", "stay_end", "decision_day")
    due = stays.filter(pl.col("decision_day").is_in(list(days)))
    assigned = earlier.filter(pl.col("is_assigned")).select("booking_id", "review_id", day="delivery_day")
    decided = [_ranked_frame(OpenCandidates.none(), [])]
    for span in _spans(days, weights_on):
        first, decided_from = span[0] - timedelta(LONGEST_WINDOW_DAYS), span[0] - timedelta(settings.window_days)
        rows = open_candidates(read(first, span[-1], decided_from), weights_on(span[0]))
        taken, threshold = _Taken.by(rows, assigned), weights_on(span[0]).threshold
        parts = (_decide_span(part, span, threshold, taken, settings) for part in rows.parts(candidates_at_once))
        decided.append(pl.concat(parts))
        now = decided[-1].filter(pl.col("is_assigned")).select("booking_id", "review_id", day="decision_day")
        assigned = pl.concat([assigned, now])
    return _with_unpaired(due, pl.concat(decided), exclusive=not settings.review_serves_many)


def _spans(days: Sequence[date], weights_on: Callable[[date], Scores]) -> list[list[date]]:
    """The days ascending, cut where other weights come into force."""
    return [list(span) for _, span in groupby(sorted(days), key=lambda day: id(weights_on(day)))]


def _decide_span(
    rows: OpenCandidates, days: Sequence[date], fitted: Mapping[str, float], taken: _Taken, settings: AlignmentSettings
) -> pl.DataFrame:
    """Ranked and assigned candidates of the stays decided on days that share their weights."""
    exact = fitted.get("exact", settings.threshold)
    threshold = (fitted.get("context", settings.context_threshold), exact)
    ranked_parts: list[_Ranked] = []
    for number in day_numbers(days).tolist():
        part = rows.stored_between(number - LONGEST_WINDOW_DAYS, number)
        # The rivals of a stay decided today ended a window before it at most.
        is_open = (rows.decision[part] >= number - settings.window_days) & (rows.void[part] > number)
        # Decisions further back than a day's look-back reaches don't count in a range either.
        is_open &= taken.stay[rows.stay[part]] < number - DECISION_SPAN_DAYS
        if not settings.review_serves_many:
            is_open &= taken.review[rows.review[part]] < number - DECISION_SPAN_DAYS
        ranked = _decide_day(rows, part.start + np.flatnonzero(is_open), number, threshold, settings)
        taken.add(rows, ranked.row[ranked.is_assigned], number)
        ranked_parts.append(ranked)
    return _ranked_frame(rows, ranked_parts)


def _decide_day(
    rows: OpenCandidates, part: IntArray, number: int, threshold: tuple[float, float], settings: AlignmentSettings
) -> _Ranked:
    """The ranked and assigned rows of the stays decided on this day, from all free candidates ``part``."""
    stay, review = _renumbered(rows.stay[part]), _renumbered(rows.review[part])
    if settings.review_serves_many:
        # Without rivalry for a review every pair is the only one of its review.
        review = np.arange(len(part))
    probability = matching_probabilities(stay, review, rows.odds[part])
    is_due = rows.decision[part] == number
    part, probability = part[is_due], probability[is_due]
    order = np.lexsort((rows.review[part], -probability, rows.stay[part]))
    part, probability = part[order], probability[order]
    rank = _rank_in_group(rows.stay[part])
    top = rank <= settings.stored_ranks
    part, probability, rank = part[top], probability[top], rank[top]
    is_assigned = assign(
        rows.stay[part].astype(np.int64),
        rows.review[part].astype(np.int64),
        probability,
        np.where(rows.is_exact[part], threshold[1], threshold[0]),
        serves_many=settings.review_serves_many,
    )
    return _Ranked(part, rank, probability, is_assigned)


def _renumbered(group: SmallIntArray) -> IntArray:
    """The numbers that occur as 0, 1, … in their order: positions as of ``np.unique``, without sorting."""
    occurs = np.zeros(int(group.max()) + 1 if len(group) else 0, dtype=np.bool_)
    occurs[group] = True
    return (np.cumsum(occurs) - 1)[group]


def _rank_in_group(group: SmallIntArray) -> IntArray:
    """1, 2, … within runs of equal values."""
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    lengths = np.diff(np.append(starts, len(group)))
    return np.arange(len(group)) - np.repeat(starts, lengths) + 1


def _ranked_frame(rows: OpenCandidates, ranked: Sequence[_Ranked]) -> pl.DataFrame:
    """Ids and figures of ranked candidates."""
    row = np.concatenate([np.zeros(0, dtype=np.int64), *[item.row for item in ranked]])
    identity = np.where(rows.is_exact[row], "exact", "context")
    return pl.DataFrame(
        {
            "booking_id": rows.booking_ids[rows.stay[row]],
            "decision_day": pl.Series(rows.decision[row], dtype=pl.Int32).cast(pl.Date),
            "review_id": rows.review_ids[rows.review[row]],
            "identity": pl.Series(identity, dtype=pl.String),
            "rank": pl.Series(np.concatenate([np.zeros(0), *[item.rank for item in ranked]])).cast(pl.Int32),
            "match_weight": pl.Series(rows.bits[row], dtype=pl.Float64),
            "match_probability": np.concatenate([np.zeros(0), *[item.probability for item in ranked]]),
            "is_assigned": np.concatenate([np.zeros(0, dtype=np.bool_), *[item.is_assigned for item in ranked]]),
        }
    )


def _with_unpaired(due: pl.DataFrame, ranked: pl.DataFrame, *, exclusive: bool) -> pl.DataFrame:
    """Every due stay: its ranked rows, or one row of rank 0."""
    return (
        due.join(ranked, on=["booking_id", "decision_day"], how="left")
        .with_columns(pl.col("rank").fill_null(0), pl.col("is_assigned").fill_null(value=False))
        .with_columns(is_exclusive=pl.lit(exclusive))
        .rename({"decision_day": "delivery_day"})
        .select(BOOKING_REVIEW_PAIRS.names)
        .sort("delivery_day", "booking_id", "rank")
    )
