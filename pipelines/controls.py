"""The study of the controls: worlds in which text decides everything, or nothing, one file per finished world.

A world is stored under ``<home>/studies/controls`` by one rename once it is whole: what was killed goes on from there.
"""

import time
from pathlib import Path

from assets.customers.protocols import plan_origins
from assets.customers.settings import CustomerSettings
from assets.studies.ceilings import future_truth_of
from assets.studies.text_controls import (
    NEEDED,
    control_examples,
    control_files,
    control_models,
    control_plan,
    world_figures,
)
from pipelines.study_worlds import scratch_home, store_part, tables_of, world_workspace
from pipelines.terminal.speaking import say
from resources.settings import Settings


def make_controls(settings: Settings) -> None:
    """Compute every world that is not stored yet.

    Args:
        settings: of the home; a source that is simulated.
    """
    left = [(world, seed, path) for world, seed, path in control_files(settings) if not path.exists()]
    if not left:
        return
    plan = control_plan(settings)
    say(f"Controls: {len(left)} worlds of {plan.guests:,} guests a year over {plan.days} days still to make.")
    with scratch_home(settings) as scratch:
        for world, seed, path in left:
            _make_world(settings, scratch, world, seed, path)


def _make_world(settings: Settings, scratch: Path, world: str, seed: int, path: Path) -> None:
    started, plan = time.perf_counter(), control_plan(settings)
    demo = {"influence": world, "seed": seed, "guests": plan.guests, "days": plan.days}
    workspace = world_workspace(settings, scratch, demo)
    source, customers = workspace.source, workspace.settings.room("customers", CustomerSettings)
    origins = plan_origins(source.first_day, source.last_day, customers, is_public=False)
    truth = future_truth_of(source, source.last_day)
    examples = control_examples(tables_of(workspace, NEEDED), truth, workspace.key, origins, customers)
    store_part(path, world_figures(examples, control_models(settings)))
    say(f"  {world} {seed}: {examples.height:,} examples, {time.perf_counter() - started:.0f} s")
