"""The rooms in flow order, and what each one offers: contracts, settings, declared assets.

Read by the definitions, by the settings check at load, by the docs and by the architecture tests.
"""

import importlib
from collections.abc import Mapping
from dataclasses import is_dataclass
from types import ModuleType
from typing import Any

from resources.contract import FrameContract

ROOMS: tuple[str, ...] = (
    "raw",
    "privacy",
    "reviews",
    "alignment",
    "customers",
    "embeddings",
    "models",
    "reports",
)


def room_modules() -> list[ModuleType]:
    """The ``assets`` module of every room, in flow order."""
    return [importlib.import_module(f"assets.{room}.assets") for room in ROOMS]


def room_contracts() -> dict[str, FrameContract]:
    """Asset -> contract over all rooms."""
    found: dict[str, FrameContract] = {}
    for room in ROOMS:
        module = importlib.import_module(f"assets.{room}.contract")
        for value in vars(module).values():
            if isinstance(value, FrameContract):
                found[value.asset] = value
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
