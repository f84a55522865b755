"""Keys that can be guessed are refused, keys made by chance are not, and neither is shown."""

import base64
import random
import string
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resources.errors import PrivacyError
from resources.secret_keys import load_previous_key, load_secret_key, load_tombstone_key

GUESSED = {
    "one byte": "ab" * 32,
    "one digit": "7" * 64,
    "few digits": "1234567890" * 7,
    "hexadecimal digits in order": "0123456789abcdef" * 4,
    "bytes that count": "".join(f"{number:02x}" for number in range(32)),
    "bytes that count down by three": "".join(f"{255 - 3 * number:02x}" for number in range(40)),
    "a placeholder": "changeme" * 4,
    "a placeholder once": "CHANGE-ME!-9f3kq72mxv01ztb8wyhu46nd",
    "a placeholder in figures": "p4ssw0rd-of-9f3kq72mxv01ztb8wyhu46",
    "the product's name": "stayworth-2024-hmac-kq72mxv01ztb8wyhu46",
    "words": "correct horse battery staple orange juice",
    "a sentence": "The guests of our house are hashed with this",
    "a hotel": "Hotel Adlon Berlin Unter den Linden 77",
    "the alphabet": "abcdefghijklmnopqrstuvwxyz0123456789",
    "the alphabet in both cases": "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrR",
    "a keyboard's rows": "qwertyuiopasdfghjklzxcvbnm1234567890",
    "a keyboard's columns": "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "halves": "9f3kq72mxv01ztb8" * 2,
    "a tail of ones": "9f3kq72mxv01zt" + "1" * 40,
}


@pytest.mark.parametrize("key", GUESSED.values(), ids=GUESSED)
def test_a_key_that_can_be_guessed_is_refused_and_not_shown(tmp_path: Path, key: str) -> None:
    with pytest.raises(PrivacyError, match="openssl rand -hex 32") as told:
        load_secret_key(tmp_path, "public", {"STAYWORTH_HMAC_KEY": key})
    assert key not in str(told.value)


@given(st.binary(min_size=1, max_size=4), st.integers(32, 200))
def test_any_repeated_part_is_refused(tmp_path_factory: pytest.TempPathFactory, part: bytes, length: int) -> None:
    key = (part * length)[:length].hex()
    with pytest.raises(PrivacyError, match="can be guessed"):
        load_secret_key(tmp_path_factory.getbasetemp(), "public", {"STAYWORTH_HMAC_KEY": key})


@given(st.integers(0, 255), st.integers(1, 255), st.integers(32, 100))
def test_any_sequence_is_refused(tmp_path_factory: pytest.TempPathFactory, start: int, step: int, length: int) -> None:
    key = bytes((start + step * number) % 256 for number in range(length)).hex()
    with pytest.raises(PrivacyError, match="can be guessed"):
        load_secret_key(tmp_path_factory.getbasetemp(), "public", {"STAYWORTH_HMAC_KEY": key})


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
@example(0)
def test_random_keys_pass(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """A seed, not bytes drawn by the library: it prefers the simple ones, which are the weak ones."""
    rng = random.Random(seed)
    raw = rng.randbytes(32)
    both = "".join(rng.choices(string.ascii_letters + string.digits, k=43))
    for text in (
        raw.hex(),
        raw.hex().upper(),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
        both,
    ):
        key = load_secret_key(tmp_path_factory.getbasetemp(), "public", {"STAYWORTH_HMAC_KEY": text})
        assert len(key.material) >= 32


def test_a_key_of_a_file_with_its_line_end_is_read(tmp_path: Path) -> None:
    text = random.Random(1).randbytes(32).hex()
    key = load_secret_key(tmp_path, "public", {"STAYWORTH_HMAC_KEY": f" {text}\n"})
    assert key.material == bytes.fromhex(text)


def test_keys_that_one_leaves_are_read_whatever_they_are(tmp_path: Path) -> None:
    weak = {"STAYWORTH_PREVIOUS_HMAC_KEY": "changeme" * 4, "STAYWORTH_TOMBSTONE_KEY": "changeme" * 4}
    assert load_previous_key(weak) is not None
    assert load_tombstone_key(load_secret_key(tmp_path, "public", {}), weak).material == b"changeme" * 4
