"""The whole chain of ``stayworth run`` and ``evaluate``: daily stages, models, scores, report; studies on demand."""

import time
from datetime import date

from assets.common.inputs import days_between
from assets.common.workspace import Workspace
from pipelines.ceilings import CEILINGS_JOB, make_study
from pipelines.closing import ReportWatch, check_before_stages, closing_lines
from pipelines.controls import make_controls
from pipelines.guests.opt_outs import warn_of_opt_outs
from pipelines.running import pending_days
from pipelines.terminal.entering import enter
from pipelines.terminal.speaking import say, show_progress
from pipelines.terminal.stages import daily_tables, days_asked, run_stage
from pipelines.troubles import tell_source
from pipelines.workspace import build_workspace
from resources.settings import Given
from resources.warehouse import NAME, build_warehouse

# Minutes on two cores.
_OTHER_MINUTES = 14  # of the full profile over the public files, everything but the fits of models
_OTHER_SIMULATED_MINUTES = 5  # the same over the default demo
_PRICE_MINUTES = 12  # the price of privacy


def run_chain(given: Given, first: date | None, last: date | None, *, with_studies: bool = False) -> bool:
    """Run everything; ends with a short table and the report's path.

    Args:
        given: settings in place of those of file and environment.
        first: first business day; None: the start of history.
        last: last business day; None: the last known day.
        with_studies: the price of privacy and the ceilings, too.

    Returns:
        Whether all ended well.
    """
    started = time.perf_counter()
    workspace = build_workspace(enter(given), progress=show_progress)
    core = workspace.settings.core
    watch = ReportWatch.over(workspace.settings.home)
    since, until = days_asked(workspace, first, last)
    say(f"Stayworth: source {core.source}, profile {core.profile}, {(until - since).days + 1} days")
    apart = f", the lake to {core.lake_url}" if core.lake_url else ""
    say(f"Everything is written to {workspace.settings.home}{apart}")
    check_before_stages(workspace, days_between(since, until))
    tell_source(workspace, since, until, say)
    if core.profile == "full":
        say(f"The full report takes about {_full_time(workspace, with_studies=with_studies)} on two cores.")
    good = run_stage(workspace, "Daily stages", "backfill", since, until)
    if core.kind.is_simulated:
        make_controls(workspace.settings)
    good &= run_stage(workspace, "Models, scores, report", "evaluate", until, until)
    if with_studies and good:
        good &= _run_studies(workspace, until)
    views = build_warehouse(workspace.settings.home / NAME, workspace.lake, workspace.contracts)
    kept = workspace.settings.home / ("warehouse.sql" if core.lake_url else NAME)
    say(f"Warehouse: {len(views)} views in {kept}")
    warn_of_opt_outs(workspace, say)
    for line in closing_lines(watch, pending_days(workspace, daily_tables()), time.perf_counter() - started):
        say(line)
    return good


def _run_studies(workspace: Workspace, last: date) -> bool:
    """The studies that stand beside the evaluation: the price of privacy and, on demo, the ceilings."""
    good = run_stage(workspace, "The price of privacy", "price_of_privacy_study", last, last)
    if not workspace.settings.core.kind.is_simulated:
        return good
    make_study(workspace.settings)
    return run_stage(workspace, "The ceilings", CEILINGS_JOB, last, last) and good


def _full_time(workspace: Workspace, *, with_studies: bool) -> str:
    """Minutes or hours, by the number of fits and the seconds that a fit took on the public files."""
    from assets.models.evaluation.budget import evaluation_seconds
    from assets.models.settings import model_settings
    from assets.studies.ceilings import study_plan

    is_simulated = workspace.settings.core.kind.is_simulated
    other = _OTHER_SIMULATED_MINUTES if is_simulated else _OTHER_MINUTES
    minutes = evaluation_seconds(model_settings(workspace.settings)) / 60 + other
    if with_studies:
        minutes += _PRICE_MINUTES
        plan = study_plan(workspace.settings)
        minutes += plan.hours(len(plan.seeds) * len(plan.influences)) * 60 if is_simulated else 0
    return f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"
