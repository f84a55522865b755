"""Tombstones know an erased guest again and tell nobody who it was."""

from datetime import date
from pathlib import Path

import pytest

from resources.contract import Zone
from resources.errors import PrivacyError
from resources.lake import Lake
from resources.secret_keys import SecretKey
from resources.tombstones import EMAIL, GUEST_KEY, ROW, TombstoneStore

KEY, OTHER = SecretKey(b"k" * 32), SecretKey(b"x" * 32)


def store(root: Path, key: SecretKey = KEY) -> TombstoneStore:
    return TombstoneStore(Lake(root / "lake", {"t": Zone.RESTRICTED}), key)


def test_they_know_again_and_hold_nothing_in_clear(tmp_path: Path) -> None:
    held = store(tmp_path)
    assert held.load().is_empty
    held.add({ROW: ["reservation:1"], EMAIL: ["Anna@Example.org "]}, [date(2024, 1, 2)])
    known = store(tmp_path).load()
    assert known.has(EMAIL, ["anna@example.org", "ben@example.org", None]) == [True, False, False]
    assert known.has(ROW, ["reservation:1", "reservation:2"]) == [True, False]
    assert known.has(GUEST_KEY, ["reservation:1"]) == [False]
    assert known.fixed_days == {date(2024, 1, 2)}
    text = held.path.read_text().lower()
    assert "anna" not in text
    assert "reservation:1" not in text
    assert held.path.stat().st_mode & 0o777 == 0o600


def test_adding_twice_changes_nothing(tmp_path: Path) -> None:
    held = store(tmp_path)
    held.add({ROW: ["a"]}, [])
    before = held.path.read_bytes()
    held.add({ROW: ["a"]}, [])
    assert held.path.read_bytes() == before


def test_another_key_is_refused(tmp_path: Path) -> None:
    store(tmp_path).add({ROW: ["a"]}, [])
    with pytest.raises(PrivacyError, match="STAYWORTH_TOMBSTONE_KEY"):
        store(tmp_path, OTHER).load()
