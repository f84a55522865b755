"""Who is asked for: identifiers from the command line or from standard input, where no list of processes shows them."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TextIO

from resources.errors import ContractError
from resources.identifiers import plain_email, plain_row_id, row_id_prefix
from resources.sources.keys import USUAL, Placeholders, is_placeholder, normalised_key

FROM_INPUT = "-"
_KINDS = ("email", "guest-key", "row-id")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What names a guest; at least one of the three.

    Attributes:
        email: e-mail address.
        guest_key: the source's key of the guest; it decides: rows under another key are never the guest's.
        row_ids: of bookings and reviews, ``<file>:<row>`` of quarantined rows; a reservation's number covers its rooms.
        is_only_named: take what carries these identifiers, and nothing that merely belongs to it.
        is_one_person: somebody has made sure that several e-mail addresses, names or keys are one person's.
        words: that stand for "no key" in this source.
    """

    email: str | None = None
    guest_key: str | None = None
    row_ids: tuple[str, ...] = ()
    is_only_named: bool = False
    is_one_person: bool = False
    words: Placeholders = field(default=USUAL, repr=False)

    def __post_init__(self) -> None:
        if not (self.email or self.guest_key or self.row_ids):
            message = "nobody is named; give --email, --guest-key or --row-id"
            raise ContractError(message)
        if self.guest_key and is_placeholder(self.guest_key, self.words):
            message = (
                "the guest key that was given stands for `no key` in files that have none, and fits everybody without "
                "one (raw.placeholders, raw.values); name the guest by e-mail address or row id"
            )
            raise ContractError(message)
        if any(":" not in row_id for row_id in self.row_ids):
            message = (
                "a number alone is no row id; write reservation:<number>, review:<key>, or <file>:<row> of a "
                "quarantined row"
            )
            raise ContractError(message)
        if self.email and plain_email(self.email) is None:
            message = "the e-mail address that was given is none; write it as name@domain"
            raise ContractError(message)

    def values(self) -> list[str]:
        """The identifiers as they were given."""
        return [value for value in (self.email, self.guest_key, *self.row_ids) if value]

    @property
    def key(self) -> str | None:
        """The guest key in its one spelling."""
        return normalised_key(self.guest_key, self.words) if self.guest_key else None

    @property
    def address(self) -> str | None:
        """The e-mail address in its one spelling."""
        return plain_email(self.email) if self.email else None

    @property
    def rows(self) -> list[str]:
        """The row ids in their one spelling."""
        return [plain_row_id(value) for value in self.row_ids]

    def under(self, words: Placeholders) -> "Asked":
        """The same guest, as a source with these words for "no key" knows them.

        Raises:
            ContractError: the guest key is one of the words.
        """
        return self if words == self.words else replace(self, words=words)


def asked_of(
    *,
    email: str | None,
    guest_key: str | None,
    row_id: Sequence[str],
    stdin: bool,
    only_named: bool,
    one_person: bool,
    words: Placeholders = USUAL,
    stream: TextIO | None = None,
) -> Asked:
    """What the command line names, and what standard input names where ``-`` or ``--stdin`` stands for it.

    Args:
        email: as given; ``-`` stands for a line of standard input, here and below.
        guest_key: as given.
        row_id: as given.
        stdin: read identifiers from all lines of standard input.
        only_named: see :class:`Asked`.
        one_person: see :class:`Asked`.
        words: that stand for "no key" in this source.
        stream: instead of standard input.

    Raises:
        ContractError: nobody is named, or standard input holds something else.
    """
    named: dict[str, list[str]] = {
        "email": [email] if email else [],
        "guest-key": [guest_key] if guest_key else [],
        "row-id": list(row_id),
    }
    lines = iter(_lines(named, stream or sys.stdin, is_all=stdin))
    for kind, values in named.items():
        named[kind] = [_next(lines, kind) if value == FROM_INPUT else value for value in values]
    for line in lines:
        kind, value = kind_of(line)
        named[kind].append(value)
    for kind in ("email", "guest-key"):
        if len(set(named[kind])) > 1:
            message = f"several values for {kind} were given; erase one guest after the other"
            raise ContractError(message)
    return Asked(
        email=next(iter(named["email"]), None),
        guest_key=next(iter(named["guest-key"]), None),
        row_ids=tuple(named["row-id"]),
        is_only_named=only_named,
        is_one_person=one_person,
        words=words,
    )


def _lines(named: dict[str, list[str]], stream: TextIO, *, is_all: bool) -> Sequence[str]:
    """Lines of standard input, as many as are asked for: all with ``--stdin``, else one for each ``-``."""
    wanted = sum(value == FROM_INPUT for values in named.values() for value in values)
    if is_all:
        return [line for text in stream if (line := text.strip())]
    return [stream.readline().strip() for _ in range(wanted)]


def _next(lines: "object", kind: str) -> str:
    value = next(lines, "")  # type: ignore[call-overload]
    if not value:
        message = f"--{kind} - reads the value from standard input, and there is no more line; write one"
        raise ContractError(message)
    return value


def kind_of(line: str) -> tuple[str, str]:
    """Kind and value of a line of standard input: ``email: x``, or the bare value, whose form tells what it is."""
    head, separator, rest = line.partition(":" if ":" in line else "=")
    name = head.strip().lower().replace("_", "-")
    if separator and name in _KINDS and rest.strip():
        return name, rest.strip()
    if "@" in line:
        return "email", line
    return ("row-id" if row_id_prefix(line) else "guest-key"), line
