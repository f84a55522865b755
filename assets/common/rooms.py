"""The rooms by name, in flow order: a line for each of ours, and those that installed packages bring.

A room of an installed package joins by an entry point of the group ``stayworth.rooms``: its name, and the package that
has the files of a room (``contract``, ``settings``, ``assets``, ``checks``; ``chapters`` where it has something to
tell). It stands before the report. Nothing of a room is imported until it is asked for.
"""

import importlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from types import MappingProxyType, ModuleType

from assets.common.findings import SUFFIX
from resources.contract import FrameContract
from resources.errors import ContractError

ENTRY_POINTS = "stayworth.rooms"
ROOMS: tuple[str, ...] = (
    "raw",
    "privacy",
    "reviews",
    "alignment",
    "customers",
    "embeddings",
    "models",
    "studies",
    "reports",
)
_LAST = ROOMS[-1]  # it reads what all others have found
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = frozenset({"common", "core", "demo", "sql", "files", "operations", "retention", "ledger", "every_room"})


@cache
def room_packages() -> Mapping[str, str]:
    """Room -> its package, in flow order: ours, then installed ones by name, the report last.

    Raises:
        ContractError: two rooms share a name, or a name can't be a section of the settings and a group of assets.
    """
    packages = {room: f"assets.{room}" for room in ROOMS}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda item: (item.name, item.value)):
        known = packages.setdefault(point.name, point.value)
        if known != point.value:
            message = f"two rooms are called {point.name!r}: {known} and {point.value}"
            raise ContractError(message + f"; rename the one that the entry point {ENTRY_POINTS} brings")
        if not _NAME.fullmatch(point.name) or point.name in _TAKEN:
            message = f"{point.name!r} of {point.value} can't be the name of a room; take small letters, digits and _"
            raise ContractError(message + f", a letter first, none of {', '.join(sorted(_TAKEN))}")
    last = packages.pop(_LAST)
    return MappingProxyType({**packages, _LAST: last})


def installed_rooms() -> tuple[str, ...]:
    """Names of the rooms that installed packages bring."""
    return tuple(room for room in room_packages() if room not in ROOMS)


def part_of(room: str, part: str) -> ModuleType:
    """A module of a room, such as its ``contract``.

    Raises:
        ContractError: an installed room has no such module.
    """
    name = f"{room_packages()[room]}.{part}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if room in ROOMS or error.name is None or not name.startswith(error.name):
            raise
        message = f"room {room!r} has no module {name}: {error}; add it, or remove the package"
        raise ContractError(message) from error


def contracts_of(room: str) -> list[FrameContract]:
    """The contracts that a room's ``contract`` module names, in the order of its text."""
    return [value for value in vars(part_of(room, "contract")).values() if isinstance(value, FrameContract)]


def tables_of_findings() -> list[str]:
    """Every room's table of findings, in flow order."""
    return [
        contract.asset
        for room in room_packages()
        for contract in contracts_of(room)
        if contract.asset == f"{room}{SUFFIX}"
    ]


def chapter_packages() -> list[ModuleType]:
    """The ``chapters`` packages of the rooms that have one, in flow order."""
    names = [f"{package}.chapters" for package in room_packages().values()]
    return [importlib.import_module(name) for name in names if find_spec(name) is not None]
