"""Keyed tombstones of erased guests: enough to know a row again when it comes back, not enough to read who it was.

They lie in the restricted zone (``<restricted>/.erasure/tombstones.json``): HMACs of row ids, reservations, guest keys,
e-mail addresses and of the text of quarantined rows, and the days of publication whose labels an erasure has fixed.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from resources.contract import Zone
from resources.errors import PrivacyError
from resources.identifiers import plain_email
from resources.lake import Lake
from resources.secret_keys import TOMBSTONE_KEY_VARIABLE, SecretKey
from resources.sources.keys import normalised_key

ROW, RESERVATION, GUEST_KEY, EMAIL, TEXT = KINDS = ("row", "reservation", "guest_key", "email", "text")
FOLDER = ".erasure"
_FILE = "tombstones.json"
_HEX_CHARACTERS = 32
_PLAIN: dict[str, Callable[[str], str]] = {
    EMAIL: lambda value: plain_email(value) or value,
    GUEST_KEY: lambda value: normalised_key(value) or value,
}


@dataclass(frozen=True)
class Tombstones:
    """What is known of erased guests, as of one moment.

    Attributes:
        marks: kind -> keyed hashes.
        fixed_days: days of publication whose stored labels a re-run starts from.
    """

    _key: SecretKey = field(repr=False)
    marks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fixed_days: frozenset[date] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nobody was erased."""
        return not any(self.marks.values())

    def mark(self, kind: str, value: str) -> str:
        """Keyed hash of a value: 32 hex characters; of an e-mail address or guest key in its one spelling."""
        plain = _PLAIN[kind](value) if kind in _PLAIN else value
        text = f"tombstone\x1f{kind}\x1f{plain}".encode()
        return hmac.new(self._key.material, text, hashlib.sha256).hexdigest()[:_HEX_CHARACTERS]

    def has(self, kind: str, values: Sequence[str | None]) -> list[bool]:
        """Which of the values belong to an erased guest."""
        known = self.marks.get(kind, frozenset())
        return [bool(known) and value is not None and self.mark(kind, value) in known for value in values]


class TombstoneStore:
    """The file of the tombstones; read afresh at each call, replaced in one rename.

    Args:
        lake: whose restricted zone of this machine holds it, also where its tables lie in an object store.
        key: of the tombstones.
    """

    def __init__(self, lake: Lake, key: SecretKey) -> None:
        self._lake, self._key = lake, key
        self.path = lake.state_root / FOLDER / _FILE

    def load(self) -> Tombstones:
        """The tombstones as they stand.

        Raises:
            PrivacyError: they were made with another key, so that nobody would be known again.
        """
        if not self.path.exists():
            return Tombstones(self._key)
        told = json.loads(self._lake.files.content(self.path))
        if told["check"] != self._check():
            message = (
                f"the tombstones in {self.path} were made with another key, so erased guests would come back; set "
                f"{TOMBSTONE_KEY_VARIABLE} to the key that was in force when they were made"
            )
            raise PrivacyError(message)
        marks = {kind: frozenset(told["marks"].get(kind, ())) for kind in KINDS}
        return Tombstones(self._key, marks, frozenset(date.fromisoformat(day) for day in told["fixed_days"]))

    def add(self, values: Mapping[str, Iterable[str]], fixed_days: Iterable[date]) -> Tombstones:
        """Add a guest's tombstones; adding them twice changes nothing."""
        known = self.load()
        marks = {
            kind: sorted(
                known.marks.get(kind, frozenset()) | {known.mark(kind, value) for value in values.get(kind, ())}
            )
            for kind in KINDS
        }
        days = sorted(day.isoformat() for day in known.fixed_days | frozenset(fixed_days))
        body = {"check": self._check(), "marks": marks, "fixed_days": days}
        self._lake.make_folder(self.path.parent, Zone.RESTRICTED)
        self._lake.files.replace(self.path, json.dumps(body, indent=1, sort_keys=True).encode(), seal=True)
        return self.load()

    def _check(self) -> str:
        return Tombstones(self._key).mark("check", "stayworth")
