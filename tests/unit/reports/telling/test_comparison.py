"""The best model is set beside the past by the difference on the same customers."""

import pytest

from assets.reports.telling.accuracy import Accuracy
from assets.reports.telling.comparison import comparison_sentence


def of(**difference):
    """Accuracy of two models; the second's difference from the past as given."""
    figures = {
        "same_as_past": {"r2": {"value": 0.5, "low": 0.3, "high": 0.7}},
        "lightgbm": {"r2": {"value": 0.6, "low": 0.4, "high": 0.8}, **difference},
    }
    return Accuracy("prospective_cv", figures, "lightgbm")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(-90.0, -10.0, "better beyond chance"), (-90.0, 10.0, "not proven"), (5.0, 10.0, "worse beyond chance")],
)
def test_the_difference_says_it_whether_intervals_overlap_or_not(low, high, said):
    text = comparison_sentence(of(rmse_minus_past={"value": (low + high) / 2, "low": low, "high": high}))
    assert text.endswith(f": {said}.")
    assert "overlap" not in text


def test_without_a_difference_nothing_is_claimed():
    assert comparison_sentence(of()).endswith("“same as the past” reaches 0.500 (0.300\xa0to\xa00.700).")
    assert comparison_sentence(Accuracy("prospective_cv", {})) == "No model was evaluated."
