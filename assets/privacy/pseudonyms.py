"""Keyed hashes of row ids and guest keys: the only names that rows have outside ``restricted``."""

import hashlib
import hmac
from collections.abc import Iterable

import polars as pl

from resources.errors import PrivacyError
from resources.secret_keys import SecretKey

HEX_CHARACTERS = 32  # 128 bits: 119,390 rows collide with probability below 1e-28


def keyed_hash(values: Iterable[str | None], purpose: str, key: SecretKey) -> list[str | None]:
    """Keyed hash of each value: 32 hex characters, None where the value is None.

    Args:
        values: text to hide.
        purpose: name of what is hashed (``row``, ``guest``); the same text under two purposes gives two
            unrelated hashes, so that ids of different tables can't be joined by accident.
        key: key material of one epoch; a new epoch with a new key gives unrelated hashes.

    Raises:
        PrivacyError: the key is empty.

    Source:
        HMAC, RFC 2104, with SHA-256 (FIPS 180-4), truncated to its leftmost 128 bits (RFC 2104, section 5).

    Example:
        >>> key = SecretKey(b"an example is no secret, 32 bytes")
        >>> one, same, none = keyed_hash(["a", "a", None], "guest", key)
        >>> one == same, one == keyed_hash(["a"], "row", key)[0], len(one), none
        (True, False, 32, None)
    """
    if not key.material:
        message = "the key of the keyed hashes is empty; set STAYWORTH_HMAC_KEY (openssl rand -hex 32)"
        raise PrivacyError(message)
    # Copying a prepared state is four times faster than preparing the key for each row.
    start = hmac.new(key.material, f"{purpose}\x1f".encode(), hashlib.sha256)
    return [None if value is None else _finish(start, value) for value in values]


def _finish(start: hmac.HMAC, value: str) -> str:
    state = start.copy()
    state.update(value.encode())
    return state.hexdigest()[:HEX_CHARACTERS]


def hash_column(column: pl.Series, purpose: str, key: SecretKey) -> pl.Series:
    """Keyed hash of a text column under the same name; each distinct value is hashed once.

    Raises:
        PrivacyError: see :func:`keyed_hash`.
    """
    values = column.unique(maintain_order=True).cast(pl.String)
    hashes = pl.Series(keyed_hash(values.to_list(), purpose, key), dtype=pl.String)
    lookup = pl.DataFrame({"value": values, "hash": hashes})
    hashed = pl.DataFrame({"value": column.cast(pl.String)}).join(
        lookup, on="value", how="left", nulls_equal=True, maintain_order="left"
    )
    return hashed["hash"].alias(column.name)
