"""Numbers as people read them: thousands separated, units named, uncertainty beside the value."""

import math

from assets.common.findings import Estimate, is_known
from assets.common.wording import MISSING, NO_BREAK, decimal, estimate, plain
from assets.models.estimators.spec import model_name

__all__ = [
    "MISSING", "NOT_PRINTED", "NO_BREAK", "Estimate", "amount", "capital", "count", "decimal", "estimate", "is_known",
    "joined", "metric_digits", "model_name", "money", "month_label", "p_value", "percent", "plain",
]  # fmt: skip
NOT_PRINTED = "not printed"


def count(value: float | None) -> str:
    """Whole number with thousands separated."""
    return f"{value:,.0f}" if value is not None and math.isfinite(value) else MISSING


def percent(share: float | None, digits: int = 1) -> str:
    """A share in [0, 1] as a percentage."""
    return f"{decimal(share * 100, digits)}{NO_BREAK}%" if share is not None and math.isfinite(share) else MISSING


def money(value: float | None, currency: str) -> str:
    """Whole currency units, the code first."""
    return f"{currency}{NO_BREAK}{count(value)}" if value is not None and math.isfinite(value) else MISSING


def p_value(value: float | None) -> str:
    """A p-value, floored where more digits would mean nothing."""
    if value is None or not math.isfinite(value):
        return MISSING
    return "< 0.001" if value < 0.001 else decimal(value, 3)


def metric_digits(metric: str) -> int:
    """Digits worth printing: errors in currency need one, coefficients three."""
    return 1 if metric in ("mae", "rmse", "mape") else 3


def joined(parts: list[str]) -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def amount(value: float | None) -> str:
    """A number with digits by its size: thousands without, small ones with two."""
    if value is None or not math.isfinite(value):
        return MISSING
    return decimal(value, 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2)


def capital(text: str) -> str:
    """The text with its first letter in upper case, the rest untouched."""
    return text[:1].upper() + text[1:]


def month_label(month: str) -> str:
    """``2016-03`` as ``Mar 2016``."""
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    year, _, number = month.partition("-")
    return f"{names[int(number) - 1]} {year}"
