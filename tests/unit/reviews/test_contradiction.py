import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.reviews.contradiction import contradiction
from assets.reviews.polarity import score_polarity
from tests.unit.reviews.builders import clean_rows

GOOD, BAD = "wonderful spotless perfect room", "filthy horrible disgusting room"


def test_contradicting_score_stands_out() -> None:
    rows = clean_rows(
        {"score": 10.0, "positive_text": None, "negative_text": BAD},
        {"score": 10.0, "positive_text": GOOD},
        {"score": 2.5, "positive_text": GOOD},
    )
    values = contradiction(rows, None, 7.5)["contradiction_raw"].to_list()
    assert values[0] > 1.2 > 0.5 > values[1]
    assert values[2] > 1.2


def test_title_counts_beside_the_score() -> None:
    rows = clean_rows(
        {"title": "Horrible filthy place", "score": 3.0, "positive_text": GOOD},
        {"title": "Wonderful place", "score": 9.6, "positive_text": GOOD},
        {"title": "Zebra", "score": 9.6, "positive_text": GOOD},
        {"title": None, "score": 9.6, "positive_text": GOOD},
    )
    frame = contradiction(rows, None, 7.5)
    assert frame["contradiction_raw"][0] > 1.2 > 0.5 > frame["contradiction_raw"][1]
    assert frame["polarity_title_or_score"][2] == frame["polarity_title_or_score"][3]  # a title that tells nothing


def test_title_is_no_part_of_the_text() -> None:
    rows = clean_rows({"title": BAD, "positive_text": GOOD}, {"title": None, "positive_text": GOOD})
    texts = contradiction(rows, None, 7.5)["polarity_text"].to_list()
    assert texts[0] == texts[1]


def test_empty() -> None:
    assert contradiction(clean_rows(), None, 7.5).height == 0


@given(st.floats(0, 10), st.floats(0.5, 9.5))
def test_score_polarity_is_bounded_and_rising(score: float, neutral: float) -> None:
    low, high = score_polarity(np.array([score, min(score + 0.5, 10.0)]), neutral)
    assert -1 <= low <= high <= 1
    assert score_polarity(np.array([neutral]), neutral)[0] == pytest.approx(0)
