"""Numbers as people read them: thousands separated, uncertainty beside the value."""

import math

from assets.common.findings import Estimate, is_known

MISSING = "–"
NO_BREAK = "\u00a0"


def decimal(value: float | None, digits: int = 2) -> str:
    """Fixed number of digits; a rounded zero loses its sign.

    Example:
        >>> decimal(-1234.5, 1), decimal(-0.001), decimal(None)
        ('−1,234.5', '0.00', '–')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")


def estimate(item: Estimate | None, digits: int = 2) -> str:
    """``0.63 (0.58 to 0.68)``; without bounds the value alone.

    Example:
        >>> estimate(Estimate(0.634, 0.58, 0.68)).replace(NO_BREAK, " "), estimate(Estimate(0.634)), estimate(None)
        ('0.63 (0.58 to 0.68)', '0.63', '–')
    """
    if item is None or not is_known(item.value):
        return MISSING
    if not item.has_interval:
        return decimal(item.value, digits)
    bounds = f"({decimal(item.low, digits)} to {decimal(item.high, digits)})".replace(" ", NO_BREAK)
    return f"{decimal(item.value, digits)} {bounds}"


def plain(name: str) -> str:
    """A stored name as words: ``gated_fusion`` becomes ``gated fusion``."""
    return name.replace("_", " ").strip()
