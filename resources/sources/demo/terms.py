"""What is drawn per kind of hotel and market segment: lead times, nights, shares; and the season."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np

from resources.sources.demo.catalogue import KINDS, SEGMENTS, marginals, stratum
from resources.sources.demo.streams import from_quantiles, pick_from

Shares = Mapping[str, Any]  # marginals by name, as the catalogue has them
Draw = Callable[[np.ndarray, Shares], np.ndarray]  # rows, marginals -> a value for each row
GROUPS = SEGMENTS.index("Groups")
CORPORATE = SEGMENTS.index("Corporate")
AVIATION = SEGMENTS.index("Aviation")
COMPLEMENTARY = SEGMENTS.index("Complementary")


def per_stratum(kind: np.ndarray, segment: np.ndarray, draw: Draw, dtype: type = np.int64) -> np.ndarray:
    """Apply ``draw(rows, marginals)`` to the rows of each (kind, segment) and put the results together."""
    result = np.zeros(len(kind), dtype=dtype)
    for kind_index in range(len(KINDS)):
        for segment_index in range(len(SEGMENTS)):
            rows = np.flatnonzero((kind == kind_index) & (segment == segment_index))
            if len(rows):
                result[rows] = draw(rows, stratum(kind_index, segment_index))
    return result


def per_kind(kind: np.ndarray, draw: Draw, dtype: type = np.int64) -> np.ndarray:
    """Apply ``draw(rows, marginals)`` to the rows of each kind of hotel."""
    result = np.zeros(len(kind), dtype=dtype)
    for kind_index in range(len(KINDS)):
        rows = np.flatnonzero(kind == kind_index)
        if len(rows):
            result[rows] = draw(rows, marginals(kind_index))
    return result


def numbers_of(shares: Mapping[str, float], uniforms: np.ndarray) -> np.ndarray:
    """Numbers drawn from shares keyed by the number's text."""
    return np.array([int(text) for text in shares])[pick_from(uniforms, list(shares.values()))]


def lead_days(uniforms: np.ndarray, kind: np.ndarray, segment: np.ndarray) -> np.ndarray:
    """Days between booking and arrival."""
    return per_stratum(kind, segment, lambda rows, shares: np.rint(from_quantiles(uniforms[rows], shares["lead"])))


def nights_of(uniforms: np.ndarray, kind: np.ndarray, segment: np.ndarray) -> np.ndarray:
    """Nights of a stay."""
    return per_stratum(kind, segment, lambda rows, shares: numbers_of(shares["nights"], uniforms[rows]))


def share_of(name: str, kind: np.ndarray, segment: np.ndarray) -> np.ndarray:
    """One share per row, for example ``non_refund``."""
    return per_stratum(kind, segment, lambda rows, shares: np.full(len(rows), shares[name]), np.float64)


def months_of(days: np.ndarray, start: date) -> np.ndarray:
    """Month index, 0 = January, of days counted from ``start``."""
    return (np.datetime64(start, "D") + days).astype("datetime64[M]").astype(np.int64) % 12


def weekdays_of(days: np.ndarray, start: date) -> np.ndarray:
    """Weekday, 0 = Monday, of days counted from ``start``."""
    return (days + start.weekday()) % 7


def demand(kind: np.ndarray, arrival: np.ndarray, start: date) -> np.ndarray:
    """Demand on the arrival day relative to the kind's mean day (1.0)."""
    month = months_of(arrival, start)
    weekday = weekdays_of(arrival, start)

    def of_rows(rows: np.ndarray, shares: Shares) -> np.ndarray:
        return np.array(shares["season"])[month[rows]] * np.array(shares["weekday"])[weekday[rows]]

    return per_kind(kind, of_rows, np.float64)


def highest_demand() -> float:
    """The largest value that :func:`demand` takes."""
    return max(max(marginals(kind)["season"]) * max(marginals(kind)["weekday"]) for kind in range(len(KINDS)))
