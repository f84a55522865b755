"""Simulated worlds of the studies: made in memory with the settings of a home, in a scratch home."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from assets.common.daily import DailyAsset
from assets.common.declaration import declared_in
from assets.common.fits import FittedAsset
from assets.common.in_memory import made_in_memory
from assets.common.workspace import Workspace
from pipelines.rooms import room_modules
from pipelines.workspace import build_workspace
from resources.atomic_files import drafted
from resources.settings import Settings


@contextmanager
def scratch_home(settings: Settings) -> Iterator[Path]:
    """A home for worlds that is thrown away; encoders are distilled once, in the real one."""
    with TemporaryDirectory(prefix="stayworth-worlds-") as folder:
        home = Path(folder)
        (settings.home / "encoders").mkdir(parents=True, exist_ok=True)
        (home / "encoders").symlink_to((settings.home / "encoders").absolute())
        yield home


def world_workspace(settings: Settings, scratch: Path, demo: Mapping[str, Any]) -> Workspace:
    """A world of its own; every room's settings are those of the home.

    Args:
        settings: of the home.
        scratch: home of the world.
        demo: what the study sets itself.
    """
    own = {**settings.sections.get("demo", {}), **demo}
    core = replace(settings.core, history_start=None, history_end=None)
    return build_workspace(Settings(home=scratch, core=core, sections={**settings.sections, "demo": own}))


def tables_of(workspace: Workspace, wanted: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Daily tables of a world, by name, its whole history."""
    return made_in_memory(workspace, declared_tables(), wanted)


@cache
def declared_tables() -> Mapping[str, DailyAsset | FittedAsset]:
    """Daily tables and fitted records by name."""
    modules = room_modules()
    daily = {item.name: item for item in declared_in(modules, DailyAsset)}
    return daily | {item.name: item for item in declared_in(modules, FittedAsset)}


def store_part(path: Path, frame: pl.DataFrame) -> None:
    """Store a finished part by one rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with drafted(path) as draft:
        frame.write_parquet(draft)
