"""A restricted zone that lies elsewhere (``core.restricted_root``) holds one world of one home, like the home itself.

Without this the raw rows, the tombstones and the budget ledger of a second world, or of a second home, would mix with
those of the first. The folder notes whose it is; what belongs to a world (tables, ledger, access log, all of it) goes
to ``<root>/worlds/<name>`` with the rest of its world, and comes back with it.
"""

import json
from pathlib import Path

from resources.atomic_files import is_draft, write_whole
from resources.contract import Zone
from resources.errors import SettingsError

_MARKER = ".world.json"
_WORLDS = "worlds"
_OWN = (_MARKER, f".{_MARKER}", _WORLDS, "lost+found")
_OWNER_FOLDER = 0o700
_STATE = ("privacy_budget.sqlite3", "access.log")


def check_root(root: Path | None, home: Path, held: str | None, wanted: str) -> None:
    """Refuse a restricted zone of another world or of another home.

    Args:
        root: ``core.restricted_root``.
        home: whose restricted zone it is to be.
        held: name of the world that the home holds; None where it has held none.
        wanted: name of the world of the settings.

    Raises:
        SettingsError: says whose it is and what to do.
    """
    if root is None or not root.exists():
        return
    _refuse_foreign(root, home, held)
    there = _world_in(root, held)
    if there not in (None, wanted):
        message = (
            f"core.restricted_root {root} holds the world {there!r}, the settings describe {wanted!r}; let `stayworth "
            "run` move it aside, or name the folder that belongs to these settings"
        )
        raise SettingsError(message)
    if left := _parts(root / _WORLDS / wanted):
        message = (
            f"a swap of worlds was cut short: {left[0]} still lies in {root / _WORLDS / wanted}; run `stayworth run`"
        )
        raise SettingsError(message)


def is_settled(root: Path | None, home: Path, held: str | None, wanted: str) -> bool:
    """Whether the folder holds this world of this home already, and notes it.

    Raises:
        SettingsError: it is another home's.
    """
    if root is None:
        return True
    if root.exists():
        _refuse_foreign(root, home, held)
    return _marked(root) == {"world": wanted, "home": str(home)} and not _parts(root / _WORLDS / wanted)


def enter_root(root: Path, home: Path, held: str | None, wanted: str) -> None:
    """Make the folder hold the world; what another one has there, its ledger included, is moved aside.

    Args:
        root: ``core.restricted_root``.
        home: see :func:`check_root`.
        held: see :func:`check_root`.
        wanted: see :func:`check_root`.
    """
    root.mkdir(parents=True, exist_ok=True, mode=_OWNER_FOLDER)
    there = _world_in(root, held)
    if there not in (None, wanted):
        _move(root, root / _WORLDS / there)
    # the marker changes while the folder is empty
    write_whole(root / _MARKER, json.dumps({"world": wanted, "home": str(home)}), lasting=True)
    _move(root / _WORLDS / wanted, root)


def _refuse_foreign(root: Path, home: Path, held: str | None) -> None:
    marked = _marked(root)
    other = Path(marked["home"]) if marked else None
    if other is not None and other != home and other.exists() and other.resolve() != home.resolve():
        message = (
            f"core.restricted_root {root} belongs to the home {other}; run there, or name another folder: two homes "
            "would mix their raw rows and their privacy budgets"
        )
        raise SettingsError(message)
    is_new = held is None and not any((home / name).exists() for name in ("lake", "dagster"))
    if marked is None and is_new and (traces := [name for name in _traces() if (root / name).exists()]):
        message = (
            f"core.restricted_root {root} holds {traces[0]} of a world that the home {home} knows nothing of; run in "
            "the home that wrote it, or name another folder"
        )
        raise SettingsError(message)


def _traces() -> list[str]:
    """What shows that a folder without a marker holds a world: it was filled before there were markers."""
    from pipelines.rooms import room_contracts  # takes a second, and few homes ask

    restricted = (name for name, contract in room_contracts().items() if contract.zone is Zone.RESTRICTED)
    return [*_STATE, *restricted]


def _world_in(root: Path, held: str | None) -> str | None:
    """Name of the world whose rows lie there; a folder from before there were markers is of the home's own world."""
    if marked := _marked(root):
        return marked["world"]
    return held if _parts(root) else None


def _marked(root: Path) -> dict[str, str] | None:
    path = root / _MARKER
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def _parts(folder: Path) -> list[str]:
    names = (path.name for path in folder.iterdir()) if folder.is_dir() else ()
    return sorted(name for name in names if name not in _OWN and not is_draft(name))


def _move(source: Path, target: Path) -> None:
    for name in _parts(source):
        target.parent.mkdir(mode=_OWNER_FOLDER, exist_ok=True)
        target.mkdir(mode=_OWNER_FOLDER, exist_ok=True)
        (source / name).rename(target / name)
