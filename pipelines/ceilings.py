"""The study of the ceilings: worlds of the simulated group, made in memory, one file per finished part.

A part (a world, a world's figures, the ceilings of a group of worlds) is stored under ``<home>/studies/ceilings`` by
one rename once it is whole: a study that was killed goes on from there, and a finished part is never computed again.
"""

import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

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
from pipelines.study_worlds import scratch_home, store_part, tables_of, world_workspace
from pipelines.terminal.speaking import say
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

    def made(self, influence: float, seed: int) -> CeilingWorld:
        """Simulate a world and send it through the pipeline."""
        demo = {
            "seed": seed, "satisfaction_influence": influence, "guests": self.plan.guests, "days": self.plan.days,
        }  # fmt: skip
        workspace = world_workspace(self.settings, self.scratch, demo)
        tables = tables_of(workspace, NEEDED)
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
    with scratch_home(settings) as scratch:
        study = Study(settings, scratch)
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
    store_part(study.part(EXAMPLES.asset, name), world.examples)
    store_part(study.part("figures", name), pl.concat([figures, right]))  # last: with it the world counts as finished
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
            store_part(study.part(study.ceilings_kind, world_name(influence, int(seed))), rows)
        say(f"  {influence}: {len(others)} worlds teach {len(left)}, {time.perf_counter() - started:.0f} s")
