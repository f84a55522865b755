"""In which unit privacy loss is booked: epsilon (pure), or rho (zero-concentrated)."""

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from resources.errors import PrivacyError, SettingsError

PURE, ZCDP = "pure", "zcdp"
ACCOUNTINGS = (PURE, ZCDP)
NANO = 10**9  # losses are booked in billionths, rounded up: sums are exact


@dataclass(frozen=True, kw_only=True)
class Accounting:
    """A budget promised as epsilon, and the unit in which it is spent.

    Attributes:
        name: ``pure`` (the unit is epsilon; Laplace noise) or ``zcdp`` (the unit is rho; Gaussian noise).
        epsilon: promised per budget period.
        delta: with ``zcdp`` the promise is (epsilon, delta); not used otherwise.

    Raises:
        SettingsError: values that make no sense.
    """

    name: str = PURE
    epsilon: float = 1.0
    delta: float = 1e-6

    def __post_init__(self) -> None:
        if self.name not in ACCOUNTINGS:
            message = f"accounting {self.name!r} is unknown; choose one of {', '.join(ACCOUNTINGS)}"
            raise SettingsError(message)
        if not (math.isfinite(self.epsilon) and self.epsilon > 0 and 0 < self.delta < 1):
            message = f"epsilon {self.epsilon} must be above 0 and delta {self.delta} between 0 and 1"
            raise SettingsError(message)

    @property
    def unit(self) -> str:
        """Name of the unit of loss."""
        return "epsilon" if self.name == PURE else "rho"

    @property
    def budget(self) -> float:
        """What may be spent per period, in the unit of loss."""
        return self.epsilon if self.name == PURE else rho_of(self.epsilon, self.delta)

    def loss_of(self, epsilon: float) -> float:
        """The loss that is the same share of the budget as this epsilon is of the promised one."""
        return self.budget * (epsilon / self.epsilon)

    def epsilon_of(self, loss: float) -> float:
        """The epsilon (at delta) that a loss amounts to."""
        return loss if self.name == PURE else epsilon_of(loss, self.delta)


def epsilon_of(rho: float, delta: float) -> float:
    """Epsilon such that rho-zCDP gives (epsilon, delta): rho + 2 sqrt(rho ln(1 / delta)).

    Source:
        Bun & Steinke (2016), Proposition 1.3, arXiv:1605.02065.
    """
    return rho + 2.0 * math.sqrt(rho * math.log(1.0 / delta)) if rho > 0 else 0.0


def rho_of(epsilon: float, delta: float) -> float:
    """Largest rho whose :func:`epsilon_of` is at most epsilon: (sqrt(L + epsilon) - sqrt(L))^2, L = ln(1 / delta)."""
    log = math.log(1.0 / delta)
    return (epsilon / (math.sqrt(log + epsilon) + math.sqrt(log))) ** 2


def ceil_nano(loss: float) -> int:
    """Billionths, rounded up: what is booked."""
    return int((Decimal(repr(float(loss))) * NANO).to_integral_value(ROUND_CEILING))


def charged_nano(loss: float) -> int:
    """Billionths to book for a release.

    Raises:
        PrivacyError: a release for nothing.
    """
    charged = ceil_nano(loss)
    if charged <= 0:
        message = f"the loss {loss} of a release must be above 0"
        raise PrivacyError(message)
    return charged


def floor_nano(loss: float) -> int:
    """Billionths, rounded down; a float's own rounding error is no billionth."""
    return int((Decimal(repr(float(loss))) * NANO + Decimal("1e-6")).to_integral_value(ROUND_FLOOR))


def floor_loss(loss: float) -> float:
    """The loss down to a whole number of billionths: shares of a budget then never exceed it."""
    return floor_nano(loss) / NANO
