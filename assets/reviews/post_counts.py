"""Counting posts: the fullest window, the share of a day that some hours hold, the surprise of a count.

Source:
    Gamma-Poisson predictive counts: Gelman et al., Bayesian Data Analysis, section 2.6.
"""

import numpy as np
from scipy.special import betainc

DECIMALS = 6
_SMALLEST = 1e-300  # of a probability: surprise ends at 300
HOUR = 3_600_000_000  # microseconds


def hour_shares(past: np.ndarray, moment: np.ndarray, hours: int, usual: float, prior_posts: float) -> np.ndarray:
    """(n,) share of a day's posts that fall into ``hours`` hours at the time of day of each post.

    People post in the evening: three posts within three hours are less of a surprise then than in the morning. The
    window may lie anywhere around the post, so half of the posts within its length to either side count.

    Args:
        past: (n_past,) posting times of earlier deliveries, microseconds.
        moment: (n,) posting times.
        hours: of the window.
        usual: share where nothing is known.
        prior_posts: earlier posts that ``usual`` weighs as much as.
    """
    length, day = hours * HOUR, 24 * HOUR
    clock = np.sort(past % day)
    ring = np.concatenate([clock - day, clock, clock + day])  # midnight has two sides
    at = moment % day
    near = np.searchsorted(ring, at + length, side="right") - np.searchsorted(ring, at - length, side="left")
    return np.minimum((near / 2 + usual * prior_posts) / (len(past) + prior_posts), 1.0)


def fullest_window(hotel: np.ndarray, moment: np.ndarray, length: int) -> np.ndarray:
    """(n,) most posts of the same hotel in any window of that length that holds the post.

    Args:
        hotel: (n,) hotel number of each post.
        moment: (n,) posting time, whole units.
        length: of a window in the same units, both ends included.
    """
    order = np.lexsort((moment, hotel))
    span = int(moment.max() - moment.min()) + length + 1 if len(moment) else 1
    line = (moment - moment.min() if len(moment) else moment)[order] + hotel[order].astype(np.int64) * span
    last = np.searchsorted(line, line + length, side="right")  # first post behind the window that starts here
    first = np.searchsorted(line, line - length, side="left")  # first window start that still holds the post
    counts = last - np.arange(len(line))  # posts of the window that starts at each post
    fullest = np.zeros(len(line), dtype=np.int64)
    for place in range(len(line)):
        fullest[order[place]] = counts[first[place] : place + 1].max()
    return fullest


def tail_surprise(observed: np.ndarray, expected: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """``-log10 P(count >= observed)`` of a negative binomial with that mean; 0 where nothing was observed.

    Args:
        observed: (n,) counts.
        expected: (n,) means, above 0.
        dispersion: (n,) variance = mean + dispersion * mean^2.
    """
    size = 1.0 / dispersion
    tail = betainc(np.maximum(observed, 1), size, expected / (expected + size))  # P(count >= observed)
    return np.where(observed > 0, np.round(-np.log10(np.clip(tail, _SMALLEST, 1.0)), DECIMALS), 0.0) + 0.0
