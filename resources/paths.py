"""Paths as people write them."""

from pathlib import Path

from resources.errors import SettingsError


def expanded(path: str | Path) -> Path:
    """A path with ``~`` and ``~name`` as their folders: a shell leaves them alone in ``NAME=~/folder`` and in files.

    Raises:
        SettingsError: nobody has that name.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        message = f"the path {str(path)!r} can't be expanded: {error}; give it without the tilde"
        raise SettingsError(message) from error
