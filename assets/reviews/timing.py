"""Timing: is this more posts than this hotel, or the platform, usually gets?

Default: a one-sided surprise, ``-log10 P(count >= observed)``, of the posts in a window that ends on the
review's posting day, against the rate of the days before the window. The larger surprise of hotel and
platform, over the window lengths, is stored with its counts. Counts are gamma-Poisson (negative binomial):
the rate is known only as well as its history is long, and days differ by more than chance.

The paper's ``|gap - mu| / sigma`` stands beside it; it ranks lulls above bursts, since most gaps are zero.

Source:
    Paper 001, temporal anomaly score. Gamma-Poisson predictive counts: Gelman et al., Bayesian Data
    Analysis, section 2.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy.special import betainc

from assets.reviews.settings import TIMING_LOOK_BACK_DAYS, ReviewSettings

_DECIMALS = 6
_SMALLEST = 1e-300  # of a probability: surprise ends at 300
_EPOCH = date(1970, 1, 1)

SCHEMA = {
    "review_id": pl.String,
    "timing_raw": pl.Float64,
    "timing_paper_raw": pl.Float64,
    "posts_observed": pl.Int32,
    "posts_expected": pl.Float64,
    "posts_window_days": pl.Int32,
    "posts_scope": pl.String,
    "delivery_day": pl.Date,
}


@dataclass(frozen=True)
class _Posts:
    """Reviews ordered by delivery day and id; days as numbers since 1970."""

    hotel: np.ndarray
    posted: np.ndarray
    delivered: np.ndarray
    moment: np.ndarray  # posting time in microseconds, or days where the source knows days only


def timing(reviews: pl.DataFrame, days: Sequence[date], settings: ReviewSettings) -> pl.DataFrame:
    """Frame (review_id, timing_raw, timing_paper_raw, posts_observed, posts_expected, ...) of the asked days.

    Args:
        reviews: ``clean_reviews`` of the asked days and of ``TIMING_LOOK_BACK_DAYS`` days before each.
        days: to compute.
        settings: of the room.
    """
    ordered = reviews.select("review_id", "hotel_key", "posted_day", "posted_at", "delivery_day").sort(
        "delivery_day", "review_id"
    )
    posts = _posts(ordered)
    parts = [_day(ordered, posts, (day - _EPOCH).days, settings) for day in sorted(set(days))]
    parts = [part for part in parts if part is not None]
    return pl.concat(parts).cast(SCHEMA) if parts else pl.DataFrame(schema=SCHEMA)  # type: ignore[arg-type]


def _posts(ordered: pl.DataFrame) -> _Posts:
    posted = ordered["posted_day"].to_physical().to_numpy().astype(np.int64)
    stamped = ordered["posted_at"].cast(pl.Datetime("us")).to_physical()
    has_times = ordered.height > 0 and stamped.null_count() == 0
    return _Posts(
        hotel=ordered["hotel_key"].rank("dense").to_numpy().astype(np.int64) - 1 if ordered.height else posted,
        posted=posted,
        delivered=ordered["delivery_day"].to_physical().to_numpy().astype(np.int64),
        moment=stamped.to_numpy().astype(np.int64) if has_times else posted,
    )


def _day(ordered: pl.DataFrame, posts: _Posts, day: int, settings: ReviewSettings) -> pl.DataFrame | None:
    """One delivery day from the rows of its look-back alone, whatever else the frame holds."""
    start = int(np.searchsorted(posts.delivered, day - TIMING_LOOK_BACK_DAYS, side="left"))
    today = int(np.searchsorted(posts.delivered, day, side="left"))
    stop = int(np.searchsorted(posts.delivered, day, side="right"))
    if today == stop:
        return None
    seen = slice(start, stop)
    hotels, hotel = np.unique(posts.hotel[seen], return_inverse=True)
    offset = posts.posted[seen] - (day - TIMING_LOOK_BACK_DAYS)  # 0 .. TIMING_LOOK_BACK_DAYS
    surprises = _surprises(hotel, offset, len(hotels), today - start, settings)
    paper = _paper_deviation(hotel, posts.moment[seen], today - start)
    frame = ordered[today:stop].select("review_id", "delivery_day")
    return frame.with_columns(**surprises, timing_paper_raw=pl.Series(paper)).select(list(SCHEMA))


def _surprises(
    hotel: np.ndarray, offset: np.ndarray, n_hotels: int, today: int, settings: ReviewSettings
) -> dict[str, pl.Series]:
    """Columns of the largest surprise of each review delivered today.

    Args:
        hotel: (n,) hotel number of every review seen.
        offset: (n,) posting day, counted from the first day of the look-back.
        n_hotels: how many hotels.
        today: first of today's reviews.
        settings: of the room.
    """
    width = TIMING_LOOK_BACK_DAYS + 1
    inside = (offset >= 0) & (offset < width)
    counts = np.bincount(hotel[inside] * width + offset[inside], minlength=n_hotels * width).reshape(n_hotels, width)
    first = np.full(n_hotels, width)
    np.minimum.at(first, hotel[inside], offset[inside])
    mine, when = hotel[today:], offset[today:]
    scopes = {
        "hotel": (counts, first, mine, 1, settings.timing_hotel_dispersion),
        "platform": (counts.sum(axis=0, keepdims=True), first.min(keepdims=True), np.zeros_like(mine), n_hotels,
                     settings.timing_platform_dispersion),
    }  # fmt: skip
    candidates = []
    for scope, (table, begin, row, members, dispersion) in scopes.items():
        for length in settings.timing_window_days:
            observed, expected, surprise = _window(table, begin, row, when, length, members, dispersion, settings)
            candidates.append((scope, length, observed, expected, surprise))
    best = np.argmax(np.stack([item[4] for item in candidates]), axis=0)  # the first of equals: hotel before platform

    def pick(column: int) -> np.ndarray:
        return np.stack([np.broadcast_to(item[column], best.shape) for item in candidates])[best, np.arange(len(best))]

    return {
        "timing_raw": pl.Series(pick(4)),
        "posts_observed": pl.Series(pick(2)),
        "posts_expected": pl.Series(pick(3)),
        "posts_window_days": pl.Series(pick(1)),
        "posts_scope": pl.Series([str(scope) for scope in pick(0)]),
    }


def _window(
    counts: np.ndarray, first: np.ndarray, row: np.ndarray, when: np.ndarray, length: int, members: int,
    dispersion: float, settings: ReviewSettings,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """(observed, expected, surprise) per review for one scope and window length.

    Args:
        counts: (n_groups, n_days) posts per group (hotel, or all) and day.
        first: (n_groups,) first day with a post.
        row: (n,) group of each review.
        when: (n,) its posting day; outside the look-back means no evidence.
        length: of the window in days.
        members: hotels per group, which scales the prior.
        dispersion: variance beyond Poisson, as a share of the squared mean.
        settings: of the room.
    """
    totals = np.concatenate([np.zeros((len(counts), 1), dtype=np.int64), counts.cumsum(axis=1)], axis=1)
    stop = np.clip(when + 1, 0, counts.shape[1])
    window = np.clip(when + 1 - length, 0, counts.shape[1])
    history = np.maximum(np.clip(window - settings.timing_history_days, 0, None), np.minimum(first[row], window))
    observed = totals[row, stop] - totals[row, window]
    earlier = totals[row, window] - totals[row, history]
    known_days = window - history
    prior_posts = settings.timing_prior_posts * members * settings.timing_prior_days
    shape = earlier + prior_posts
    expected = shape / (known_days + settings.timing_prior_days) * length
    surprise = tail_surprise(observed, expected, dispersion + 1.0 / shape)
    is_known = (known_days >= settings.timing_min_days) & (when >= 0) & (when < counts.shape[1])
    return observed, np.round(expected, _DECIMALS), np.where(is_known, surprise, 0.0)


def tail_surprise(observed: np.ndarray, expected: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """``-log10 P(count >= observed)`` of a negative binomial with that mean; 0 where nothing was observed.

    Args:
        observed: (n,) counts.
        expected: (n,) means, above 0.
        dispersion: (n,) variance = mean + dispersion * mean^2.
    """
    size = 1.0 / dispersion
    tail = betainc(np.maximum(observed, 1), size, expected / (expected + size))  # P(count >= observed)
    return np.where(observed > 0, np.round(-np.log10(np.clip(tail, _SMALLEST, 1.0)), _DECIMALS), 0.0) + 0.0


def _paper_deviation(hotel: np.ndarray, moment: np.ndarray, today: int) -> np.ndarray:
    """``|gap - mu| / sigma`` of today's reviews: gap to the hotel's review before, mu and sigma of its earlier gaps.

    0 where there are fewer than two earlier gaps, or where they are all the same.
    """
    order = np.lexsort((np.arange(len(hotel)), moment, hotel))
    gaps = np.zeros(len(hotel), dtype=np.int64)
    same = hotel[order][1:] == hotel[order][:-1]
    gaps[order[1:]] = np.where(same, moment[order][1:] - moment[order][:-1], 0)
    has_gap = np.zeros(len(hotel), dtype=bool)
    has_gap[order[1:]] = same
    past = has_gap.copy()
    past[today:] = False
    n_hotels = int(hotel.max()) + 1
    number = np.bincount(hotel[past], minlength=n_hotels)
    known = np.maximum(number, 1)
    mean = np.bincount(hotel[past], weights=gaps[past].astype(np.float64), minlength=n_hotels) / known
    spread = np.bincount(hotel[past], weights=(gaps[past] - mean[hotel[past]]) ** 2, minlength=n_hotels) / known
    mine = hotel[today:]
    sigma = np.sqrt(spread[mine])
    usable = has_gap[today:] & (number[mine] > 1) & (sigma > 0)
    deviation = np.abs(gaps[today:] - mean[mine]) / np.where(sigma > 0, sigma, 1.0)
    return np.where(usable, np.round(deviation, _DECIMALS), 0.0)
