"""One home folder, one world at a time: changing the source or the demo settings swaps what the home holds.

A lake mixes badly: days of another source, or of another simulated group, would be read as history. What belongs
to a world (lake, models, reports, warehouse, Dagster's storage) is moved to ``<home>/worlds/<name>`` when another
world takes its place, and comes back when it is asked for again. Encoders, the embedding cache and keys are shared.
"""

import os
import sys
from pathlib import Path

from pipelines.addressed import links_folder, odd_mark
from pipelines.restricted_roots import check_root, enter_root
from pipelines.restricted_roots import is_settled as is_root_settled
from resources.atomic_files import write_whole
from resources.errors import SettingsError
from resources.home_lock import alone_in
from resources.home_modes import close_home, keep_closed
from resources.settings import Settings
from resources.sources.registry import world_name

_OF_A_WORLD = ("lake", "models", "reports", "warehouse.duckdb", "warehouse.sql", "dagster")
_MARKER = "world.txt"


def world_of(settings: Settings) -> str:
    """Name of the world that the settings describe: the source; for ``demo`` also a digest of what shapes it.

    For ``sql`` the name holds the schema, and not where the database is: that is a secret, and one database is
    reached under several addresses.

    Real data has one world whatever the span of history, so that its privacy budget can't be won back by asking
    for another span.
    """
    return world_name(settings)


def check_home(settings: Settings) -> None:
    """Refuse a home that holds another world.

    Raises:
        SettingsError: says which world is there, or whose restricted zone it would write to, and what to do.
    """
    refuse_no_folder(settings.home)
    wanted, held = world_of(settings), _held(settings.home)
    if held not in (None, wanted):
        message = (
            f"{settings.home} holds the world {held!r}, the settings describe {wanted!r}; let `stayworth run` swap "
            "them (the other one is kept), or use the settings of the world that is there"
        )
        raise SettingsError(message)
    aside = settings.home / "worlds" / wanted
    if left := _parts(aside):
        message = f"a swap of worlds was cut short: {left[0]} still lies in {aside}; run `stayworth run`, which ends it"
        raise SettingsError(message)
    check_root(settings.core.restricted_root, settings.home, held, wanted)


def refuse_no_folder(home: Path) -> None:
    """Refuse a home that is no folder, lies below a file, or may not be written to.

    Raises:
        SettingsError: says which it is.
    """
    if (mark := odd_mark(home)) and odd_mark(links_folder()):
        message = (
            f"STAYWORTH_HOME = {home}: the orchestrator's databases can't lie below a folder with {mark!r} in its "
            f"name, nor can a link to them below {links_folder()}; give another folder, or another XDG_STATE_HOME"
        )
        raise SettingsError(message)
    try:
        there = next(place for place in (home, *home.parents) if os.path.lexists(place))
        if not there.is_dir():
            what = "is a file" if there.is_file() else "is no folder"
            message = f"STAYWORTH_HOME = {home}: {there} {what}; give a folder, or a path where one can be made"
            raise SettingsError(message)
        is_writable = os.access(there, os.W_OK | os.X_OK)
    except OSError as error:
        raise _unmakeable(home, error) from error
    if not is_writable:
        message = f"STAYWORTH_HOME = {home}: {there} may not be written to by this user; give another folder"
        raise SettingsError(message)


def make_home(home: Path) -> None:
    """Make the folder of everything written.

    Raises:
        SettingsError: it is a file, or can't be made.
    """
    refuse_no_folder(home)
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unmakeable(home, error) from error


def _unmakeable(home: Path, error: OSError) -> SettingsError:
    reason = error.strerror or type(error).__name__
    return SettingsError(f"STAYWORTH_HOME = {home} can't be made: {reason}; give another folder")


def enter_home(settings: Settings) -> str | None:
    """Make the home hold the settings' world; returns the name of the world that was moved aside, or None.

    Raises:
        StorageError: a step of a run is at work in the world that would have to go.
        SettingsError: the restricted zone that lies elsewhere is another home's.
    """
    home, wanted = settings.home, world_of(settings)
    keep_closed(settings.core.home_access)
    make_home(home)
    if odd := close_home(home, settings.core.home_access):
        print(f"Warning: {odd}", file=sys.stderr)  # noqa: T201
    held, root = _held(home), settings.core.restricted_root
    is_settled = is_root_settled(root, home, held, wanted)
    if held == wanted and is_settled and not _parts(home / "worlds" / wanted):
        return None
    with alone_in(home):
        if root is not None:  # first: a swap that is cut short is ended by the next one, as the home still says who was
            enter_root(root, home, held, wanted)
        _swap(home, held, wanted)
    return None if held == wanted else held


def _swap(home: Path, held: str | None, wanted: str) -> None:
    if held not in (None, wanted):
        _move(home, home / "worlds" / held)
    if held != wanted:  # the marker changes while the home is empty, so what lies in it is always the marker's
        write_whole(home / _MARKER, wanted + "\n", lasting=True)
    _move(home / "worlds" / wanted, home)  # completes a swap that was cut short, too


def _held(home: Path) -> str | None:
    marker = home / _MARKER
    return marker.read_text("utf-8").strip() if marker.exists() else None


def _parts(folder: Path) -> list[str]:
    return [name for name in _OF_A_WORLD if (folder / name).exists()]


def _move(source: Path, target: Path) -> None:
    for name in _parts(source):
        target.mkdir(parents=True, exist_ok=True)
        (source / name).rename(target / name)
