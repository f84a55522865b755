import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resources.sources.demo.streams import Streams, from_quantiles, mix, pick_from

ENTITIES = np.arange(50_000)


def test_draws_are_uniform_and_inside_the_open_interval():
    draws = Streams(1, "table").uniform("attribute", ENTITIES)
    assert draws.min() > 0
    assert draws.max() < 1
    assert abs(draws.mean() - 0.5) < 0.01
    assert abs(draws.std() - 12**-0.5) < 0.01


def test_streams_of_different_keys_are_unrelated():
    first = Streams(1, "table").uniform("a", ENTITIES)
    for other in (
        Streams(1, "table").uniform("b", ENTITIES),
        Streams(2, "table").uniform("a", ENTITIES),
        Streams(1, "other").uniform("a", ENTITIES),
        Streams(1, "table").uniform("a", ENTITIES, 1),
        Streams(1, "table").uniform("a", ENTITIES + 1),
    ):
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.02


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=20), st.integers(0, 2**20))
def test_a_draw_depends_on_its_own_entity_only(entities, step):
    together = Streams(3, "t").uniform("a", np.array(entities), step)
    alone = [Streams(3, "t").uniform("a", np.array([entity]), step)[0] for entity in entities]
    assert together.tolist() == alone


def test_normal_draws_have_mean_zero_and_sd_one():
    draws = Streams(1, "table").normal("attribute", ENTITIES)
    assert abs(draws.mean()) < 0.02
    assert abs(draws.std() - 1) < 0.02


def test_mixing_is_one_to_one():
    assert len(np.unique(mix(ENTITIES.astype(np.uint64)))) == len(ENTITIES)


def test_pick_follows_the_weights():
    shares = np.bincount(Streams(1, "t").pick("a", ENTITIES, [1, 0, 3])) / len(ENTITIES)
    assert np.abs(shares - [0.25, 0, 0.75]).max() < 0.01


def test_pick_from_never_leaves_the_options():
    assert pick_from(np.array([0.0, 1.0 - 2**-53]), [0.2, 0.3]).tolist() == [0, 1]


def test_quantiles_are_met():
    assert from_quantiles(np.array([0.0, 0.5, 1.0]), [0, 10, 100]).tolist() == [0, 10, 100]


def test_no_entities_no_draws():
    assert len(Streams(1, "t").uniform("a", np.array([], dtype=np.int64))) == 0
