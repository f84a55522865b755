from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from resources.embedding_cache import CacheKey, EmbeddingCache, content_hash
from resources.errors import ContractError

KEY = CacheKey(encoder="static", version="abc", precision="float32", device_class="numpy", dimensions=4)
HASHES = [content_hash(str(number)) for number in range(1200)]
VECTORS = np.random.default_rng(0).normal(size=(1200, 4)).astype(np.float32)


def test_round_trip_and_what_is_absent(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path)
    assert cache.get(KEY, HASHES) == {}
    assert cache.count(KEY) == 0
    cache.put(KEY, HASHES, VECTORS)
    found = EmbeddingCache(tmp_path).get(KEY, [*HASHES, content_hash("absent")])
    assert sorted(found) == sorted(HASHES)
    assert all((found[digest] == vector).all() for digest, vector in zip(HASHES, VECTORS, strict=True))
    assert cache.count(KEY) == 1200


def test_first_vector_stays(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path)
    cache.put(KEY, HASHES[:1], VECTORS[:1])
    cache.put(KEY, HASHES[:1], VECTORS[1:2])
    assert (cache.get(KEY, HASHES[:1])[HASHES[0]] == VECTORS[0]).all()


@pytest.mark.parametrize(
    "change", [{"version": "b"}, {"precision": "float16"}, {"device_class": "cuda"}, {"encoder": "m"}]
)
def test_every_part_of_the_key_separates(tmp_path: Path, change: dict) -> None:
    cache = EmbeddingCache(tmp_path)
    cache.put(KEY, HASHES[:2], VECTORS[:2])
    other = CacheKey(**{**KEY.__dict__, **change})
    assert cache.get(other, HASHES[:2]) == {}
    assert other.file_name != KEY.file_name


def test_shape_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="one row per content hash"):
        EmbeddingCache(tmp_path).put(KEY, HASHES[:2], VECTORS[:1])


def test_nothing_asked_nothing_stored(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path)
    cache.put(KEY, [], np.zeros((0, 4), dtype=np.float32))
    assert cache.get(KEY, []) == {}


def test_parallel_writers_lose_nothing(tmp_path: Path) -> None:
    parts = [range(start, start + 300) for start in range(0, 1200, 300)]

    def write(part: range) -> None:
        EmbeddingCache(tmp_path).put(KEY, [HASHES[row] for row in part], VECTORS[list(part)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, parts))
    assert EmbeddingCache(tmp_path).count(KEY) == 1200
