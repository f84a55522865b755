"""Secrets: keys and addresses that come from the environment alone, in types whose text is never shown."""

import hashlib
import os
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from resources.atomic_files import write_once
from resources.errors import PrivacyError, SettingsError
from resources.key_strength import HOW_TO_MAKE, MIN_KEY_BYTES, weakness
from resources.sources.kinds import kind_of

_KEY_VARIABLE = "STAYWORTH_HMAC_KEY"
RESTRICTED_KEY_VARIABLE = "STAYWORTH_RESTRICTED_KEY"
TOMBSTONE_KEY_VARIABLE = "STAYWORTH_TOMBSTONE_KEY"
PREVIOUS_KEY_VARIABLE = "STAYWORTH_PREVIOUS_HMAC_KEY"
DSN_VARIABLE = "STAYWORTH_SQL__DSN"  # a secret: never in the settings, whose repr and digests may be shown
_LIBPQ_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE")


@dataclass(frozen=True)
class SecretKey:
    """Key material of one epoch. Its text never appears in ``repr``, logs or metadata."""

    _material: bytes = field(repr=False)
    epoch: str = "1"

    @property
    def material(self) -> bytes:
        """The bytes, for the keyed hash only."""
        return self._material


@dataclass(frozen=True)
class SecretText:
    """A secret as text. It never appears in ``repr``, logs or metadata."""

    text: str = field(repr=False)


def load_database_secret(environment: Mapping[str, str] | None = None) -> SecretText:
    """How to reach the database of source ``sql``: ``STAYWORTH_SQL__DSN``, a URL or libpq's ``key=value`` form.

    Without it the text is empty, and libpq reads its own variables (``PGHOST``, ``PGPASSFILE``, ...) by itself.

    Raises:
        SettingsError: neither is set.
    """
    env = os.environ if environment is None else environment
    if text := env.get(DSN_VARIABLE):
        return SecretText(text)
    if not any(env.get(name) for name in _LIBPQ_VARIABLES):
        message = (
            f"source sql does not know its database; set {DSN_VARIABLE} (postgresql://user:password@host:5432/database)"
            f" or libpq's variables ({', '.join(_LIBPQ_VARIABLES)})"
        )
        raise SettingsError(message)
    return SecretText("")


def load_secret_text(variable: str, environment: Mapping[str, str] | None = None) -> SecretText | None:
    """A secret of the environment that may be absent: None where the variable is not set or empty."""
    env = os.environ if environment is None else environment
    return SecretText(text) if (text := env.get(variable)) else None


def load_secret_key(home: Path, source: str, environment: Mapping[str, str] | None = None) -> SecretKey:
    """The key of the keyed hashes: ``STAYWORTH_HMAC_KEY`` (32 bytes or more, as hex or text).

    Without the variable, a simulated source uses a published key (its guests are invented and its bytes must be the
    same everywhere), and every other source makes a random one, kept in ``<home>/secrets`` (mode 600).

    Raises:
        PrivacyError: the key is too short, or can be guessed.
    """
    env = os.environ if environment is None else environment
    epoch = env.get("STAYWORTH_KEY_EPOCH", "1")
    if text := env.get(_KEY_VARIABLE):
        return SecretKey(_strong_key_bytes(text, _KEY_VARIABLE), epoch)
    if kind_of(source).is_simulated:
        return SecretKey(hashlib.sha256(b"stayworth demo world: not a secret").digest(), epoch)
    return SecretKey(kept_key(home / "secrets" / "hmac.key"), epoch)


def load_restricted_key(environment: Mapping[str, str] | None = None) -> SecretKey:
    """The key that seals restricted files: ``STAYWORTH_RESTRICTED_KEY``, 32 bytes or more as hex or text.

    Raises:
        PrivacyError: the key is absent or too short.
    """
    env = os.environ if environment is None else environment
    if text := env.get(RESTRICTED_KEY_VARIABLE):
        return SecretKey(_key_bytes(text, RESTRICTED_KEY_VARIABLE))
    message = (
        f"core.encrypt_restricted is on and {RESTRICTED_KEY_VARIABLE} is not set; set it to a key that is kept "
        "elsewhere (openssl rand -hex 32): without it restricted files can neither be read nor written"
    )
    raise PrivacyError(message)


def load_tombstone_key(key: SecretKey, environment: Mapping[str, str] | None = None) -> SecretKey:
    """The key of the tombstones: ``STAYWORTH_TOMBSTONE_KEY`` where the key of the hashes was changed since.

    Args:
        key: of the keyed hashes, used where the variable is not set.
        environment: variables to read instead of the process's own (tests).

    Raises:
        PrivacyError: the key is too short.
    """
    env = os.environ if environment is None else environment
    text = env.get(TOMBSTONE_KEY_VARIABLE)
    return SecretKey(_key_bytes(text, TOMBSTONE_KEY_VARIABLE)) if text else key


def load_previous_key(environment: Mapping[str, str] | None = None) -> SecretKey | None:
    """The key before the last rotation, ``STAYWORTH_PREVIOUS_HMAC_KEY``; None where it is not set.

    Raises:
        PrivacyError: the key is too short.
    """
    env = os.environ if environment is None else environment
    text = env.get(PREVIOUS_KEY_VARIABLE)
    return SecretKey(_key_bytes(text, PREVIOUS_KEY_VARIABLE)) if text else None


def _key_bytes(text: str, variable: str) -> bytes:
    material = bytes.fromhex(text) if _is_hex(text) else text.encode()
    if len(material) < MIN_KEY_BYTES:
        message = f"{variable} holds {len(material)} bytes; give {MIN_KEY_BYTES} or more ({HOW_TO_MAKE})"
        raise PrivacyError(message)
    return material


def _strong_key_bytes(text: str, variable: str) -> bytes:
    """The bytes of a key under which new hashes are made.

    Keys that were used before (previous, of the tombstones, of sealed files) may be weak: to leave them they are read.
    """
    material = _key_bytes(text.strip(), variable)
    if reason := weakness(text.strip(), material, is_hex=_is_hex(text.strip())):
        message = (
            f"{variable} can be guessed: {reason}; make a random key ({HOW_TO_MAKE}). Where this one was in use, "
            "change it as docs/operate/operations.md says under Key rotation"
        )
        raise PrivacyError(message)
    return material


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and set(text) <= set(string.hexdigits)


def kept_key(path: Path) -> bytes:
    """The key kept in a file; made once, complete before it has its name, so two first runs share one key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        write_once(path, secrets.token_bytes(MIN_KEY_BYTES).hex().encode())  # if another run was first, its key is it
    return bytes.fromhex(path.read_text("ascii"))
