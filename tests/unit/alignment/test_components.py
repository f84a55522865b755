import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assets.alignment.components import components, second_side_components


def test_no_pair_has_no_component() -> None:
    assert components(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)).shape == (0,)


def test_pairs_join_through_stays_and_through_reviews() -> None:
    stay, review = np.array([5, 5, 1, 9, 2]), np.array([0, 3, 3, 8, 0])
    assert components(stay, review).tolist() == [0, 0, 0, 1, 0]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=20))
def test_a_component_is_what_spreads_from_its_first_pair(pairs: list[tuple[int, int]]) -> None:
    stay, review = (np.array(side) for side in zip(*pairs, strict=True))
    component = components(stay, review)
    assert list(dict.fromkeys(component.tolist())) == list(range(component.max() + 1))
    for number in range(component.max() + 1):
        reached = np.zeros(len(pairs), dtype=bool)
        reached[np.flatnonzero(component == number)[0]] = True
        for _ in pairs:
            reached |= np.isin(stay, stay[reached]) | np.isin(review, review[reached])
        assert (reached == (component == number)).all()


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=20), st.integers(1, 6))
def test_components_of_the_second_side_are_those_of_its_pairs(pairs: list[tuple[int, int]], at_once: int) -> None:
    first, second = (np.array(side, dtype=np.int32) for side in zip(*pairs, strict=True))
    of_review, of_pair = second_side_components(first, second, 9, 9, at_once), components(first, second)
    assert of_review.shape == (9,)
    same = of_review[second][:, None] == of_review[second][None, :]
    assert (same == (of_pair[:, None] == of_pair[None, :])).all()
