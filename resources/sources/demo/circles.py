"""How the group treats a circle: guests who share country, segment, agent and company.

A circle is served better or worse for good, and better or worse as the months go. Its members notice, and so do
those whom they tell: a circle that is served well sends more new guests.
"""

import numpy as np

from resources.sources.demo.streams import Streams

_KNOT_DAYS = 150  # treatment changes over about five months: a review tells something of the near future
_FIRST_KNOT = 20  # knots before the first day, so that their numbers stay positive
_LASTING, _PASSING = 0.5, 0.55  # standard deviations, in those of satisfaction
_WORD_TRAVELS_DAYS = 45  # from a stay to the booking of somebody who heard of it


def treatment(seed: int, circle: np.ndarray, day: np.ndarray) -> np.ndarray:
    """How a circle is served on a day (days from the start): a shift of all five services, mean 0."""
    service = Streams(seed, "service")
    position = day / _KNOT_DAYS + _FIRST_KNOT
    knot = np.floor(position).astype(np.int64)
    share = position - knot
    before, after = service.normal("circle drift", circle, knot), service.normal("circle drift", circle, knot + 1)
    passing = ((1 - share) * before + share * after) / np.sqrt((1 - share) ** 2 + share**2)
    return _LASTING * service.normal("circle", circle) + _PASSING * passing


def recommendation(seed: int, circle: np.ndarray, day: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Chance, in (0, 1) and 0.5 on average, that a guest who might come is not put off by what others tell."""
    heard = treatment(seed, circle, day - _WORD_TRAVELS_DAYS)
    return 1.0 / (1.0 + np.exp(-strength * heard))
