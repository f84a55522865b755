import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.reports.telling import wording
from assets.reports.telling.wording import NO_BREAK, Estimate


@given(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)))
def test_every_number_can_be_printed(value: float | None) -> None:
    for say in (wording.count, wording.decimal, wording.percent, wording.amount, wording.p_value):
        text = say(value)
        assert text
        assert "nan" not in text
        assert "inf" not in text
    assert wording.money(value, "EUR")


@pytest.mark.parametrize(("value", "text"), [(-0.0001, "0.00"), (1234.5, "1,234.50"), (-2.5, "−2.50")])
def test_decimals(value: float, text: str) -> None:
    assert wording.decimal(value) == text


def test_an_estimate_shows_its_interval() -> None:
    assert wording.estimate(Estimate(0.5, 0.4, 0.6)) == f"0.50 (0.40{NO_BREAK}to{NO_BREAK}0.60)"
    assert wording.estimate(Estimate(0.5)) == "0.50"
    assert wording.estimate(None) == wording.MISSING
    assert Estimate(0.5, 0.4, 0.6).as_json() == {"value": 0.5, "low": 0.4, "high": 0.6}
    assert Estimate(0.5, math.nan, 0.6).as_json() == 0.5
    assert Estimate(math.nan).as_json() is None


def test_words() -> None:
    assert wording.joined([]) == ""
    assert wording.joined(["a"]) == "a"
    assert wording.joined(["a", "b", "c"]) == "a, b and c"
    assert wording.p_value(0.0001) == "< 0.001"
    assert wording.month_label("2016-03") == "Mar 2016"
    assert wording.model_name("behaviour_mlp") == "behaviour network"
    assert wording.model_name("new_model") == "new model"
    assert wording.capital("iPod") == "IPod"
