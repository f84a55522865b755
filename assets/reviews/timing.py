"""Timing: is this more posts than this hotel, or the platform, usually gets?

Default: a one-sided surprise, ``-log10 P(count >= observed)``, of the posts in a window that ends on the
review's posting day, against the rate of the days before the window; where posting times are known, also of
the hotel's posts in the fullest window of some hours around the review, within what the day has delivered, against
the share of earlier posts at that time of day.
A campaign has one direction, so a review of low or high score is also held against the hotel's posts of low or
high scores alone, counted and expected in the same way: ten posts of which nine praise are less usual than ten.
The largest surprise is stored with its counts and with what was counted. Counts are gamma-Poisson (negative binomial):
the rate is known only as well as its history is long, and days differ by more than chance.

The paper's ``|gap - mu| / sigma`` stands beside it; it ranks lulls above bursts, since most gaps are zero.

Source:
    Paper 001, temporal anomaly score. Gamma-Poisson predictive counts: Gelman et al., Bayesian Data
    Analysis, section 2.6. Bursts in number and in score together: Xie et al. (2012),
    doi:10.1145/2339530.2339662.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from assets.reviews.post_counts import DECIMALS, HOUR, fullest_window, hour_shares, tail_surprise
from assets.reviews.settings import TIMING_LOOK_BACK_DAYS, ReviewSettings

_EPOCH = date(1970, 1, 1)
_WIDTH = TIMING_LOOK_BACK_DAYS + 1  # days that a day sees, itself included
_BAND = 1 / 3  # of a hotel's posts have low scores, as many have high ones
SCOPES = ("hotel", "hotel_low", "hotel_high", "platform")

SCHEMA = {
    "review_id": pl.String,
    "timing_raw": pl.Float64,
    "timing_paper_raw": pl.Float64,
    "posts_observed": pl.Int32,
    "posts_expected": pl.Float64,
    "posts_window_hours": pl.Int32,
    "posts_scope": pl.String,
    "delivery_day": pl.Date,
}


@dataclass(frozen=True)
class _Seen:
    """What one delivery day sees: the reviews of its look-back, today's last, by delivery day and id.

    Attributes:
        hotel: (n,) hotel number, 0 to n_hotels - 1.
        offset: (n,) posting day, counted from the first day of the look-back.
        score: (n,) points from 0 to 10.
        moment: (n,) posting time in microseconds, or None where one of them is not known.
        today: place of the first review delivered today.
    """

    hotel: np.ndarray
    offset: np.ndarray
    score: np.ndarray
    moment: np.ndarray | None
    today: int

    @property
    def n_hotels(self) -> int:
        return int(self.hotel.max()) + 1


@dataclass(frozen=True)
class _Group:
    """Posts per day of one or all hotels.

    Attributes:
        scope: one of ``SCOPES``.
        counted: (n,) which of the reviews seen count; only those are judged.
        totals: (n_groups, n_days + 1) posts before each day of the look-back.
        first: (n_groups,) first day with a post.
        row: (n_today,) group of each of today's reviews.
        members: hotels' worth of posts per group, which scales the prior.
        dispersion: variance beyond Poisson, as a share of the squared mean.
    """

    scope: str
    counted: np.ndarray
    totals: np.ndarray
    first: np.ndarray
    row: np.ndarray
    members: float
    dispersion: float


@dataclass(frozen=True)
class _Surprise:
    """Counts and surprise of today's reviews for one scope and window length; arrays of (n_today,)."""

    scope: str
    hours: int
    observed: np.ndarray
    expected: np.ndarray
    surprise: np.ndarray


def timing(reviews: pl.DataFrame, days: Sequence[date], settings: ReviewSettings) -> pl.DataFrame:
    """Frame (review_id, timing_raw, timing_paper_raw, posts_observed, posts_expected, ...) of the asked days.

    Args:
        reviews: ``clean_reviews`` of the asked days and of ``TIMING_LOOK_BACK_DAYS`` days before each.
        days: to compute.
        settings: of the room.
    """
    ordered = reviews.select("review_id", "hotel_key", "score", "posted_day", "posted_at", "delivery_day").sort(
        "delivery_day", "review_id"
    )
    delivered = ordered["delivery_day"].to_physical().to_numpy()
    parts = []
    for day in sorted(set(days)):
        number = (day - _EPOCH).days
        edges = np.searchsorted(delivered, [number - TIMING_LOOK_BACK_DAYS, number, number + 1])
        start, today, stop = (int(edge) for edge in edges)
        if today < stop:  # from the rows of its look-back alone, whatever else the frame holds
            seen = _seen(ordered[start:stop], number - TIMING_LOOK_BACK_DAYS, today - start)
            columns = {**_largest(seen, settings), "timing_paper_raw": _paper_deviation(seen)}
            frame = ordered[today:stop].select("review_id", "delivery_day")
            parts.append(frame.with_columns(**{name: pl.Series(values) for name, values in columns.items()}))
    if not parts:
        return pl.DataFrame(schema=SCHEMA)
    return pl.concat(parts).select(list(SCHEMA)).cast(SCHEMA)


def _seen(rows: pl.DataFrame, first_day: int, today: int) -> _Seen:
    has_times = rows["posted_at"].null_count() == 0
    return _Seen(
        hotel=rows["hotel_key"].rank("dense").to_numpy().astype(np.int64) - 1,
        offset=rows["posted_day"].to_physical().to_numpy().astype(np.int64) - first_day,
        score=rows["score"].to_numpy(),
        moment=rows["posted_at"].cast(pl.Datetime("us")).to_physical().to_numpy() if has_times else None,
        today=today,
    )


def _largest(seen: _Seen, settings: ReviewSettings) -> dict[str, np.ndarray]:
    """Columns of the largest surprise of each review delivered today; the first of equals, in the order of scopes."""
    groups = _groups(seen, settings)
    surprises = [
        _days_surprise(seen, group, length, settings) for group in groups for length in settings.timing_window_days
    ]
    if seen.moment is not None:
        hotels = [group for group in groups if group.scope != "platform"]
        surprises += [_hours_surprise(seen, seen.moment, group, settings) for group in hotels]
    best = np.argmax(np.stack([item.surprise for item in surprises]), axis=0)  # (n_today,)
    place = np.arange(len(best))
    return {
        "timing_raw": np.stack([item.surprise for item in surprises])[best, place],
        "posts_observed": np.stack([item.observed for item in surprises])[best, place],
        "posts_expected": np.stack([item.expected for item in surprises])[best, place],
        "posts_window_hours": np.array([item.hours for item in surprises])[best],
        "posts_scope": np.array([item.scope for item in surprises])[best],
    }


def _groups(seen: _Seen, settings: ReviewSettings) -> list[_Group]:
    """The hotel's posts, those of low or high score, and the platform's where it has enough hotels for one."""
    first = np.full(seen.n_hotels, _WIDTH)
    inside = seen.offset >= 0
    np.minimum.at(first, seen.hotel[inside], np.minimum(seen.offset[inside], _WIDTH))
    low, high = seen.score < settings.timing_low_score, seen.score >= settings.timing_high_score
    groups = []
    for scope, counted, members in (("hotel", low | ~low, 1.0), ("hotel_low", low, _BAND), ("hotel_high", high, _BAND)):
        totals, mine = _totals(_counts(seen, counted)), seen.hotel[seen.today :]
        groups.append(_Group(scope, counted, totals, first, mine, members, settings.timing_hotel_dispersion))
    if seen.n_hotels >= settings.timing_platform_hotels:  # with fewer it would be one hotel in disguise
        every = _totals(_counts(seen, low | ~low).sum(axis=0, keepdims=True))  # (1, n_days + 1)
        rows, dispersion = np.zeros_like(seen.hotel[seen.today :]), settings.timing_platform_dispersion
        groups.append(_Group("platform", low | ~low, every, first.min(keepdims=True), rows, seen.n_hotels, dispersion))
    return groups


def _counts(seen: _Seen, counted: np.ndarray) -> np.ndarray:
    """(n_hotels, n_days) posts per hotel and day of the look-back."""
    inside = counted & (seen.offset >= 0) & (seen.offset < _WIDTH)
    cell = seen.hotel[inside] * _WIDTH + seen.offset[inside]
    return np.bincount(cell, minlength=seen.n_hotels * _WIDTH).reshape(seen.n_hotels, _WIDTH)


def _totals(counts: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros((len(counts), 1), dtype=np.int64), counts.cumsum(axis=1)], axis=1)


def _days_surprise(seen: _Seen, group: _Group, length: int, settings: ReviewSettings) -> _Surprise:
    """A window of whole days that ends on the posting day."""
    when = seen.offset[seen.today :]
    start = np.clip(when + 1 - length, 0, _WIDTH)
    observed = group.totals[group.row, np.clip(when + 1, 0, _WIDTH)] - group.totals[group.row, start]
    return _against(seen, group, start, observed, length, 24 * length, settings)


def _hours_surprise(seen: _Seen, moment: np.ndarray, group: _Group, settings: ReviewSettings) -> _Surprise:
    """The fullest window of some hours that holds the review, at the pace of those hours of earlier days."""
    length = settings.timing_window_hours
    today = moment[seen.today :]
    near = (moment >= today.min() - length * HOUR) & (moment <= today.max() + length * HOUR) & group.counted
    counts = np.zeros(len(moment), dtype=np.int64)
    counts[near] = fullest_window(seen.hotel[near], moment[near], length * HOUR)
    observed = counts[seen.today :]
    start = np.clip(seen.offset[seen.today :], 0, _WIDTH)
    usual = min(length / 24 * settings.timing_peak_factor, 1.0)
    share_of_day = hour_shares(moment[: seen.today], today, length, usual, settings.timing_hour_posts)
    return _against(seen, group, start, observed, share_of_day, length, settings)


def _against(
    seen: _Seen,
    group: _Group,
    start: np.ndarray,
    observed: np.ndarray,
    days: float | np.ndarray,
    hours: int,
    settings: ReviewSettings,
) -> _Surprise:
    """Compare counts with the rate of the days before ``start``; too few posts or days of history: no surprise."""
    history = np.maximum(np.maximum(start - settings.timing_history_days, 0), np.minimum(group.first[group.row], start))
    earlier = group.totals[group.row, start] - group.totals[group.row, history]
    known_days = start - history
    shape = earlier + settings.timing_prior_posts * group.members * settings.timing_prior_days
    expected = shape / (known_days + settings.timing_prior_days) * days
    when = seen.offset[seen.today :]
    is_known = (known_days >= settings.timing_min_days) & (when >= 0) & (when < _WIDTH) & group.counted[seen.today :]
    is_known &= observed >= settings.timing_min_posts
    surprise = np.where(is_known, tail_surprise(observed, expected, group.dispersion + 1.0 / shape), 0.0)
    return _Surprise(group.scope, hours, observed, np.round(expected, DECIMALS), surprise)


def _paper_deviation(seen: _Seen) -> np.ndarray:
    """``|gap - mu| / sigma`` of today's reviews: gap to the hotel's review before, mu and sigma of its earlier gaps.

    0 where there are fewer than two earlier gaps, or where they are all the same.
    """
    hotel, moment = seen.hotel, seen.offset if seen.moment is None else seen.moment
    order = np.lexsort((np.arange(len(hotel)), moment, hotel))
    same = hotel[order][1:] == hotel[order][:-1]
    gaps = np.zeros(len(hotel), dtype=np.int64)
    gaps[order[1:]] = np.where(same, moment[order][1:] - moment[order][:-1], 0)
    has_gap = np.zeros(len(hotel), dtype=bool)
    has_gap[order[1:]] = same
    past = has_gap & (np.arange(len(hotel)) < seen.today)
    number = np.bincount(hotel[past], minlength=seen.n_hotels)
    known = np.maximum(number, 1)
    mean = np.bincount(hotel[past], weights=gaps[past].astype(np.float64), minlength=seen.n_hotels) / known
    squares = (gaps[past] - mean[hotel[past]]) ** 2
    sigma = np.sqrt(np.bincount(hotel[past], weights=squares, minlength=seen.n_hotels) / known)
    mine = hotel[seen.today :]
    usable = has_gap[seen.today :] & (number[mine] > 1) & (sigma[mine] > 0)
    deviation = np.abs(gaps[seen.today :] - mean[mine]) / np.where(sigma[mine] > 0, sigma[mine], 1.0)
    return np.where(usable, np.round(deviation, DECIMALS), 0.0)
