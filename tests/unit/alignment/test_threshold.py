"""The threshold by expected F1: half of the best F1, one-to-one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.alignment.threshold import best_threshold


def numbers(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.int64)


def test_certain_pairs_are_taken_at_half() -> None:
    assert best_threshold(numbers(3), numbers(3), np.ones(3)) == 0.5


def test_nothing_to_take() -> None:
    empty = np.zeros(0, dtype=np.int64)
    assert best_threshold(empty, empty, np.zeros(0)) == 0.5


def test_lookalikes_lower_the_threshold() -> None:
    stay, review = numbers(100), np.repeat(numbers(20), 5)
    # Each review could be one of five stays: taking one stay per review is right one time in five.
    assert best_threshold(stay, review, np.full(100, 0.2)) == pytest.approx(0.1)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_no_cut_has_a_better_expected_f1(values: list[float]) -> None:
    probability = np.array(values)
    places = numbers(len(values))
    threshold = best_threshold(places, places, probability)

    def f1(cut: float) -> float:
        taken = probability[probability >= cut]
        return 2 * taken.sum() / max(len(taken) + probability.sum(), 1e-12)

    if probability.sum() > 0:
        assert f1(threshold - 1e-5) >= max(f1(cut) for cut in values) - 1e-2
