"""Rows that come late, come again, or come corrected, in set shares; each a pure function of its row's key.

A late row is delivered some days after its own day. A repeated row is delivered a second time, word for word. A
corrected row is delivered a second time with another rate (bookings) or score (reviews). No row is both.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from resources.sources.base import Stream
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.streams import Streams

LATEST_DAYS = 5  # a late row comes one to so many days after its day
AGAIN_DAYS = 10  # a repeated row comes one to so many days after its first delivery
CORRECTED_DAYS = 20  # likewise a corrected one
REACH_DAYS = LATEST_DAYS + CORRECTED_DAYS
_KEYS = {Stream.BOOKINGS: "reservation_id", Stream.REVIEWS: "review_key"}
_RATE_FACTOR, _SCORE_STEP, _HIGHEST_SCORE = 1.1, 0.5, 10.0


def has_lateness(settings: DemoSettings) -> bool:
    """Whether any row comes otherwise than once and on its day."""
    return max(settings.late_share, settings.repeated_share, settings.corrected_share) > 0


def delivered_rows(
    rows_of: Callable[[int], pl.DataFrame], stream: Stream, day: int, settings: DemoSettings
) -> pl.DataFrame:
    """What reaches the pipeline on a day: the day's rows on time, late ones, repeats, corrections, in that order.

    Args:
        rows_of: rows of the exchange format that belong to a day of the world, counted from its start.
        stream: kind of row.
        day: counted from the world's start.
        settings: shares and seed.
    """
    parts: list[list[pl.DataFrame]] = [[], [], [], []]
    for own in range(max(0, day - REACH_DAYS), day + 1):
        rows = rows_of(own)
        if rows.is_empty():
            continue
        came, again, corrected = _days(rows, stream, own, settings)
        parts[0 if own == day else 1].append(rows.filter(pl.Series(came == day)))
        parts[2].append(rows.filter(pl.Series(again == day)))
        changed = rows.filter(pl.Series(corrected == day))
        if changed.height:
            parts[3].append(_corrected(changed, stream))
    return pl.concat([rows_of(day).clear(), *(part for kind in parts for part in kind)])


def _days(
    rows: pl.DataFrame, stream: Stream, own: int, settings: DemoSettings
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(n,) day of the first delivery, of the repeat and of the correction of each row; -1 where there is none."""
    keys = rows[_KEYS[stream]].str.strip_chars("V").cast(pl.Int64).to_numpy()
    draws = Streams(settings.seed, f"deliveries_{stream}")

    def delay(name: str, most: int) -> np.ndarray:
        return 1 + np.floor(draws.uniform(f"{name}_days", keys) * most).astype(np.int64)

    is_late = draws.chance("late", keys, settings.late_share)
    came = own + np.where(is_late, delay("late", LATEST_DAYS), 0)
    is_again = draws.chance("repeated", keys, settings.repeated_share)
    is_corrected = draws.chance("corrected", keys, settings.corrected_share) & ~is_again
    again = np.where(is_again, came + delay("repeated", AGAIN_DAYS), -1)
    return came, again, np.where(is_corrected, came + delay("corrected", CORRECTED_DAYS), -1)


def _corrected(rows: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    if stream is Stream.BOOKINGS:
        rates = [f"{float(rate) * _RATE_FACTOR:.2f}" for rate in rows["adr"]]
        changes = [str(int(count) + 1) for count in rows["booking_changes"]]
        return rows.with_columns(
            pl.Series("adr", rates, dtype=pl.String), pl.Series("booking_changes", changes, dtype=pl.String)
        )
    scores = [float(score) for score in rows["Reviewer_Score"]]
    moved = [score - _SCORE_STEP if score + _SCORE_STEP > _HIGHEST_SCORE else score + _SCORE_STEP for score in scores]
    return rows.with_columns(pl.Series("Reviewer_Score", [f"{score:.1f}" for score in moved], dtype=pl.String))
