"""The sensor over deliveries and pending days, and the sensor behind the cadence of models and records."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import dagster as dg

from assets.common.daily import DailyAsset
from assets.common.declaration import Cadence
from assets.common.discretion import discreet_errors
from assets.common.due import due_days
from assets.common.inputs import days_between
from assets.common.promotion import DailySpec
from assets.common.shell import RESOURCE, REUSE_TAG
from assets.common.workspace import Workspace
from pipelines.abandoned import ABANDONED_TAG, UNFINISHED, close_abandoned_runs
from pipelines.jobs import BACKFILL, DAILY
from pipelines.operations import OperationsSettings
from pipelines.partitions import RANGE_END, RANGE_START, history, yesterday
from pipelines.troubles import delivery_troubles
from resources.dagster_private import get_current_datetime

DUE_TAG, SITUATION_TAG = "stayworth/due", "stayworth/situation"
_AGAIN = 3  # runs more for a situation whose runs were killed, before the sensor waits for the next calendar day
_MOST_TROUBLES = 10  # told with a tick that asks for nothing
WATCHER, CADENCE = "watch_deliveries", "keep_models_current"


def build_watcher(
    daily: Sequence[DailyAsset], jobs: Sequence[dg.JobDefinition | object], settings: OperationsSettings
) -> dg.SensorDefinition:
    """The sensor that brings stored days up to date with what has been delivered.

    Args:
        daily: every daily table.
        jobs: ``backfill`` and ``daily``.
        settings: how often it looks, how far back.
    """
    stages = [item.spec for item in daily if item.declaration.cadence == Cadence.DAILY]
    scores = [item.spec for item in daily if item.declaration.cadence == Cadence.SCORING]

    @dg.sensor(
        name=WATCHER,
        jobs=list(jobs),  # type: ignore[arg-type]
        minimum_interval_seconds=settings.watch_seconds,
        default_status=_status(settings),
        required_resource_keys={RESOURCE},
        description=(
            "Compares the deliveries with the records of inputs: runs days that came late or were delivered anew, and "
            "pending days whose inputs have come since. Leaves all other days alone."
        ),
    )
    def watch_deliveries(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        close_abandoned_runs(context.instance)
        if context.instance.get_runs_count(dg.RunsFilter(statuses=UNFINISHED)):
            return dg.SkipReason("a run is going on; what it leaves is looked at next time")
        workspace: Workspace = getattr(context.resources, RESOURCE)
        with discreet_errors(workspace, WATCHER):  # Dagster keeps the error of a look
            workspace.reopen_source()
            days = watched_days(workspace, settings)
            request = request_for(workspace, stages, scores, days)
        if request:
            return after_kills(context.instance, request)
        if request := damage_request(workspace, days):
            return after_kills(context.instance, request)
        return dg.SkipReason(
            f"{len(days)} days looked at: nothing has come that is not in the tables{_not_in_order(workspace, days)}"
        )

    return watch_deliveries


def watched_days(workspace: Workspace, settings: OperationsSettings) -> list[date]:
    """Business days that have ended, as far back as the settings say."""
    start, last = history(workspace.settings)
    core = workspace.settings.core
    ended = yesterday(core) if core.history_end is None and not core.kind.is_finished else min(last, yesterday(core))
    return days_between(max(start, ended - timedelta(days=settings.watch_days - 1)), ended)


def request_for(
    workspace: Workspace, stages: Sequence[DailySpec], scores: Sequence[DailySpec], days: Sequence[date]
) -> dg.RunRequest | None:
    """One run over the span of days that are due; it leaves the fresh days among them alone. None: nothing is due.

    Scores follow once all stages are settled, and only from the first day on that was ever scored.
    """
    if due := due_days(workspace, stages, days):
        return _request(BACKFILL, due, None)
    scored = {day for spec in scores for day in workspace.lake.days(spec.contract.asset)}
    expected = [day for day in days if scored and min(scored) <= day <= max(scored)]
    if due := due_days(workspace, scores, expected):
        return _request(DAILY, due, [dg.AssetKey(spec.contract.asset) for spec in scores])
    return None


def damage_request(workspace: Workspace, days: Sequence[date]) -> dg.RunRequest | None:
    """A run over days whose files came and can't be read: it changes no row, and its checks and alerts say so.

    Its key is the damage, so that one damage is told once.
    """
    damaged = [item for item in delivery_troubles(workspace, days) if item.came and item.first]
    if not damaged:
        return None
    first, last = min(item.first for item in damaged if item.first), max(item.first for item in damaged if item.first)
    digest = hashlib.sha256("\n".join(sorted(item.text for item in damaged)).encode()).hexdigest()[:24]
    key = f"damage-{digest}"
    tags = {
        RANGE_START: first.isoformat(), RANGE_END: last.isoformat(), REUSE_TAG: "true",
        DUE_TAG: f"{len(damaged)} deliveries that can't be read, {first} to {last}", SITUATION_TAG: key,
    }  # fmt: skip
    return dg.RunRequest(run_key=key, job_name=BACKFILL, tags=tags)


def _not_in_order(workspace: Workspace, days: Sequence[date]) -> str:
    texts = [item.text for item in delivery_troubles(workspace, days)]
    texts += [item.text for item in getattr(workspace.source, "unread", ())]
    return f"; not in order: {'; '.join(texts[:_MOST_TROUBLES])}" if texts else ""


def _request(job: str, due: Mapping[date, Mapping[str, str]], assets: list[dg.AssetKey] | None) -> dg.RunRequest:
    """The run key says what the days would be made from: the same situation never asks twice on one calendar day."""
    lines = [f"{day}/{table}={digest}" for day in sorted(due) for table, digest in sorted(due[day].items())]
    lines.append(str(get_current_datetime().date()))
    first, last = min(due), max(due)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:24]
    key = f"{job}-{digest}"
    tags = {
        RANGE_START: first.isoformat(), RANGE_END: last.isoformat(), REUSE_TAG: "true", DUE_TAG: _shown(due),
        SITUATION_TAG: key,
    }  # fmt: skip
    return dg.RunRequest(run_key=key, job_name=job, tags=tags, asset_selection=assets)


def after_kills(instance: dg.DagsterInstance, request: dg.RunRequest) -> dg.RunRequest:
    """The request under a key of its own where runs of the same situation were killed: Dagster knows the plain key.

    After ``_AGAIN`` more the key stays, so that what kills every run (memory, say) does so a few times a day only.
    """
    asked = dg.RunsFilter(tags={SITUATION_TAG: request.tags[SITUATION_TAG]}, statuses=[dg.DagsterRunStatus.FAILURE])
    records = instance.get_run_records(asked, limit=_AGAIN + 1)
    killed = sum(ABANDONED_TAG in item.dagster_run.tags or item.start_time is None for item in records)
    return request.with_replaced_attrs(run_key=f"{request.run_key}-{min(killed, _AGAIN)}") if killed else request


def _shown(days: Iterable[date]) -> str:
    ordered = sorted(days)
    return f"{len(ordered)} days, {ordered[0]} to {ordered[-1]}"


def build_cadence(names: Sequence[str], settings: OperationsSettings) -> dg.AutomationConditionSensorDefinition:
    """The sensor that evaluates the automation conditions of fitted records and unpartitioned tables."""
    return dg.AutomationConditionSensorDefinition(
        CADENCE,
        target=dg.AssetSelection.assets(*names),
        run_tags={REUSE_TAG: "true"},
        default_status=_status(settings),
        description="Refits records and retrains models on their own cadence (operations.refit_cron, retrain_cron).",
    )


def on_cadence(cron: str, time_zone: str) -> dg.AutomationCondition[Any]:
    """True once per tick of the cron, not while the table is being made or waits for an input that is.

    Dagster's own ``on_cron`` waits until every partition of every daily input was made since the tick, which for a
    history of days never happens.
    """
    passed = dg.AutomationCondition.cron_tick_passed(cron, time_zone).since_last_handled()
    return (passed & ~dg.AutomationCondition.in_progress() & ~dg.AutomationCondition.any_deps_in_progress()).with_label(
        f"on_cadence({cron}, {time_zone})"
    )


def _status(settings: OperationsSettings) -> dg.DefaultSensorStatus:
    return dg.DefaultSensorStatus.RUNNING if settings.automatic else dg.DefaultSensorStatus.STOPPED
