"""The study of the ceilings: worlds of the simulated group, made in memory, one file per finished part.

A part (a world, a world's figures, the ceilings of a group of worlds) is stored under ``<home>/studies/ceilings`` by
one rename once it is whole: a study that was killed goes on from there, and a finished part is never computed again.
"""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from assets.common.daily import DailyAsset
from assets.common.declaration import declared_in
from assets.common.fits import FittedAsset
from assets.common.in_memory import made_in_memory
from assets.common.inputs import days_between
from assets.customers.protocols import plan_origins
from assets.customers.settings import CustomerSettings
from assets.models.contract import EXAMPLES
from assets.models.evaluation.ceilings import data_rich_figures, dealt, world_figures
from assets.studies.ceilings import (
    LABELS,
    NEEDED,
    CeilingWorld,
    StudyPlan,
    ceiling_world,
    future_truth_of,
    other_worlds,
    rich_folder,
    study_folder,
    study_models,
    study_plan,
    world_name,
)
from pipelines.rooms import room_modules
from pipelines.terminal.speaking import say
from pipelines.workspace import build_workspace
from resources.atomic_files import drafted
from resources.settings import Settings
from resources.sources.base import Stream

CEILINGS_JOB = "ceilings_study"


@dataclass(frozen=True)
class Study:
    """One study: its plan, its folder, and the settings that its worlds share.

    Attributes:
        settings: of the home.
        scratch: a home for the worlds that is thrown away.
    """

    settings: Settings
    scratch: Path

    @cached_property
    def plan(self) -> StudyPlan:
        """Seeds, influences, size."""
        return study_plan(self.settings)

    @cached_property
    def folder(self) -> Path:
        """Where finished parts lie."""
        return study_folder(self.settings)

    @property
    def ceilings_kind(self) -> str:
        """Folder of the data-rich ceilings: they depend on how many worlds there are to learn from."""
        return rich_folder(self.plan)

    def part(self, kind: str, name: str) -> Path:
        """File of a part."""
        return self.folder / kind / f"{name}.parquet"

    def world_settings(self, influence: float, seed: int) -> Settings:
        """Settings of one world; every room's are those of the home."""
        demo = {
            **self.settings.sections.get("demo", {}), "seed": seed, "satisfaction_influence": influence,
            "guests": self.plan.guests, "days": self.plan.days,
        }  # fmt: skip
        core = replace(self.settings.core, history_start=None, history_end=None)
        return Settings(home=self.scratch, core=core, sections={**self.settings.sections, "demo": demo})

    @cached_property
    def declared(self) -> Mapping[str, DailyAsset | FittedAsset]:
        """Daily tables and fitted records by name."""
        modules = room_modules()
        daily = {item.name: item for item in declared_in(modules, DailyAsset)}
        return daily | {item.name: item for item in declared_in(modules, FittedAsset)}

    def made(self, influence: float, seed: int) -> CeilingWorld:
        """Simulate a world and send it through the pipeline."""
        workspace = build_workspace(self.world_settings(influence, seed))
        tables = made_in_memory(workspace, self.declared, NEEDED)
        source, rooms = workspace.source, workspace.settings
        first, last = source.first_day, source.last_day
        customers = rooms.room("customers", CustomerSettings)
        delivered = source.rows(Stream.BOOKINGS, days_between(first, last)).select("reservation_id", *LABELS)
        return ceiling_world(
            tables, delivered, future_truth_of(source, last), workspace.key,
            plan_origins(first, last, customers, is_public=False), customers, self.plan.draws,
        )  # fmt: skip


def make_study(settings: Settings) -> None:
    """Compute every part that is not stored yet.

    Args:
        settings: of the home.
    """
    with tempfile.TemporaryDirectory(prefix="stayworth-ceilings-") as folder:
        study = Study(settings, Path(folder))
        (settings.home / "encoders").mkdir(parents=True, exist_ok=True)
        (study.scratch / "encoders").symlink_to((settings.home / "encoders").absolute())  # distilled once
        plan = study.plan
        left = [(name, value, seed) for seed in plan.seeds for name, value in plan.influences.items()
                if not study.part("figures", world_name(name, seed)).exists()]  # fmt: skip
        total = len(plan.seeds) * len(plan.influences)
        say(f"{total} worlds of {plan.guests:,} guests a year over {plan.days} days, {len(left)} still to make: about "
            f"{plan.hours(len(left)):.1f} hours on one free core.")  # fmt: skip
        for name, value, seed in left:
            _make_world(study, name, value, seed)
        for name in plan.influences:
            _make_ceilings(study, name)


def _make_world(study: Study, influence: str, value: float, seed: int) -> None:
    started, name = time.perf_counter(), world_name(influence, seed)
    world = study.made(value, seed)
    figures = world_figures(world.examples, world.linked, world.expected, study_models(study.settings))
    right = pl.DataFrame({"model": ["pairs"], "metric": ["right"], "value": [world.pairs_right]}, schema=figures.schema)
    _store(study.part(EXAMPLES.asset, name), world.examples)
    _store(study.part("figures", name), pl.concat([figures, right]))  # last: with it the world counts as finished
    say(f"  {name}: {world.examples.height:,} examples, {time.perf_counter() - started:.0f} s")


def _make_ceilings(study: Study, influence: str) -> None:
    groups = dealt(study.plan.seeds, study.plan.groups)
    for group in groups:
        left = [seed for seed in group if not study.part(study.ceilings_kind, world_name(influence, seed)).exists()]
        others = other_worlds(groups, group)
        if not left or not others:
            continue
        started = time.perf_counter()
        rich = [pl.read_parquet(study.part(EXAMPLES.asset, world_name(influence, seed))) for seed in others]
        tested = {str(seed): pl.read_parquet(study.part(EXAMPLES.asset, world_name(influence, seed))) for seed in left}
        ceilings = data_rich_figures(rich, tested, study_models(study.settings))
        for seed, rows in ceilings.items():
            _store(study.part(study.ceilings_kind, world_name(influence, int(seed))), rows)
        say(f"  {influence}: {len(others)} worlds teach {len(left)}, {time.perf_counter() - started:.0f} s")


def _store(path: Path, frame: pl.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with drafted(path) as draft:
        frame.write_parquet(draft)
