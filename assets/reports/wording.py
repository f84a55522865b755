"""Numbers as people read them: thousands separated, units named, uncertainty beside the value."""

import math

from assets.common.findings import Estimate, is_known
from assets.models.estimators.registry import all_models
from assets.models.estimators.spec import model_spec

MISSING = "–"
NOT_PRINTED = "not printed"
NO_BREAK = "\u00a0"


def count(value: float | None) -> str:
    """Whole number with thousands separated."""
    return f"{value:,.0f}" if value is not None and math.isfinite(value) else MISSING


def decimal(value: float | None, digits: int = 2) -> str:
    """Fixed number of digits; a rounded zero loses its sign."""
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")


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


def estimate(item: Estimate | None, digits: int = 2) -> str:
    """``0.63 (0.58 to 0.68)``; without bounds the value alone."""
    if item is None or not is_known(item.value):
        return MISSING
    if not item.has_interval:
        return decimal(item.value, digits)
    bounds = f"({decimal(item.low, digits)} to {decimal(item.high, digits)})".replace(" ", NO_BREAK)
    return f"{decimal(item.value, digits)} {bounds}"


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


def model_name(name: str) -> str:
    """A model as people call it."""
    return model_spec(name).title if name in all_models() else plain(name)


def plain(name: str) -> str:
    """A stored name as words: ``gated_fusion`` becomes ``gated fusion``."""
    return name.replace("_", " ").strip()


def capital(text: str) -> str:
    """The text with its first letter in upper case, the rest untouched."""
    return text[:1].upper() + text[1:]


def month_label(month: str) -> str:
    """``2016-03`` as ``Mar 2016``."""
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    year, _, number = month.partition("-")
    return f"{names[int(number) - 1]} {year}"
