"""Fitted records as assets: unpartitioned, holding all records by cut-off, fitting those due and missing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from assets.common.declaration import Cadence, Declaration, declaration_of
from assets.common.freshness import InputLedger, Recipe
from assets.common.inputs import FitInputs, Reads
from assets.common.step import StepReport
from assets.common.workspace import Workspace
from resources.access_log import reading_for
from resources.records import FittedRecord, cut_offs

Fitter = Callable[[FitInputs], dict[str, Any] | None]


@dataclass(frozen=True)
class FittedAsset:
    """A declared fitted record.

    ``early_fits`` are days of history after which it is fitted before the calendar's first cut-off, where waiting a
    whole period costs more than a rough fit.
    """

    declaration: Declaration
    fitter: Fitter
    reads: tuple[Reads, ...]
    records: tuple[str, ...]
    fitter_version: str
    early_fits: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Of the record."""
        return self.declaration.name

    @property
    def contract(self) -> None:
        """A record is no table."""
        return None

    @property
    def code_version(self) -> str:
        """Changes with what the fit finds."""
        return self.fitter_version

    @property
    def is_partitioned(self) -> bool:
        """One asset holds the records of all cut-offs."""
        return False

    def check_advice(self) -> dict[str, str]:
        """A record has no checks of its own: what it is made from was checked, and so is what it makes."""
        return {}

    def warning_checks(self) -> set[str]:
        """None, as it has no checks."""
        return set()

    def about(self) -> dict[str, str]:
        """Its zone and calendar, which no contract says."""
        return {"zone": "internal", "calendar": "one cut-off every core.fit_every_days days of history"}

    def step(self, workspace: Workspace, days: Sequence[date], *, reuse: bool) -> StepReport:  # noqa: ARG002
        """Fit what is due (:func:`fit_due`); what is good stays in any case."""
        report = fit_due(workspace, self, last_stored_day(workspace, self.reads))
        return StepReport(
            rows=len(report.fitted),
            note=f"{len(report.fitted)} fitted, {len(report.kept)} kept, {len(report.waiting)} waiting",
            metadata={
                "fitted": report.fitted,
                "kept": report.kept,
                "waiting_for_days": [str(day) for day in report.waiting],
            },
        )


def fitted_record(
    *,
    name: str,
    group: str,
    reads: Sequence[Reads],
    records: Sequence[str] = (),
    fitter_version: str = "1",
    kinds: set[str] | None = None,
    owners: Sequence[str] = (),
    early_fits: Sequence[int] = (),
    pool: str | None = None,
) -> Callable[[Fitter], FittedAsset]:
    """Declare a fit. It sees days up to its cut-off only and serves the days after it."""

    def declare(fitter: Fitter) -> FittedAsset:
        declaration = declaration_of(
            name, group, fitter, kinds=kinds or {"json"}, owners=owners, cadence=Cadence.BY_CUT_OFF, pool=pool
        )
        return FittedAsset(declaration, fitter, tuple(reads), tuple(records), fitter_version, tuple(early_fits))

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
        asset=item.name,
        group=item.declaration.group,
        reads=item.reads,
        records=item.records,
        code_version=item.fitter_version,
    )
    ledger = InputLedger(workspace, recipe)
    every_days = workspace.settings.core.fit_every_days
    for cut_off in cut_offs(workspace.history_start, last_day, every_days, item.early_fits):
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
            payload = item.fitter(FitInputs(workspace, item.reads, item.name, cut_off, fits=item.records))
        record = FittedRecord(**{**expected.__dict__, "payload": payload})
        workspace.record_store.save(record)
        report.fitted.append(record.version)
    return report


def last_stored_day(workspace: Workspace, reads: Sequence[Reads]) -> date | None:
    """The last day that every daily table among ``reads`` has reached, or None when nothing is stored.

    A table without any day (its source has no such stream), or of which not every day is made, does not hold the
    others back; where there are no others, its own last day counts.
    """
    lasts: dict[bool, list[date]] = {False: [], True: []}
    for item in reads:
        if item.is_read(workspace.settings) and not workspace.lake.exists(item.asset, None):
            lasts[item.is_sparse] += workspace.lake.days(item.asset)[-1:]
    return min(lasts[False] or lasts[True], default=None)


def next_day(day: date) -> date:
    """The first day that a record with this cut-off serves."""
    return day + timedelta(days=1)
