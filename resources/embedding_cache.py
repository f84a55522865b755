"""The embedding cache: the same text is embedded once per encoder version, precision and device class.

One SQLite file per (encoder version, precision, device class) under ``<home>/cache/embeddings``; inside,
the key is the SHA-256 of the text. SQLite's write-ahead log lets parallel runs read while one writes.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from resources.errors import ContractError

_WAIT_SECONDS = 120  # for the other runs' short write transactions
_ROWS_PER_TRANSACTION = 20_000  # short enough for parallel runs to take turns
_KEYS_PER_QUERY = 500  # below SQLite's limit of bound variables in every build


def content_hash(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes as 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, kw_only=True)
class CacheKey:
    """What an embedding depends on beside the text."""

    encoder: str
    version: str
    precision: str
    device_class: str
    dimensions: int

    @property
    def file_name(self) -> str:
        """Name of the SQLite file."""
        parts = (self.encoder, self.version, self.precision, self.device_class, str(self.dimensions))
        return "__".join(re.sub(r"[^A-Za-z0-9.-]+", "-", part) for part in parts) + ".sqlite"


class EmbeddingCache:
    """Embeddings by content hash, kept on disk between runs."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "cache" / "embeddings"

    def get(self, key: CacheKey, hashes: Sequence[str]) -> dict[str, np.ndarray]:
        """Stored vectors of those content hashes (float32, ``key.dimensions``); absent ones are left out."""
        if not (self._folder / key.file_name).exists():
            return {}
        wanted = sorted(set(hashes))
        vectors: dict[str, np.ndarray] = {}
        with self._open(key) as connection:
            for start in range(0, len(wanted), _KEYS_PER_QUERY):
                part = [bytes.fromhex(text) for text in wanted[start : start + _KEYS_PER_QUERY]]
                marks = ",".join("?" * len(part))
                query = f"SELECT hash, vector FROM embeddings WHERE hash IN ({marks})"
                for digest, blob in connection.execute(query, part):
                    vectors[digest.hex()] = np.frombuffer(blob, dtype="<f4")
        return vectors

    def put(self, key: CacheKey, hashes: Sequence[str], vectors: np.ndarray) -> None:
        """Keep vectors; a hash that another run stored meanwhile keeps its first vector.

        Args:
            key: encoder, version, precision, device class.
            hashes: (n,) content hashes.
            vectors: (n, key.dimensions) float32.

        Raises:
            ContractError: the shape does not fit.
        """
        if vectors.shape != (len(hashes), key.dimensions):
            message = f"vectors must be {(len(hashes), key.dimensions)}, got {vectors.shape}; one row per content hash"
            raise ContractError(message)
        rows = np.ascontiguousarray(vectors, dtype="<f4")
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._open(key) as connection:
            for start in range(0, len(hashes), _ROWS_PER_TRANSACTION):
                stop = min(start + _ROWS_PER_TRANSACTION, len(hashes))
                pairs = [(bytes.fromhex(hashes[row]), rows[row].tobytes()) for row in range(start, stop)]
                with connection:
                    connection.executemany("INSERT OR IGNORE INTO embeddings VALUES (?, ?)", pairs)

    def count(self, key: CacheKey) -> int:
        """How many embeddings are kept under this key."""
        if not (self._folder / key.file_name).exists():
            return 0
        with self._open(key) as connection:
            return int(connection.execute("SELECT count(*) FROM embeddings").fetchone()[0])

    @contextmanager
    def _open(self, key: CacheKey) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._folder / key.file_name, timeout=_WAIT_SECONDS)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS embeddings (hash BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
            )
            yield connection
