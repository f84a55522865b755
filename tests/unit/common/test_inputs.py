"""Windows of look-back, days, named random streams."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.common.declaration import Cadence, declaration_of
from assets.common.inputs import Reads, days_between
from assets.common.seeding import generator_of, seed_of
from assets.common.step import reads_in_words
from resources.errors import ContractError
from resources.settings import Settings

SETTINGS = Settings(home=Path("home"))
START, DAY = date(2024, 1, 1), date(2024, 1, 10)


@given(look_back=st.integers(0, 40), own=st.booleans())
def test_a_window_never_sees_the_future_nor_before_history(look_back: int, own: bool) -> None:
    first, last = Reads("table", look_back, include_today=not own).window(DAY, START, SETTINGS)
    days = days_between(first, last)
    assert all(START <= day <= DAY for day in days)
    assert (DAY in days) == (not own)


def test_whole_history_window() -> None:
    assert Reads("table", None).window(DAY, START, SETTINGS) == (START, DAY)


def test_days_between() -> None:
    assert days_between(DAY, START) == []
    assert days_between(DAY, DAY) == [DAY]


def test_streams_are_named_and_repeatable() -> None:
    assert seed_of(1, "a") == seed_of(1, "a")
    assert len({seed_of(1, "a"), seed_of(2, "a"), seed_of(1, "b"), seed_of(1, "a", "b")}) == 4
    assert np.array_equal(generator_of(1, "a").random(3), generator_of(1, "a").random(3))


def test_look_back_in_words() -> None:
    reads = [Reads("a"), Reads("b", 90), Reads("c", None), Reads("d", is_whole=True), Reads("e", None, is_sparse=True)]
    assert (
        reads_in_words(reads)
        == "a (the day), b (90 days), c (whole history), d (as it stands), e (every day that was made)"
    )
    assert reads_in_words([]) == "the source's delivery of the day"


def test_an_asset_needs_a_description() -> None:
    def silent() -> None:
        pass

    with pytest.raises(ContractError, match="no docstring"):
        declaration_of("silent", "toy", silent, kinds={"polars"}, owners=["team:a"], cadence=Cadence.DAILY)


def test_what_does_not_apply_is_not_read() -> None:
    for look_back in (0, 5, None):
        first, last = Reads("table", look_back, applies=lambda settings: settings.core.seed == 7).window(
            DAY, START, SETTINGS
        )
        assert days_between(first, last) == []
