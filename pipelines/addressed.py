"""A folder as the orchestrator's SQLite databases can be addressed in it, whatever characters its path holds.

In the address of a SQLite database ``?`` ends the name and ``%`` begins a code, and Dagster makes these addresses from
the path as it stands. Where a home's path holds one of them, its databases are reached through a link with a plain name
in the user's state folder; they themselves stay in the home.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

_ODD = "?%"
_OWNER_FOLDER = 0o700


def odd_mark(folder: Path) -> str | None:
    """The first character of the path that the address of a SQLite database can't hold; None where there is none."""
    return next((mark for mark in _ODD if mark in str(folder.absolute())), None)


def links_folder() -> Path:
    """Where links lie: the user's state folder (XDG Base Directory Specification 0.8), else that of temporary files."""
    user = os.environ.get("HOME")
    base = os.environ.get("XDG_STATE_HOME") or (str(Path(user, ".local", "state")) if user else tempfile.gettempdir())
    return Path(base) / "stayworth" / "homes"


def addressed(folder: Path) -> Path:
    """The folder itself, or a link to it with a plain name where its path holds ``?`` or ``%``.

    Args:
        folder: exists.
    """
    if odd_mark(folder) is None:
        return folder
    links = links_folder()
    links.mkdir(parents=True, exist_ok=True, mode=_OWNER_FOLDER)
    link = links / hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]
    with suppress(FileExistsError):  # made before, or by another process just now
        link.symlink_to(folder.absolute())
    return link
