import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.reviews import similarity as module
from assets.reviews.similarity import FEWEST_PHRASES, likeness, pair_cosines, phrase_hashes, shared_phrases
from tests.unit.reviews.builders import unit_vectors

TEXT = (
    "The porter carried our bags to the fourth floor within five minutes. Breakfast had fresh figs and warm bread. "
    "A quiet room with a view over the old harbour. We will come back in May."
)


def share(*texts: str) -> float:
    """Of the first text to the second."""
    lists = [phrase_hashes(text) for text in texts]
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in lists])])
    return float(shared_phrases(np.array(sum(lists, []), dtype=np.uint32), offsets, [0], [1])[0])


def test_phrases_do_not_see_case_stops_or_repeats() -> None:
    assert phrase_hashes("Great hotel, great hotel!") == phrase_hashes("great hotel GREAT hotel")
    assert phrase_hashes("Great") == [] == phrase_hashes("")
    assert phrase_hashes(TEXT) == sorted(set(phrase_hashes(TEXT)))


@pytest.mark.parametrize(
    ("edited", "least"),
    [
        (TEXT, 1.0),
        (" ".join(reversed([part + "." for part in TEXT.rstrip(".").split(". ")])), 0.9),  # shuffled
        (TEXT + " See you next year, and thanks to everybody at the desk.", 1.0),  # added
        (TEXT.replace("five", "nine").replace("May", "July").replace("fourth", "third"), 0.75),  # numbers and names
        (TEXT.replace("quiet", "calm").replace("porter", "waiter").replace("harbour", "habrour"), 0.75),
    ],
)
def test_light_edits_keep_most_phrases(edited: str, least: float) -> None:
    assert share(TEXT, edited) >= least
    assert share(edited, TEXT) == share(TEXT, edited)


def test_other_words_on_the_same_things_share_few() -> None:
    other = "Our luggage was taken upstairs quickly by the porter. Figs and bread at breakfast were fresh."
    assert share(TEXT, other) < 0.2


def test_a_short_text_shows_no_more_than_its_part() -> None:
    stock = "The staff were very friendly and helpful."
    assert share(stock, stock.lower()) == pytest.approx(6 / FEWEST_PHRASES)
    assert share("", TEXT) == 0.0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), max_size=40, unique=True), min_size=2, max_size=8), st.integers(1, 5))
def test_shared_phrases_are_those_of_the_sets(lists: list[list[int]], block: int) -> None:
    ordered = [sorted(one) for one in lists]
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in ordered])])
    left, right = np.divmod(np.arange(len(lists) ** 2), len(lists))
    different = left != right
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_PHRASE_PAIRS", block)
        hashes = np.array(sum(ordered, []), dtype=np.uint32)
        found = shared_phrases(hashes, offsets, left[different], right[different])
    expected = [
        len(set(ordered[one]) & set(ordered[other])) / max(min(len(ordered[one]), len(ordered[other])), FEWEST_PHRASES)
        for one, other in zip(left[different], right[different], strict=True)
    ]
    assert found.tolist() == pytest.approx(expected, abs=1e-6)


@given(st.floats(-1, 1), st.floats(0, 1))
def test_likeness_is_one_for_the_same_text_only(cosine: float, shared: float) -> None:
    value = float(likeness(np.array([cosine]), np.array([shared]))[0])
    assert -0.1 <= value <= 1
    assert (value == 1) == (0.5 * (1 - cosine) + 0.1 * (1 - shared) <= 5e-7)


@given(st.integers(1, 20), st.integers(0, 1000))
def test_pair_cosines_do_not_depend_on_neighbours(number: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    left, right = unit_vectors(rng, number, 256), unit_vectors(rng, number, 256)
    together = pair_cosines(left, right)
    assert [pair_cosines(left[row : row + 1], right[row : row + 1])[0] for row in range(number)] == together.tolist()
