"""Encryption of restricted files at rest: AES-SIV over whole files, key from the environment only.

The mode is deterministic: equal rows give equal bytes, so partitions stay comparable and a file tells no more than
whether it equals another one. The name of table and partition is authenticated with the content: a file that was
swapped, cut or changed does not open.
"""

import hashlib
from pathlib import Path, PurePath

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from resources.errors import PrivacyError
from resources.secret_keys import RESTRICTED_KEY_VARIABLE

_MAGIC = b"STAYWORTH-SIV-1\n"


class FileCipher:
    """Turns the bytes of a file into sealed ones and back.

    Args:
        key: material of the restricted zone, 32 bytes or more; the 64 bytes that AES-256-SIV needs are derived from it.

    Source:
        AES-SIV, RFC 5297, as ``cryptography`` offers it.
    """

    def __init__(self, key: bytes) -> None:
        self._siv = AESSIV(hashlib.sha512(b"stayworth restricted files\x1f" + key).digest())

    def seal(self, content: bytes, path: PurePath) -> bytes:
        """Sealed bytes for a file of this place."""
        return _MAGIC + self._siv.encrypt(content, [_place(path)])

    def open(self, sealed: bytes, path: PurePath) -> bytes:
        """The content of a sealed file.

        Raises:
            PrivacyError: another key, another place, or a changed file.
        """
        try:
            return self._siv.decrypt(sealed[len(_MAGIC) :], [_place(path)])
        except InvalidTag as error:
            message = (
                f"{path} does not open with the key in {RESTRICTED_KEY_VARIABLE}: the key is another one, or the file "
                "was changed; set the key that sealed it, or restore the file from its backup"
            )
            raise PrivacyError(message) from error


def is_sealed(path: Path) -> bool:
    """Whether a file is encrypted."""
    with path.open("rb") as file:
        return is_sealed_content(file.read(len(_MAGIC)))


def is_sealed_content(content: bytes) -> bool:
    """Whether bytes are those of an encrypted file."""
    return content.startswith(_MAGIC)


def _place(path: PurePath) -> bytes:
    """Table and partition: the same for a staged file and the file that it becomes."""
    return f"{path.parent.name}/{path.name.lstrip('.').split('.')[0]}".encode()
