"""Parquet and text files of the lake, encrypted in the restricted zone where the settings say so.

A file that was written before encryption was switched on stays readable until it is written again. Where a file is
kept, in a folder or an object store, follows from its path (``resources/file_store.py``).
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

import polars as pl

from resources.encryption import FileCipher, is_sealed, is_sealed_content
from resources.errors import ContractError, PrivacyError
from resources.file_store import FileStore, LocalFolder, Target
from resources.object_store import ObjectStore
from resources.secret_keys import RESTRICTED_KEY_VARIABLE

DIGEST_KEY = "stayworth.digest"  # of files that hold timings: what two equal runs have in common
_AGAIN = "move it out of the lake and run its day again (stayworth backfill)"
_LOCAL = LocalFolder()
_CHUNK = 32  # objects fetched before their rows are decoded


class StoredFiles:
    """Reads and writes files; sealed where it has a cipher.

    Args:
        cipher: of the restricted zone, None where it is not encrypted.
        objects: the object stores that paths may name; all other paths are local.
    """

    def __init__(self, cipher: FileCipher | None = None, objects: Sequence[ObjectStore] = ()) -> None:
        self._cipher = cipher
        self.objects = tuple(objects)

    def store(self, path: PurePath) -> FileStore:
        """Where a file of this path is kept.

        Raises:
            ContractError: the path names an object of no known store.
        """
        if isinstance(path, Path):
            return _LOCAL
        for store in self.objects:
            if store.holds(path):
                return store
        message = f"{path} lies in no object store of the settings; expected one below core.lake_url"
        raise ContractError(message)

    def content(self, path: PurePath) -> bytes:
        """The bytes of a file, opened where it is sealed.

        Raises:
            PrivacyError: the file is sealed and there is no key, or another one.
        """
        return self.opened(self.store(path).content(path), path)

    def opened(self, raw: bytes, path: PurePath) -> bytes:
        """A file's bytes as they were before it was sealed.

        Raises:
            PrivacyError: see :meth:`content`.
        """
        if not is_sealed_content(raw):
            return raw
        if self._cipher is None:
            message = (
                f"{path} is encrypted; set core.encrypt_restricted = true and the key in {RESTRICTED_KEY_VARIABLE} "
                "to read it"
            )
            raise PrivacyError(message)
        return self._cipher.open(raw, path)

    def replace(self, path: PurePath, content: bytes, *, seal: bool) -> None:
        """Replace a file in one step, readable by its owner only when it may be sealed."""
        self.store(path).replace(path, self.sealed(content, path) if seal else content, is_private=seal)

    def sealed(self, content: bytes, path: PurePath) -> bytes:
        """Bytes as they are stored in the restricted zone: sealed where it is encrypted."""
        return self._cipher.seal(content, path) if self._cipher else content

    def draft(
        self, path: PurePath, frame: pl.DataFrame, *, metadata: Mapping[str, str] | None, seal: bool
    ) -> bytes | None:
        """Write a frame as Parquet (zstd) where nobody reads it; equal frames give equal bytes.

        A file that may be sealed is its owner's alone.

        Returns:
            The bytes where the store keeps no drafts (:meth:`FileStore.draft`), else None.
        """

        def write(target: Target) -> None:
            if not (seal and self._cipher):
                _write_parquet(frame, target, metadata)
                return
            buffer = io.BytesIO()
            _write_parquet(frame, buffer, metadata)
            sealed = self._cipher.seal(buffer.getvalue(), path)
            _ = target.write_bytes(sealed) if isinstance(target, Path) else target.write(sealed)

        return self.store(path).draft(path, write, is_private=seal)

    def read(
        self, paths: Sequence[PurePath], columns: Sequence[str] | None = None, where: pl.Expr | None = None
    ) -> pl.DataFrame:
        """Rows of the files, in their order; those that ``where`` is true for, before the others take memory."""
        wanted = None if columns is None else list(columns)
        local = [path for path in paths if isinstance(path, Path)]
        if len(local) == len(paths) and not any(is_sealed(path) for path in local):
            if where is None:
                return pl.read_parquet(local, columns=wanted, hive_partitioning=False, glob=False).rechunk()
            rows = pl.scan_parquet(local, hive_partitioning=False, glob=False).filter(where)
            return (rows if wanted is None else rows.select(wanted)).collect().rechunk()
        frames: list[pl.DataFrame] = []
        for first in range(0, len(paths), _CHUNK):
            part = paths[first : first + _CHUNK]
            raw = self.store(part[0]).contents(part)
            for content, path in zip(raw, part, strict=True):
                rows = self.table(self.opened(content, path), wanted if where is None else None)
                frames.append(rows if where is None else _kept(rows, wanted, where))
        return pl.concat(frames).rechunk()

    @staticmethod
    def table(content: bytes, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Rows of a Parquet file's bytes."""
        return pl.read_parquet(io.BytesIO(content), columns=None if columns is None else list(columns))

    def scan(self, path: PurePath) -> pl.LazyFrame:
        """One unsealed file, for a query that needs few of its rows; an object is fetched whole."""
        if isinstance(path, Path):
            return pl.scan_parquet(path, hive_partitioning=False, glob=False)
        return pl.scan_parquet(io.BytesIO(self.content(path)))

    def metadata(self, path: PurePath, key: str, raw: bytes | None = None) -> tuple[str, str]:
        """Digest of the file's content, and one entry of its metadata.

        The digest is the SHA-256 of the file as it was before it was sealed, or the one that it was stored with
        (:func:`parquet_digest` of its reproducible part).

        Args:
            path: the file.
            key: of the entry.
            raw: the file's bytes where they are at hand.

        Raises:
            ContractError: the file is no Parquet, or something else than the lake wrote it.
        """
        content = self.content(path) if raw is None else self.opened(raw, path)
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


def _kept(rows: pl.DataFrame, columns: Sequence[str] | None, where: pl.Expr) -> pl.DataFrame:
    kept = rows.filter(where)
    return kept if columns is None else kept.select(columns)


def parquet_digest(frame: pl.DataFrame, metadata: Mapping[str, str]) -> str:
    """SHA-256 of the file that :meth:`StoredFiles.draft` would make of a frame."""
    buffer = io.BytesIO()
    _write_parquet(frame, buffer, metadata)
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def _write_parquet(frame: pl.DataFrame, target: Target, metadata: Mapping[str, str] | None) -> None:
    _compact(frame).write_parquet(
        target, compression="zstd", compression_level=3, statistics=True, metadata=dict(metadata) if metadata else None
    )


def _compact(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows, in memory that holds nothing else, so that their bytes don't tell where they came from.

    The lists of a slice share the values of the whole column with all other rows. The Parquet writer divides the size
    of those values by the slice's rows to say how many rows make a page, so a day cut from a long range came in
    smaller pages than the same day made alone. Gathering every row copies each list's own values; flat columns, whose
    slices the writer measures rightly, are left as they are.
    """
    whole = frame.rechunk()
    nested = [name for name, dtype in whole.schema.items() if dtype.is_nested()]
    return whole.with_columns(pl.col(nested).gather(pl.int_range(pl.len()))) if nested else whole
