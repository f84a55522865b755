"""How an attack's success is written down: a rate with its interval beside what guessing gives."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from assets.studies.contract import PRIVACY_ATTACKS

Floats = NDArray[np.float64]
_LEVEL = 0.95
_EXACT = 1  # k of rows that nobody generalised


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class AttackResult:
    """One row of ``privacy_attacks``; see the contract for the columns."""

    attack: str
    knows: str
    zone: str
    k: int
    targets: int
    rate: Share
    guess: Share
    guess_way: str
    meaning: str
    worst: float | None = None
    outside: Share | None = None
    outside_way: str | None = None
    disclosed: float | None = None
    disclosed_right: float | None = None

    def as_row(self) -> dict[str, Any]:
        """The result as a row of the contract."""
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        rate, guess, outside = plain.pop("rate"), plain.pop("guess"), plain.pop("outside")
        return plain | {
            "successes": rate.value * self.targets,
            "rate": rate.value,
            "low": rate.low,
            "high": rate.high,
            "guess_rate": guess.value,
            "guess_low": guess.low,
            "guess_high": guess.high,
            "outside_rate": outside.value if outside else None,
            "outside_low": outside.low if outside else None,
            "outside_high": outside.high if outside else None,
        }


def share_of(chances: Floats) -> Share:
    """Mean chance of success with its Wilson interval.

    Args:
        chances: (n,) probability of success at each target, 0 and 1 included. Chances between vary less than
            coin tosses of the same mean, so that the interval is wide enough.

    Raises:
        ValueError: no target at all.

    Source:
        Wilson (1927), doi:10.1080/01621459.1927.10502953.
    """
    n = len(chances)
    if not n:
        message = "no target was attacked, so there is no rate; leave the attack out"
        raise ValueError(message)
    value = min(max(float(np.mean(chances)), 0.0), 1.0)
    z = float(stats.norm.ppf(0.5 + _LEVEL / 2))
    centre = (value + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * np.sqrt(value * (1 - value) / n + z * z / (4 * n * n))
    return Share(value, min(max(float(centre - reach), 0.0), value), max(min(float(centre + reach), 1.0), value))


def table_of(results: Sequence[AttackResult]) -> pl.DataFrame:
    """The rows of ``privacy_attacks``, sorted by its key."""
    if not results:
        return PRIVACY_ATTACKS.empty()
    rows = [item.as_row() for item in results]
    return pl.DataFrame(rows, schema=PRIVACY_ATTACKS.schema).sort(*PRIVACY_ATTACKS.key)


def exact_k() -> int:
    """The k under which results over exact rows are filed."""
    return _EXACT


def verdict(rate: Share, guess: Share, *, better: str, same: str) -> str:
    """The sentence that fits: ``better`` where the rate lies clearly above guessing, else ``same``.

    Both may hold ``{rate}``, ``{guess}`` and ``{times}``, filled with percentages and the ratio.
    """
    text = better if rate.low > guess.high else same
    times = rate.value / guess.value if guess.value > 0 else float("inf")
    return text.format(
        rate=f"{100 * rate.value:.1f} %",
        guess=f"{100 * guess.value:.1f} %",
        times=f"{times:,.1f}" if np.isfinite(times) else "many",
    )
