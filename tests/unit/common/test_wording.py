"""Numbers as people read them."""

import pytest

from assets.common.findings import Estimate
from assets.common.wording import MISSING, NO_BREAK, decimal, estimate


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1234.5, 1, "1,234.5"), (-0.5, 1, "−0.5"), (-0.001, 2, "0.00"), (None, 2, MISSING), (float("nan"), 2, MISSING)],
)
def test_decimals(value, digits, text) -> None:
    assert decimal(value, digits) == text


def test_bounds_stand_beside_their_value() -> None:
    assert estimate(Estimate(0.5, 0.4, 0.6), 1).replace(NO_BREAK, " ") == "0.5 (0.4 to 0.6)"
    assert estimate(Estimate(0.5), 1) == "0.5"
    assert estimate(None) == estimate(Estimate(float("nan"))) == MISSING
