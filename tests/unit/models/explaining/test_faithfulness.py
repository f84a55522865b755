import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.models.examples.prediction import Prediction
from assets.models.explaining.faithfulness import REMOVED, deletion_test, without_words, word_deletion, words_between
from assets.models.explaining.shapley import PLAYERS, shapley_values
from tests.unit.models.build import synthetic


class Steep:
    """Each feature counts half of the one before: what matters is known."""

    parameters = 0
    slopes = 100.0 / 2.0 ** np.arange(len(PLAYERS) - 1)

    def predict(self, data):
        return Prediction(value=1e6 + data.behaviour @ self.slopes)


def parts(number=40):
    data = synthetic(1, 120, text_effect=0.0)
    return data.take(np.arange(number)), data.take(np.arange(60, 66)), data.take(np.arange(80, 88))


def test_removing_what_matters_moves_more_than_removing_at_random():
    rows, background, others = parts()
    values = shapley_values(Steep(), rows, background, np.random.default_rng(1)).values
    found = deletion_test(Steep(), rows, values, others, np.random.default_rng(2), draws=3, is_text_read=False)
    assert found.removed == REMOVED
    assert found.important.shape == found.random.shape == (40, len(REMOVED))
    assert (found.important.mean(axis=0) > 1.5 * found.random.mean(axis=0)).all()


def test_a_wrong_explanation_is_seen():
    rows, background, others = parts()
    values = shapley_values(Steep(), rows, background, np.random.default_rng(1)).values
    upside_down = 1.0 / (1e-9 + np.abs(values))
    found = deletion_test(Steep(), rows, upside_down, others, np.random.default_rng(2), draws=3, is_text_read=True)
    assert found.important[:, 0].mean() < found.random[:, 0].mean()


def test_nothing_to_explain_gives_no_rows():
    rows, _, others = parts(0)
    found = deletion_test(Steep(), rows, np.zeros((0, len(PLAYERS))), others, np.random.default_rng(1), draws=2,
                          is_text_read=True)  # fmt: skip
    assert found.important.shape == (0, len(REMOVED))


def predict(texts):
    return np.array([100.0 + 50.0 * ("friendly" in text) - 80.0 * ("dirty" in text) for text in texts])


def test_words_called_important_move_more_than_random_ones():
    text = "The staff was friendly but the bathroom was dirty and the bar closed"
    found = word_deletion(predict, text, ["dirty", "friendly", "the"], np.random.default_rng(1), draws=20)
    assert found is not None
    assert found.removed == (1, 2, 3)
    assert found.important[0].tolist() == [80.0, 30.0, 30.0]
    assert found.random[0, 0] < 40.0


@pytest.mark.parametrize("text", ["", "x", "🙂", "a a a", "[name]"])
def test_a_text_too_short_to_shorten_is_passed_over(text):
    assert word_deletion(predict, text, words_between(text), np.random.default_rng(1), draws=2) is None


@given(st.text(alphabet="ab' .,", max_size=30))
@settings(max_examples=60, deadline=None)
def test_only_whole_words_go_and_all_of_their_occurrences(text):
    words = words_between(text)
    gone = set(words[:2])
    assert [word for word in words_between(without_words(text, sorted(gone))) if word in gone] == []
    assert without_words(text, []) == text
