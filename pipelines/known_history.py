"""First and last day as the source says them, kept beside the home, so that definitions load without reading files.

Every process of Dagster loads the definitions, and the days of a dump are known only when all of it was read. So the
answer is kept in ``<home>/history.json`` with the state of what it was read from, and asked anew when that changed.
"""

import contextlib
import json
from datetime import date
from pathlib import Path

from resources.atomic_files import write_whole
from resources.settings import Settings, digest_of
from resources.sources.registry import build_source

_FILE = "history.json"
_ASKED: dict[str, tuple[date, date]] = {}  # of this process, by the state of the files


def known_history(settings: Settings) -> tuple[date, date]:
    """First and last day of the source that the settings describe.

    Raises:
        SourceError: the source can't be read.
        SettingsError: its settings make no sense.
    """
    source = build_source(settings)
    state = getattr(source, "state", None)  # of a dump: names and stamps of its files, told without reading them
    if state is None:
        try:
            return source.first_day, source.last_day
        finally:
            getattr(source, "close", _nothing)()
    kept, key = settings.home / _FILE, digest_of(state)
    if key not in _ASKED:
        _ASKED[key] = _kept(kept, key) or (source.first_day, source.last_day)
        _keep(kept, key, _ASKED[key])
    return _ASKED[key]


def _nothing() -> None:
    """What there is to close of a source that holds nothing open."""


def _kept(path: Path, key: str) -> tuple[date, date] | None:
    try:
        told = json.loads(path.read_text("utf-8"))
        days = date.fromisoformat(told["first_day"]), date.fromisoformat(told["last_day"])
        return days if told["of"] == key else None
    except (OSError, ValueError, KeyError, TypeError):  # not there, or nothing that can be read: it is asked anew
        return None


def _keep(path: Path, key: str, span: tuple[date, date]) -> None:
    """Whole or not at all; a home that is not there yet, or can't be written, keeps nothing."""
    if not path.parent.is_dir():
        return
    with contextlib.suppress(OSError):
        write_whole(path, json.dumps({"of": key, "first_day": str(span[0]), "last_day": str(span[1])}))
