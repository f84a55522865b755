"""Fitted records as assets: unpartitioned, holding all records by cut-off, fitting those due and missing."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import dagster as dg

from assets.common.definition import Shown, shown_of
from assets.common.freshness import InputLedger, Recipe
from assets.common.inputs import FitInputs, Reads
from assets.common.marks import mark_process
from assets.common.workspace import StepProgress, Workspace
from resources.access_log import reading_for
from resources.home_lock import step_in
from resources.records import EARLY_FITS, FittedRecord, cut_offs

RESOURCE = "stayworth"
Fitter = Callable[[FitInputs], dict[str, Any] | None]


@dataclass(frozen=True)
class FittedAsset:
    """A declared fitted record."""

    name: str
    group: str
    fitter: Fitter
    reads: tuple[Reads, ...]
    records: tuple[str, ...]
    fitter_version: str
    shown: Shown


def fitted_record(
    *,
    name: str,
    group: str,
    reads: Sequence[Reads],
    records: Sequence[str] = (),
    fitter_version: str = "1",
    kinds: set[str] | None = None,
    owners: Sequence[str] = (),
) -> Callable[[Fitter], FittedAsset]:
    """Declare a fit. It sees days up to its cut-off only and serves the days after it."""

    def declare(fitter: Fitter) -> FittedAsset:
        shown = shown_of(name, group, fitter, kinds or {"json"}, owners)
        return FittedAsset(name, group, fitter, tuple(reads), tuple(records), fitter_version, shown)

    return declare


@dataclass(frozen=True)
class FitReport:
    """What one call of a fitted asset did: versions fitted now, still good, and cut-offs that must wait."""

    fitted: list[str]
    kept: list[str]
    waiting: list[date]


def fit_due(workspace: Workspace, item: FittedAsset, last_day: date | None) -> FitReport:
    """Fit every record that is due by ``last_day``, whose days are complete, and that is missing or outdated.

    Idempotent: two runs that fit the same record write the same bytes.
    """
    report = FitReport([], [], [])
    if last_day is None:
        return report
    recipe = Recipe(
        asset=item.name, group=item.group, reads=item.reads, records=item.records, code_version=item.fitter_version
    )
    ledger = InputLedger(workspace, recipe)
    every_days, early = workspace.settings.core.fit_every_days, EARLY_FITS.get(item.name, ())
    for cut_off in cut_offs(workspace.history_start, last_day, every_days, early):
        if ledger.pending_reasons(cut_off):
            report.waiting.append(cut_off)
            continue
        basis = ledger.record_for(cut_off)
        expected = FittedRecord(
            name=item.name,
            cut_off=cut_off,
            payload=None,
            inputs="|".join(f"{name}={digest}" for name, digest in sorted({**basis.inputs, **basis.records}.items())),
            settings=basis.settings,
            fitter_version=item.fitter_version,
        )
        stored = workspace.record_store.load(item.name, cut_off)
        if expected.same_inputs(stored) and stored is not None:
            report.kept.append(stored.version)
            continue
        with reading_for(item.name):
            payload = item.fitter(FitInputs(workspace, item.reads, item.name, cut_off))
        record = FittedRecord(**{**expected.__dict__, "payload": payload})
        workspace.record_store.save(record)
        report.fitted.append(record.version)
    return report


def last_stored_day(workspace: Workspace, reads: Sequence[Reads]) -> date | None:
    """The last day that every daily table among ``reads`` has reached, or None when nothing is stored.

    A table without any day (its source has no such stream) does not hold the others back.
    """
    lasts = []
    for item in reads:
        if workspace.lake.exists(item.asset, None):
            continue
        lasts += workspace.lake.days(item.asset)[-1:]
    return min(lasts, default=None)


def build_fitted(
    item: FittedAsset,
    cadence: dg.AutomationCondition | None = None,
    pool: str | None = None,
    retries: dg.RetryPolicy | None = None,
) -> dg.AssetsDefinition:
    """The Dagster asset of a declared fit, when it is fitted without being asked, its pool, its attempts."""

    @dg.asset(
        name=item.name,
        group_name=item.group,
        description=item.shown.description,
        kinds=set(item.shown.kinds),
        owners=list(item.shown.owners),
        metadata={"zone": "internal", "calendar": "one cut-off every core.fit_every_days days of history"},
        tags={"zone": "internal", "cadence": "by-cut-off"},
        deps=[*[read.asset for read in item.reads], *item.records],
        automation_condition=cadence,
        backfill_policy=dg.BackfillPolicy.single_run(),
        code_version=item.fitter_version,
        pool=pool,
        retry_policy=retries,
        required_resource_keys={RESOURCE},
    )
    def fitted(context: dg.AssetExecutionContext) -> Iterator[Any]:
        workspace: Workspace = getattr(context.resources, RESOURCE)
        mark_process(context)
        started = time.perf_counter()
        with step_in(workspace.settings.home):
            report = fit_due(workspace, item, last_stored_day(workspace, item.reads))
        note = f"{len(report.fitted)} fitted, {len(report.kept)} kept, {len(report.waiting)} waiting"
        seconds = time.perf_counter() - started
        workspace.tell(StepProgress(asset=item.name, rows=len(report.fitted), seconds=seconds, note=note))
        yield dg.MaterializeResult(
            metadata={
                "fitted": report.fitted,
                "kept": report.kept,
                "waiting_for_days": [str(day) for day in report.waiting],
            }
        )

    return fitted


def next_day(day: date) -> date:
    """The first day that a record with this cut-off serves."""
    return day + timedelta(days=1)
