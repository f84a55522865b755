"""Parquet and text files of the lake, encrypted in the restricted zone where the settings say so.

A file that was written before encryption was switched on stays readable until it is written again.
"""

import hashlib
import io
import os
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from resources.encryption import FileCipher, is_sealed
from resources.errors import ContractError, PrivacyError
from resources.settings import RESTRICTED_KEY_VARIABLE

DIGEST_KEY = "stayworth.digest"  # of files that hold timings: what two equal runs have in common
_AGAIN = "move it out of the lake and run its day again (stayworth backfill)"


class StoredFiles:
    """Reads and writes files; sealed where it has a cipher.

    Args:
        cipher: of the restricted zone, None where it is not encrypted.
    """

    def __init__(self, cipher: FileCipher | None = None) -> None:
        self._cipher = cipher

    def content(self, path: Path) -> bytes:
        """The bytes of a file, opened where it is sealed.

        Raises:
            PrivacyError: the file is sealed and there is no key, or another one.
        """
        raw = path.read_bytes()
        if not is_sealed(path):
            return raw
        if self._cipher is None:
            message = (
                f"{path} is encrypted; set core.encrypt_restricted = true and the key in {RESTRICTED_KEY_VARIABLE} "
                "to read it"
            )
            raise PrivacyError(message)
        return self._cipher.open(raw, path)

    def put(self, path: Path, content: bytes, *, seal: bool) -> None:
        """Write a file that nobody reads yet; sealed when asked and there is a cipher."""
        path.write_bytes(self._cipher.seal(content, path) if seal and self._cipher else content)

    def replace(self, path: Path, content: bytes, *, seal: bool) -> None:
        """Replace a file in one rename, readable by its owner only when it may be sealed."""
        part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        self.put(part, content, seal=seal)
        if seal:
            part.chmod(0o600)
        os.replace(part, path)  # noqa: PTH105

    def write(self, path: Path, frame: pl.DataFrame, *, metadata: Mapping[str, str] | None, seal: bool) -> None:
        """Write a frame as Parquet (zstd); equal frames give equal bytes."""
        if not (seal and self._cipher):
            _write_parquet(frame, path, metadata)
            return
        buffer = io.BytesIO()
        _write_parquet(frame, buffer, metadata)
        self.put(path, buffer.getvalue(), seal=True)

    def read(self, paths: Sequence[Path], columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Rows of the files, in their order."""
        wanted = None if columns is None else list(columns)
        if not any(is_sealed(path) for path in paths):
            return pl.read_parquet(list(paths), columns=wanted, hive_partitioning=False, glob=False).rechunk()
        frames = [pl.read_parquet(io.BytesIO(self.content(path)), columns=wanted) for path in paths]
        return pl.concat(frames).rechunk()

    def metadata(self, path: Path, key: str) -> tuple[str, str]:
        """Digest of the file's content, and one entry of its metadata.

        The digest is the SHA-256 of the file as it was before it was sealed, or the one that it was stored with
        (:func:`parquet_digest` of its reproducible part).

        Raises:
            ContractError: the file is no Parquet, or something else than the lake wrote it.
        """
        content = self.content(path)
        try:
            entries = pl.read_parquet_metadata(io.BytesIO(content))
            entry = entries.get(key)
        except (pl.exceptions.PolarsError, OSError) as error:
            message = f"{path} can't be read as Parquet ({error}); {_AGAIN}"
            raise ContractError(message) from error
        if entry is None:
            message = f"{path} carries no record of inputs, so the pipeline did not write it; {_AGAIN}"
            raise ContractError(message)
        return entries.get(DIGEST_KEY) or hashlib.sha256(content).hexdigest(), entry


def parquet_digest(frame: pl.DataFrame, metadata: Mapping[str, str]) -> str:
    """SHA-256 of the file that :meth:`StoredFiles.write` would make of a frame."""
    buffer = io.BytesIO()
    _write_parquet(frame, buffer, metadata)
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def _write_parquet(frame: pl.DataFrame, target: Path | io.BytesIO, metadata: Mapping[str, str] | None) -> None:
    frame.rechunk().write_parquet(
        target, compression="zstd", compression_level=3, statistics=True, metadata=dict(metadata) if metadata else None
    )
