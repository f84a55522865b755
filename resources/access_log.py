"""Who read which restricted table, when and what for: one JSON line per table and step.

The log lies in the restricted zone beside what it is about. It covers reads through the lake, hence every
asset and command; it does not see a person who opens the files by other means (that is the file system's audit).
"""

import getpass
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from pathlib import Path

from resources.errors import PrivacyError

FILE_NAME = "access.log"
_UNNAMED = "unnamed"
_purpose: ContextVar[str] = ContextVar("purpose", default=_UNNAMED)


@contextmanager
def reading_for(purpose: str) -> Iterator[None]:
    """Name what restricted rows are read for while the block runs: the asset or the command."""
    token = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(token)


class AccessLog:
    """Appends to ``<restricted>/access.log``; readable by its owner only.

    Args:
        folder: the restricted zone.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    def note(self, asset: str, days: Sequence[date]) -> None:
        """Append one line, in one write, before the rows are handed over.

        Args:
            asset: the table that is read.
            days: its days, ascending; empty for an unpartitioned table.

        Raises:
            PrivacyError: the line can't be written; what can't be recorded is not read.
        """
        self._append(
            {
                "asset": asset,
                "first_day": days[0].isoformat() if days else None,
                "last_day": days[-1].isoformat() if days else None,
                "days": len(days),
            },
            f"{asset} is not read",
        )

    def note_event(self, event: str, facts: Mapping[str, object]) -> None:
        """Append one line about something done for or to a guest (erasure, subject access), before it is done.

        Args:
            event: what is done.
            facts: JSON-able; the guest only as a keyed reference.

        Raises:
            PrivacyError: the line can't be written; what can't be recorded is not done.
        """
        self._append({"event": event, **facts}, f"{event} is not done")

    def _append(self, facts: Mapping[str, object], refused: str) -> None:
        told = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "user": _user()}
        entry = {**told, **facts, "purpose": _purpose.get()}
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "ab", buffering=0) as file:
                file.write(json.dumps(entry).encode() + b"\n")
        except OSError as error:
            message = f"{self.path} can't be written ({error}), so {refused}; make the log writable"
            raise PrivacyError(message) from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have a number only
        return str(os.getuid())
