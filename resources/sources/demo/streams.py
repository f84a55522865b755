"""Keyed random streams: a draw is a pure function of (seed, table, attribute, entity, step).

No state, so nothing depends on order, and a new attribute is a new key: it leaves all other bytes alone.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_TO_UNIT = 2.0**-53


def stream_key(seed: int, *names: str) -> np.uint64:
    """64-bit key of one stream, from the seed and the names of table and attribute."""
    text = "/".join((str(seed), *names))
    return np.uint64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little"))


def mix(values: np.ndarray) -> np.ndarray:
    """Scramble 64-bit integers one to one, element by element.

    Source:
        Steele, Lea, Flood (2014), doi:10.1145/2660193.2660195: the finaliser of SplitMix64 (variant 13).
    """
    scrambled = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    scrambled = (scrambled ^ (scrambled >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return scrambled ^ (scrambled >> np.uint64(31))


class Streams:
    """All streams of one table of one world.

    Example:
        >>> guests = Streams(42, "guests")
        >>> bool((guests.uniform("country", np.arange(3)) < 1).all())
        True
    """

    def __init__(self, seed: int, table: str) -> None:
        self._seed = seed
        self._table = table

    def bits(self, attribute: str, entities: np.ndarray, step: np.ndarray | int = 0) -> np.ndarray:
        """Uniform 64-bit integers, shape of ``entities`` (non-negative integers), one per entity and step."""
        key = stream_key(self._seed, self._table, attribute)
        steps = np.atleast_1d(np.asarray(step)).astype(np.uint64)  # arrays wrap around, scalars would warn
        inner = mix(np.atleast_1d(np.asarray(entities)).astype(np.uint64) * _GOLDEN + key)
        return mix(inner + (steps + np.uint64(1)) * _GOLDEN)

    def uniform(self, attribute: str, entities: np.ndarray, step: np.ndarray | int = 0) -> np.ndarray:
        """Uniform floats strictly inside (0, 1)."""
        return ((self.bits(attribute, entities, step) >> np.uint64(11)).astype(np.float64) + 0.5) * _TO_UNIT

    def normal(self, attribute: str, entities: np.ndarray, step: np.ndarray | int = 0) -> np.ndarray:
        """Standard normal floats."""
        return ndtri(self.uniform(attribute, entities, step))

    def chance(
        self, attribute: str, entities: np.ndarray, share: np.ndarray | float, step: np.ndarray | int = 0
    ) -> np.ndarray:
        """Booleans, true with probability ``share``."""
        return self.uniform(attribute, entities, step) < share

    def pick(
        self, attribute: str, entities: np.ndarray, weights: Sequence[float] | np.ndarray, step: np.ndarray | int = 0
    ) -> np.ndarray:
        """Indices into ``weights``, each with its share of the weights' sum."""
        return pick_from(self.uniform(attribute, entities, step), weights)


def pick_from(uniforms: np.ndarray, weights: Sequence[float] | np.ndarray) -> np.ndarray:
    """Index of the weight under which each uniform number falls."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.minimum(np.searchsorted(edges, uniforms * edges[-1], side="right"), len(edges) - 1)


def from_quantiles(uniforms: np.ndarray, quantiles: Sequence[float]) -> np.ndarray:
    """Values of an inverse distribution function given at equally spaced probabilities."""
    return np.interp(uniforms, np.linspace(0.0, 1.0, len(quantiles)), np.asarray(quantiles, dtype=np.float64))
