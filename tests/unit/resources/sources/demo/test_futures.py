"""What is to be expected, against what came."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from resources.errors import ContractError
from resources.sources.demo.futures import LABELS, expected_revenue
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.truth import DemoTruth

DAY, DAYS = 150, 90
WORLD = DemoSettings(guests=4_000, seed=5)


@pytest.fixture(scope="module")
def expected() -> pl.DataFrame:
    return expected_revenue(WORLD, DAY, DAYS, draws=4)


def test_the_expected_total_is_near_what_came(expected: pl.DataFrame) -> None:
    came = DemoTruth(WORLD).future_values(WORLD.start + timedelta(days=DAY), DAYS)["revenue"].sum()
    assert expected["revenue"].sum() == pytest.approx(came, rel=0.1)


def test_labels_are_text_and_named_once(expected: pl.DataFrame) -> None:
    assert expected.columns == [*LABELS, "revenue"]
    assert set(expected.select(LABELS).dtypes) == {pl.String()}
    assert not expected.select(LABELS).is_duplicated().any()
    assert expected["revenue"].min() >= 0.0  # type: ignore[operator]


def test_the_same_question_gets_the_same_answer_whatever_history_is_asked_for(expected: pl.DataFrame) -> None:
    longer = DemoSettings(guests=4_000, seed=5, days=900)
    assert expected_revenue(longer, DAY, DAYS, draws=4).equals(expected)


def test_more_futures_lie_nearer_to_each_other(expected: pl.DataFrame) -> None:
    def off(draws: int) -> float:
        """Squared distance between the expectation of so many futures and that of sixteen."""
        joined = expected_revenue(WORLD, DAY, DAYS, draws).join(many, on=list(LABELS), how="full", coalesce=True)
        return float(((joined["revenue"].fill_null(0) - joined["revenue_right"].fill_null(0)) ** 2).sum())

    many = expected_revenue(WORLD, DAY, DAYS, 8)
    assert off(4) < off(1)
    assert np.isfinite(off(1))


def test_a_window_of_no_days_is_refused() -> None:
    with pytest.raises(ContractError, match="days and draws"):
        DemoTruth(WORLD).expected_values(WORLD.start, 0, 4)
