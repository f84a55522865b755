"""One function per command; each returns the exit status."""

import argparse
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from assets.common.daily import DailyAsset
from assets.common.declaration import Cadence, declared_in
from assets.common.inputs import days_between
from assets.common.workspace import StepProgress, Workspace
from assets.privacy.budget_tables import releases_table, taken_over_note
from assets.privacy.settings import PrivacySettings
from pipelines.backfilling import run_beside, spans
from pipelines.guests.opt_outs import warn_of_opt_outs
from pipelines.homes import enter_home
from pipelines.partitions import history
from pipelines.rooms import room_modules
from pipelines.running import failures_of, pending_days, run_job
from pipelines.troubles import tell_source
from pipelines.workspace import build_workspace, check_settings
from resources.access_log import reading_for
from resources.errors import NotFittedError, SettingsError
from resources.paths import expanded
from resources.privacy_accounting import PURE
from resources.settings import Settings, load_settings
from resources.warehouse import build_warehouse

_MAX_SWEEPS = 10
# Minutes on two cores, measured with the commands of docs/evaluation.md.
_OTHER_MINUTES = {"demo": 5, "public": 14}  # of the full profile, everything but the fits of models
_PRICE_MINUTES = 12  # the price of privacy


def say(text: str = "") -> None:
    """One line for the person at the terminal."""
    print(text, flush=True)  # noqa: T201


def show_progress(step: StepProgress) -> None:
    """One line per finished asset: days, rows, seconds, checks."""
    days = f"{step.days:>5} days" if step.days is not None else " " * 10
    checks = f"{step.checks - step.checks_failed}/{step.checks} checks" if step.checks else ""
    warned = [f"{step.warnings} warning{'s' if step.warnings > 1 else ''}"] if step.warnings else []
    extras = warned + ([step.note] if step.note else [])
    extras += [f"{step.pending_days} pending"] if step.pending_days else []
    extras += [f"{step.failed_days} FAILED"] if step.failed_days else []
    say(f"  {step.asset:<24}{days}{step.rows:>10,} rows{step.seconds:>8.1f} s  {checks:<14}{', '.join(extras)}")


def enter() -> Settings:
    """Settings of this call, with the home swapped to their world where it held another one."""
    settings = load_settings()
    check_settings(settings)
    if moved := enter_home(settings):
        aside = settings.home / "worlds" / moved
        say(f"{settings.home} held another world: it lies in {aside} and comes back when its settings are used again")
    return settings


def _daily_tables() -> list[str]:
    return [item.name for item in declared_in(room_modules(), DailyAsset) if item.declaration.cadence == Cadence.DAILY]


def _range(workspace: Workspace, options: argparse.Namespace) -> tuple[date, date]:
    start, end = history(workspace.settings)
    core = workspace.settings.core
    if core.source in ("sql", "deliveries") and not options.last and not core.history_end:
        end = min(end, workspace.source.last_day)  # days that nobody has closed yet are left out
    first, last = options.first or start, options.last or max(end, options.first or end)
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011  (the calendar day of the machine is meant)
    if first < start:
        message = f"--from {first} lies before the start of history {start}; give a day from then on"
        raise SettingsError(message)
    if last > max(yesterday, end):
        message = f"--to {last} lies in the future; the last complete business day is {yesterday}"
        raise SettingsError(message)
    if first > last:
        message = f"--from {first} lies after --to {last}; give them in order"
        raise SettingsError(message)
    return first, last


def run_stage(workspace: Workspace, title: str, job: str, first: date, last: date) -> bool:
    """Run a job over a range of days, telling what failed; whether it ended well."""
    span = f"{first}" if first == last else f"{first} to {last}"
    say(f"{title} ({span})")
    result = run_job(workspace, job, first, last, reuse=True)
    for line in failures_of(result):
        say(f"  failed: {line}")
    return result.success


def run(options: argparse.Namespace) -> int:
    """The whole chain; ends with a short table and the report's path."""
    started = time.perf_counter()
    workspace = build_workspace(enter(), progress=show_progress)
    core = workspace.settings.core
    first, last = _range(workspace, options)
    say(f"Stayworth: source {core.source}, profile {core.profile}, {(last - first).days + 1} days")
    apart = f", the lake to {core.lake_url}" if core.lake_url else ""
    say(f"Everything is written to {workspace.settings.home}{apart}")
    tell_source(workspace, first, last, say)
    if core.profile == "full":
        say(f"The full report takes about {_full_time(workspace, everything=_is_everything(options))} on two cores.")
    good = run_stage(workspace, "Daily stages", "backfill", first, last)
    good &= run_stage(workspace, "Models, scores, report", "evaluate", last, last)
    if _is_everything(options) and good:
        good &= _run_studies(workspace, last)
    views = build_warehouse(workspace.settings.home / "warehouse.duckdb", workspace.lake, workspace.contracts)
    kept = workspace.settings.home / ("warehouse.sql" if core.lake_url else "warehouse.duckdb")
    say(f"Warehouse: {len(views)} views in {kept}")
    _closing_table(workspace, time.perf_counter() - started)
    warn_of_opt_outs(workspace, say)
    return 0 if good else 1


def _is_everything(options: argparse.Namespace) -> bool:
    return getattr(options, "everything", False)


def _run_studies(workspace: Workspace, last: date) -> bool:
    """The studies that stand beside the evaluation: the price of privacy and, on demo, the ceilings."""
    from pipelines.ceilings import CEILINGS_JOB, make_study

    good = run_stage(workspace, "The price of privacy", "price_of_privacy_study", last, last)
    if workspace.settings.core.source != "demo":
        return good
    make_study(workspace.settings)
    return run_stage(workspace, "The ceilings", CEILINGS_JOB, last, last) and good


def _full_time(workspace: Workspace, *, everything: bool = False) -> str:
    """Minutes or hours, by the number of fits and the seconds that a fit took on the public files."""
    from assets.models.evaluation.budget import evaluation_seconds
    from assets.models.settings import model_settings
    from assets.reports.ceilings import study_plan

    source = workspace.settings.core.source
    minutes = evaluation_seconds(model_settings(workspace.settings)) / 60 + _OTHER_MINUTES.get(source, 14)
    if everything:
        minutes += _PRICE_MINUTES
        plan = study_plan(workspace.settings)
        minutes += plan.hours(len(plan.seeds) * len(plan.influences)) * 60 if source == "demo" else 0
    return f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"  # noqa: PLR2004


def _closing_table(workspace: Workspace, seconds: float) -> None:
    from assets.reports.results import closing_lines, with_seconds

    home = workspace.settings.home
    results = home / "reports" / "results.json"
    say()
    if results.exists():
        results.write_text(with_seconds(results.read_text("utf-8"), seconds), "utf-8")
        for name, value in closing_lines(results.read_text("utf-8")):
            say(f"  {name:<58}{value:>18}")
    pending = pending_days(workspace, _daily_tables())
    if pending:
        say(f"  {len(pending)} days are pending or failed; see `stayworth status` and `stayworth settle`")
    say(f"  {'seconds':<58}{seconds:>18.0f}")
    say()
    say(f"Report: {home / 'reports' / 'index.html'}")


def backfill(options: argparse.Namespace) -> int:
    """The daily stages of a range of days, as one run or many, one after the other or beside each other."""
    workspace = build_workspace(enter(), progress=show_progress)
    first, last = _range(workspace, options)
    parts = spans(first, last, options.runs)
    tell_source(workspace, first, last, say)
    if options.at_once == 1:
        good = all(run_stage(workspace, "Backfill", "backfill", *part) for part in parts)
        warn_of_opt_outs(workspace, say)
        return 0 if good else 1
    good = run_beside(workspace.settings.home, parts, options.at_once)
    return max(0 if good else 1, settle(options))  # a span that ran before the one that it looks back on is pending


def price_of_privacy(_options: argparse.Namespace) -> int:
    """The study of what k, batch and epsilon cost, over the history that is stored; the report shows it."""
    started = time.perf_counter()
    workspace = build_workspace(enter(), progress=show_progress)
    last = max(workspace.lake.days("published_bookings"), default=None)
    if last is None or not workspace.lake.exists("evaluation_results", None):
        message = "no finished run is stored in this home; run the chain first (stayworth run)"
        raise NotFittedError(message)
    say("Seven worlds are published, paired and modelled: about ten minutes on two cores.")
    good = run_stage(workspace, "The price of privacy", "price_of_privacy_study", last, last)
    say(f"Report: {workspace.settings.home / 'reports' / 'index.html'} ({time.perf_counter() - started:.0f} s)")
    return 0 if good else 1


def settle(_options: argparse.Namespace) -> int:
    """Re-run the span of pending days until nothing changes any more."""
    workspace = build_workspace(enter(), progress=show_progress)
    tables = _daily_tables()
    before: list[date] = []
    for _ in range(_MAX_SWEEPS):
        todo = pending_days(workspace, tables)
        if not todo or todo == before:
            break
        before = todo
        run_stage(workspace, f"Settling {len(todo)} pending days", "backfill", todo[0], todo[-1])
    left = pending_days(workspace, tables)
    say(f"{len(left)} days are still pending" + (f", the first is {left[0]}" if left else ""))
    warn_of_opt_outs(workspace, say)
    return 1 if left else 0


def quarantine(options: argparse.Namespace) -> int:
    """Quarantined rows of a range of days."""
    workspace = build_workspace(enter())
    first, last = _range(workspace, options)
    with reading_for("command quarantine"):
        rows = workspace.lake.read_days(workspace.contracts["quarantine"], days_between(first, last))
    say(f"{rows.height} problems in quarantine, {first} to {last}")
    for row in rows.head(options.limit).iter_rows(named=True):
        place = f"{row['source_file']} row {row['source_row']}, column {row['column'] or '-'}"
        say(f"{row['delivery_day']}  {place}: {row['reason']}")
        say(f"    {str(row['raw_text'])[:200]}")
    return 0


def _promise(settings: PrivacySettings) -> str:
    if settings.budget.name == PURE:
        return f"epsilon {settings.epsilon:g}"
    return f"epsilon {settings.epsilon:g} at delta {settings.delta:g}, booked as rho {settings.budget.budget:.6g}"


def budget(_options: argparse.Namespace) -> int:
    """The privacy budget per period and release."""
    workspace = build_workspace(enter())
    settings = workspace.settings.room("privacy", PrivacySettings)
    ledger = workspace.resource("ledger").under(settings.budget, settings.allotments)
    say(f"Privacy budget per calendar year of the data's business days: {_promise(settings)}{taken_over_note(ledger)}")
    report = ledger.report()
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, tbl_hide_dataframe_shape=True, fmt_str_lengths=40,
                   tbl_hide_column_data_types=True, float_precision=6):  # fmt: skip
        say(str(report) if report.height else "nothing was released yet")
        say("Releases: what one of them cost, and all of them together (disjoint parts cost their largest)")
        say(str(releases_table(ledger, ledger.accounting.unit)) if report.height else "none")
    return 0


def demo_stats(options: argparse.Namespace) -> int:
    """The page that compares the demo world's marginals with the public data."""
    from resources.settings import CoreSettings
    from resources.sources.base import Stream
    from resources.sources.demo.statistics import compare_marginals
    from resources.sources.registry import build_source

    home = load_settings().home
    frames: list[pl.DataFrame] = []
    for core in (CoreSettings(source="demo"), CoreSettings(source="public", data=expanded(options.public))):
        source = build_source(Settings(home=home, core=core))
        days = days_between(source.first_day, source.last_day)
        frames += [source.rows(stream, days) for stream in (Stream.BOOKINGS, Stream.REVIEWS)]
    page = expanded(options.out)
    page.write_text(compare_marginals(*frames), "utf-8")
    say(f"wrote {page}")
    return 0


def screenshots(options: argparse.Namespace) -> int:
    """Pictures of the UI for the docs."""
    from pipelines.screenshots import take_screenshots

    workspace = build_workspace(enter())
    if not workspace.lake.exists("guest_value_report", None):
        message = "no finished run is stored in this home; run the chain first (stayworth run)"
        raise NotFittedError(message)
    for path in take_screenshots(workspace.settings.home, expanded(options.out)):
        say(f"wrote {path}")
    return 0


def catalogue(_options: argparse.Namespace) -> int:
    """Write the generated pages of docs."""
    from pipelines.catalogue import write_pages

    for page in write_pages(Path("docs")):
        say(f"wrote {page}")
    return 0


__all__: Sequence[str] = (
    "backfill", "budget", "catalogue", "demo_stats", "price_of_privacy", "quarantine", "run", "screenshots", "settle",
)  # fmt: skip
