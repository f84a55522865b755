"""Assembles the rooms into Dagster definitions; built by a call, so that tests can swap the workspace."""

import dagster as dg

from assets.common.daily import RESOURCE, DailyAsset, build_daily
from assets.common.definition import declared_in
from assets.common.fits import FittedAsset, build_fitted
from assets.common.whole import WholeAsset, build_whole
from assets.common.workspace import Workspace
from pipelines.alerts import build_alerts
from pipelines.executors import build_executor, build_retries
from pipelines.instance import POOLS
from pipelines.jobs import STUDIES, build_jobs
from pipelines.ledger import build_verdict, declare_ledger
from pipelines.operations import operations_of
from pipelines.partitions import business_days
from pipelines.rooms import room_modules
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
    partitions = business_days(bound.settings)
    modules = room_modules()
    daily: list[DailyAsset] = declared_in(modules, DailyAsset)
    fitted: list[FittedAsset] = declared_in(modules, FittedAsset)
    whole: list[WholeAsset] = declared_in(modules, WholeAsset)
    tables = [item.shown.name for item in daily if item.shown.name != "customer_scores"]
    ledger = declare_ledger(tables)
    jobs = build_jobs(
        [*(item.shown.name for item in daily), ledger.shown.name],
        [item.name for item in fitted],
        [item.shown.name for item in whole],
        partitions,
    )
    chosen, zone = operations_of(bound.settings), bound.settings.core.time_zone
    refit, retrain = on_cadence(chosen.refit_cron, zone), on_cadence(chosen.retrain_cron, zone)
    regular = [item for item in whole if item.shown.name not in STUDIES]
    late, old = freshness_policies(bound.settings)
    again = build_retries(bound.settings)
    return dg.Definitions(
        assets=[
            *(build_daily(item, partitions, late, POOLS.get(item.shown.name), again) for item in [*daily, ledger]),
            *(build_fitted(item, refit, POOLS.get(item.name), again) for item in fitted),
            *(
                build_whole(
                    item, *((retrain, old) if item in regular else (None, None)), POOLS.get(item.shown.name), again
                )
                for item in whole
            ),
        ],
        asset_checks=[build_verdict(tables, partitions, again)],
        jobs=jobs,  # type: ignore[arg-type]
        schedules=build_schedules(jobs[1], bound.settings),
        sensors=[
            build_watcher(daily, jobs[:2], chosen),
            build_cadence([*(item.name for item in fitted), *(item.shown.name for item in regular)], chosen),
            *build_alerts(bound.settings, chosen),
        ],
        resources={RESOURCE: bound},
        executor=build_executor(bound.settings),
    )
