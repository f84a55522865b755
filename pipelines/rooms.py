"""What the rooms offer: contracts, settings, declared assets; ours and those of installed packages.

Read by the definitions, by the settings check at load, by the docs and by the architecture tests.
"""

import importlib
from collections.abc import Mapping
from dataclasses import is_dataclass
from types import ModuleType
from typing import Any

from assets.common.daily import DailyAsset
from assets.common.declaration import declared_in
from assets.common.fits import FittedAsset
from assets.common.rooms import ROOMS, contracts_of, installed_rooms, part_of, room_packages
from assets.common.step import DeclaredAsset
from assets.common.whole import WholeAsset
from resources.contract import FrameContract
from resources.errors import ContractError

__all__ = [
    "ROOMS", "declared", "declared_assets", "early_fits_of", "room_contracts", "room_modules", "room_packages",
    "room_settings",
]  # fmt: skip


def room_modules() -> list[ModuleType]:
    """The ``assets`` module of every room, in flow order."""
    return [part_of(room, "assets") for room in room_packages()]


def declared_assets() -> list[DeclaredAsset]:
    """Every asset that the rooms declare: daily ones, fitted records, unpartitioned ones; each in flow order.

    Raises:
        ContractError: an installed room reads a zone that its charter does not name, or puts an asset elsewhere.
    """
    modules = room_modules()
    declared: list[DeclaredAsset] = []
    for kind in (DailyAsset, FittedAsset, WholeAsset):
        declared += declared_in(modules, kind)
    for room in installed_rooms():
        _refuse_strays(room)
    return declared


def _refuse_strays(room: str) -> None:
    """What the architecture tests hold for our rooms, for one that they can't see."""
    package, contracts = room_packages()[room], room_contracts()
    may_read = getattr(importlib.import_module(package), "READS_ZONES", ())
    for kind in (DailyAsset, FittedAsset, WholeAsset):
        for item in declared_in([part_of(room, "assets")], kind):
            if item.declaration.group != room:
                message = f"{item.name} of {package} is declared for room {item.declaration.group!r}; say {room!r}"
                raise ContractError(message)
            for asset in (read.asset for read in item.reads):
                if asset not in contracts:
                    message = (
                        f"{item.name} of {package} reads {asset}, which no room makes; see docs/reference/assets.md"
                    )
                    raise ContractError(message)
                if (zone := str(contracts[asset].zone)) not in may_read:
                    message = f"{item.name} reads {asset} of the zone {zone}, which READS_ZONES of {package} leaves out"
                    raise ContractError(message + "; name the zone there, or read another table")


def declared(name: str) -> DeclaredAsset:
    """One declared asset by name.

    Raises:
        KeyError: no room declares it.
    """
    return {item.name: item for item in declared_assets()}[name]


def early_fits_of(record: str) -> tuple[int, ...]:
    """Days of history after which a record is fitted before the calendar's first cut-off, as it declares them."""
    fits = declared_in(room_modules(), FittedAsset)
    return next((item.early_fits for item in fits if item.name == record), ())


def room_contracts() -> dict[str, FrameContract]:
    """Asset -> contract over all rooms.

    Raises:
        ContractError: a contract leaves open whose its rows are: a guest's rights could not be kept there; or two
            tables have one name.
    """
    by_asset: dict[str, FrameContract] = {}
    for room in room_packages():
        for contract in contracts_of(room):
            if by_asset.setdefault(contract.asset, contract) != contract:
                message = f"room {room!r} has a table {contract.asset!r}, and so has an earlier one; rename it"
                raise ContractError(message)
    if unsaid := [line for contract in by_asset.values() for line in contract.unsaid]:
        raise ContractError("; ".join(unsaid))
    return by_asset


def room_settings() -> Mapping[str, type]:
    """Settings section -> its dataclass; the section of a room has the room's name.

    Raises:
        ContractError: a room's ``settings`` module has no dataclass named after it.
    """
    sections: dict[str, type] = {}
    for room in room_packages():
        module, bare = part_of(room, "settings"), room.replace("_", "")
        own: list[Any] = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__
        ]
        names = {f"{bare}settings", f"{bare.removesuffix('s')}settings"}  # RawSettings, ReviewSettings
        named = [value for value in own if value.__name__.lower() in names]
        if not named:
            message = f"{module.__name__} has no dataclass {_class_name(room)}; add one, which may be empty"
            raise ContractError(message)
        sections[room] = named[0]
    return sections


def _class_name(room: str) -> str:
    return "".join(part.capitalize() for part in room.split("_")) + "Settings"
