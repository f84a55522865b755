"""The rooms in flow order, and what each one offers: contracts, settings, declared assets.

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
from assets.common.step import DeclaredAsset
from assets.common.whole import WholeAsset
from resources.contract import FrameContract
from resources.errors import ContractError

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


def room_modules() -> list[ModuleType]:
    """The ``assets`` module of every room, in flow order."""
    return [importlib.import_module(f"assets.{room}.assets") for room in ROOMS]


def declared_assets() -> list[DeclaredAsset]:
    """Every asset that the rooms declare: daily ones, fitted records, unpartitioned ones; each in flow order."""
    modules = room_modules()
    declared: list[DeclaredAsset] = []
    for kind in (DailyAsset, FittedAsset, WholeAsset):
        declared += declared_in(modules, kind)
    return declared


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
        ContractError: a contract leaves open whose its rows are: a guest's rights could not be kept there.
    """
    found: dict[str, FrameContract] = {}
    for room in ROOMS:
        module = importlib.import_module(f"assets.{room}.contract")
        for value in vars(module).values():
            if isinstance(value, FrameContract):
                found[value.asset] = value
    if unsaid := [line for contract in found.values() for line in contract.unsaid]:
        raise ContractError("; ".join(unsaid))
    return found


def room_settings() -> Mapping[str, type]:
    """Settings section -> its dataclass; the section of a room has the room's name."""
    found: dict[str, type] = {}
    for room in ROOMS:
        module = importlib.import_module(f"assets.{room}.settings")
        own: list[Any] = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__
        ]
        names = {f"{room}settings", f"{room.removesuffix('s')}settings"}  # RawSettings, ReviewSettings
        found[room] = next(value for value in own if value.__name__.lower() in names)
    return found
