import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.reviews import duplication_device as device_module
from assets.reviews import duplication_search as module
from assets.reviews.duplication_device import device_neighbours
from assets.reviews.duplication_search import Neighbours, exact_neighbours, nearest_earlier
from tests.unit.reviews.builders import unit_vectors


def same(left: Neighbours, right: Neighbours) -> bool:
    names = ("query", "vector", "cosine")
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in names)


def topical(seed: int, number: int, width: int = 32) -> np.ndarray:
    """Vectors around a few topics, one in four a light edit of an earlier one, as texts are."""
    rng = np.random.default_rng(seed)
    topics = unit_vectors(rng, 12, width)
    vectors = topics[rng.integers(12, size=number)] + rng.normal(0, 0.12, (number, width))
    for row in range(40, number, 4):
        vectors[row] = vectors[rng.integers(row)] + rng.normal(0, 0.03, width)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def by_hand(vectors: np.ndarray, query: int, count: int) -> list[int]:
    wide = vectors.astype(np.float64)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    cosines = np.round(wide[:query] @ wide[query], 6)
    return np.lexsort((np.arange(query), -cosines))[:count].tolist()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1_000), st.integers(1, 60), st.integers(1, 5))
def test_exact_search_agrees_with_a_plain_one(seed: int, number: int, count: int) -> None:
    vectors = topical(seed, number, 8)
    found = exact_neighbours(vectors, np.arange(number), count)
    for query in range(number):
        assert found.vector[found.query == query].tolist() == by_hand(vectors, query, count)


def test_cells_find_nearly_all_near_copies() -> None:
    vectors = topical(1, 3_000)
    every = np.arange(len(vectors))
    exact, cells = exact_neighbours(vectors, every, 1), nearest_earlier(vectors, every, 1, 400)
    best = dict(zip(exact.query.tolist(), exact.cosine.tolist(), strict=True))
    seen = dict(zip(cells.query.tolist(), cells.cosine.tolist(), strict=True))
    close = [query for query, cosine in best.items() if cosine >= 0.95]
    assert len(close) > 500
    assert np.mean([seen.get(query) == best[query] for query in close]) >= 0.99


def test_cells_look_at_a_part_of_the_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, compared = topical(2, 2_000), []
    plain = module._Search.compare

    def counting(self: module._Search, rows: np.ndarray, members: np.ndarray) -> None:
        compared.append(len(rows) * len(members))
        plain(self, rows, members)

    monkeypatch.setattr(module._Search, "compare", counting)
    nearest_earlier(vectors, np.arange(1_000, 2_000), 1, 200)
    assert sum(compared) < 0.5 * 1_000 * 2_000


@pytest.mark.parametrize("first_exact", [50, 1_000])
def test_blocks_and_batches_do_not_change_results(first_exact: int, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, queries = topical(3, 400), np.arange(400)
    whole = nearest_earlier(vectors, queries, 3, first_exact)
    monkeypatch.setattr(module, "_QUERY_ROWS", 7)
    monkeypatch.setattr(module, "_CORPUS_ROWS", 11)
    assert same(nearest_earlier(vectors, queries, 3, first_exact), whole)
    ends = (100, 200, 300, 400)
    parts = [nearest_earlier(vectors[:end], queries[end - 100 : end], 3, first_exact) for end in ends]
    assert same(module.joined(parts), whole)


def test_blocks_of_cosines_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    plain = module._Search._take

    def watching(self: module._Search, rows: np.ndarray, part: np.ndarray, cosines: np.ndarray) -> None:
        sizes.append(cosines.size)
        plain(self, rows, part, cosines)

    monkeypatch.setattr(module._Search, "_take", watching)
    monkeypatch.setattr(module, "_QUERY_ROWS", 16)
    monkeypatch.setattr(module, "_CORPUS_ROWS", 32)
    nearest_earlier(topical(4, 500), np.arange(500), 2, 100)
    assert max(sizes) == 16 * 32


def test_first_vector_and_no_queries_find_nothing() -> None:
    vectors = topical(5, 10)
    assert len(nearest_earlier(vectors, np.array([0]), 3, 5).query) == 0
    assert len(nearest_earlier(vectors, np.array([], dtype=np.int64), 3, 5).query) == 0
    assert len(device_neighbours(vectors, np.array([], dtype=np.int64), 3, "cpu").query) == 0


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1_000), st.integers(1, 120), st.integers(1, 4))
def test_device_search_equals_the_exact_one(seed: int, number: int, count: int) -> None:
    vectors, queries = topical(seed, number, 8), np.arange(number)
    assert same(device_neighbours(vectors, queries, count, "cpu"), exact_neighbours(vectors, queries, count))


def test_device_search_falls_back_where_candidates_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    vectors = unit_vectors(rng, 1, 16) + rng.normal(0, 1e-4, (200, 16))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    asked = []

    def watched(vectors: np.ndarray, queries: np.ndarray, count: int) -> Neighbours:
        asked.extend(queries.tolist())
        return exact_neighbours(vectors, queries, count)

    monkeypatch.setattr(device_module, "exact_neighbours", watched)
    monkeypatch.setattr(device_module, "_CPU_CORPUS_ROWS", 64)
    found = device_neighbours(vectors, np.arange(200), 2, "cpu")
    assert asked
    assert same(found, exact_neighbours(vectors, np.arange(200), 2))
