"""Keyed hashes."""

import hashlib
import hmac

import polars as pl
import pytest

from assets.privacy.pseudonyms import hash_column, keyed_hash
from resources.errors import PrivacyError
from resources.secret_keys import SecretKey
from tests.unit.privacy.builders import KEY


def test_hash_is_hmac_sha_256_of_purpose_and_value() -> None:
    expected = hmac.new(KEY.material, b"row\x1frow:1", hashlib.sha256).hexdigest()[:32]
    assert keyed_hash(["row:1", None], "row", KEY) == [expected, None]


def test_key_and_purpose_change_the_hash() -> None:
    hashes = {
        keyed_hash(["a"], purpose, key)[0] for purpose in ("row", "guest") for key in (KEY, SecretKey(b"q" * 32, "2"))
    }
    assert len(hashes) == 4


def test_column_keeps_order_nulls_and_name() -> None:
    column = pl.Series("guest_key", ["b", None, "a", "b"])
    hashed = hash_column(column, "guest", KEY)
    assert hashed.name == "guest_key"
    assert hashed.to_list() == keyed_hash(["b", None, "a", "b"], "guest", KEY)
    assert hash_column(pl.Series("x", [], dtype=pl.String), "guest", KEY).to_list() == []
    assert hash_column(pl.Series("x", [None, None], dtype=pl.String), "guest", KEY).to_list() == [None, None]


def test_empty_key_is_refused_and_never_shown() -> None:
    with pytest.raises(PrivacyError, match="STAYWORTH_HMAC_KEY"):
        keyed_hash(["a"], "row", SecretKey(b""))
    assert "kkkk" not in repr(KEY)
