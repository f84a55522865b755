"""Assembles the rooms into Dagster definitions; built by a call, so that tests can swap the workspace."""

import dagster as dg

from assets.common.daily import DailyAsset
from assets.common.declaration import Cadence
from assets.common.shell import RESOURCE, Wiring, build_asset
from assets.common.step import DeclaredAsset
from assets.common.workspace import Workspace
from pipelines.alerts import build_alerts
from pipelines.executors import build_executor, build_retries
from pipelines.guests.opt_outs import build_opt_out_check
from pipelines.jobs import BACKFILL, DAILY, build_jobs
from pipelines.ledger import build_verdict, declare_ledger
from pipelines.operations import OperationsSettings, operations_of
from pipelines.partitions import business_days
from pipelines.rooms import declared_assets
from pipelines.schedules import build_schedules, freshness_policies
from pipelines.sensors import build_cadence, build_watcher, on_cadence
from pipelines.workspace import build_workspace


def build_definitions(workspace: Workspace | None = None) -> dg.Definitions:
    """A fresh code location.

    Args:
        workspace: instead of the one that the environment describes (tests swap it without patching).

    Raises:
        SettingsError: a setting is unknown or makes no sense, or what it needs is not installed.
    """
    bound = workspace or build_workspace()
    chosen = operations_of(bound.settings)
    partitions = business_days(bound.settings)
    rooms = declared_assets()
    daily = [item for item in rooms if isinstance(item, DailyAsset)]
    tables = [item.name for item in daily if item.declaration.cadence == Cadence.DAILY]
    declared: list[DeclaredAsset] = [*rooms, declare_ledger(tables)]
    jobs = build_jobs(declared)
    wiring = _wiring(bound, chosen, partitions)
    return dg.Definitions(
        assets=[build_asset(item, wiring) for item in declared],
        asset_checks=[build_verdict(tables, partitions, wiring.retries), build_opt_out_check(wiring.retries)],
        jobs=list(jobs.values()),  # type: ignore[arg-type]
        schedules=build_schedules(jobs[DAILY], bound.settings),
        sensors=[
            build_watcher(daily, [jobs[BACKFILL], jobs[DAILY]], chosen),
            build_cadence([item.name for item in declared if item.declaration.cadence in wiring.conditions], chosen),
            *build_alerts(bound.settings, chosen),
        ],
        resources={RESOURCE: bound},
        executor=build_executor(bound.settings),
    )


def _wiring(workspace: Workspace, chosen: OperationsSettings, partitions: dg.PartitionsDefinition) -> Wiring:
    zone = workspace.settings.core.time_zone
    late, old = freshness_policies(workspace.settings)
    daily = {Cadence.DAILY: late, Cadence.SCORING: late, Cadence.REGULAR: old}
    return Wiring(
        partitions=partitions,
        conditions={
            Cadence.BY_CUT_OFF: on_cadence(chosen.refit_cron, zone),
            Cadence.REGULAR: on_cadence(chosen.retrain_cron, zone),
        },
        freshness={cadence: policy for cadence, policy in daily.items() if policy is not None},
        retries=build_retries(workspace.settings),
    )
