"""Daily stages and aggregations at 1, 10 and 100 times the public volume: time, memory, share of linear, cost.

Rows are those of demo worlds side by side (``benchmarks/scale_world.py`` says what that keeps and what it changes),
read from one CSV per stream and day. ``daily`` is the job ``backfill`` over all 550 days, in as many runs as keep each
at ``--rows-per-run`` rows or fewer; the others make whole tables of its result. Every run has a process of its own; the
seconds of a stage are those of its runs together, its memory that of the hungriest. The figures are stored after every
run, and a second call goes on where the first ended: leave ``--scratch`` alone until then.

Labels name one hotel each (``privacy.hotels_apart``), which groups of many hotels want; ``--hotels-together`` shows
what it is without.

    python -m benchmarks.scale --times 1 10 [--scratch <folder>] [--price-per-core-hour 0.05] [--stages daily]
"""

import argparse
import json
import os
import resource
import shutil
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import asked_for, finish, measured, write
from benchmarks.scale_cost import cluster_cost, core_hours_per_million, ranges, serial_share, share_of_linear
from benchmarks.scale_world import deliver_group, worlds

STAGES: dict[str, tuple[str, ...] | None] = {
    "daily": None,  # every table of the job
    "customers": ("customers",),
    "aggregates": ("bookings_by_month", "guest_aggregates"),
    "examples": ("examples",),
}
_COUNTED = ("published_bookings", "clean_reviews", "match_candidates")
LIMIT_MIB = 16 * 1024
_NODES = (2, 4, 8)


def run_stage(
    folder: str, stage: str, first: str, last: str, span: tuple[str, str], *, hotels_apart: bool
) -> dict[str, Any]:
    """One run of a stage, or of a daily table by its name, over ``first`` to ``last`` of a history of ``span``."""
    from assets.common.inputs import days_between
    from pipelines.running import failures_of, run_job
    from pipelines.workspace import build_workspace
    from resources.settings import CoreSettings, Settings

    start, end = map(date.fromisoformat, span)
    core = CoreSettings(source="deliveries", data=Path(folder) / "inbox", history_start=start, history_end=end)
    steps: list[Any] = []
    settings = Settings(home=Path(folder) / "home", core=core, sections={"privacy": {"hotels_apart": hotels_apart}})
    workspace = build_workspace(settings, progress=steps.append)
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    days = date.fromisoformat(first), date.fromisoformat(last)
    whole = STAGES.get(stage)
    tables = whole if stage in STAGES else (stage,)
    result = run_job(workspace, "evaluate" if whole else "backfill", *days, reuse=False, tables=tables)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assets: dict[str, float] = {}
    for step in steps:
        assets[step.asset] = round(assets.get(step.asset, 0.0) + step.seconds, 2)
    lake, made = workspace.lake, [] if whole else days_between(*days)
    counts = {name: sum(record.rows_out for day in made if (record := lake.record(name, day))) for name in _COUNTED}
    return {
        "run_s": round(time.perf_counter() - began, 2), "cpu_s": round(cpu, 2), "assets": assets, "counts": counts,
        "ok": result.success, "failures": failures_of(result),
    }  # fmt: skip


def joined(parts: list[dict[str, Any]], rows: int) -> dict[str, Any]:
    """The runs of a stage as one: their seconds added, the memory of the hungriest."""
    names = dict.fromkeys(name for part in parts for name in part["assets"])
    seconds, cpu = sum(part["run_s"] for part in parts), sum(part["cpu_s"] for part in parts)
    return {
        "runs": len(parts), "rows": rows, "run_s": round(seconds, 2), "cpu_s": round(cpu, 2),
        "peak_mib": max(part["peak_mib"] for part in parts), "rows_per_s": round(rows / seconds, 1),
        "core_hours_per_million": round(core_hours_per_million(cpu, rows), 4),
        "assets": {name: round(sum(part["assets"].get(name, 0.0) for part in parts), 2) for name in names},
        "counts": {name: sum(part.get("counts", {}).get(name, 0) for part in parts) for name in _COUNTED},
    }  # fmt: skip


def measure(times: float, options: argparse.Namespace, results: dict[str, Any], keep: Callable[[], object]) -> None:
    """One volume: its deliveries, then each stage that is asked for and not measured yet; ``keep`` stores results."""
    together = "-together" if options.hotels_together else ""
    settings, folder = worlds(times, days=options.days), options.scratch / f"{times:g}-{options.days}{together}"
    kept = results.setdefault(f"{times:g}", {"days": options.days, "stages": {}, "parts": {}})
    if kept["days"] != options.days:
        raise SystemExit(f"figures of {times:g} times are of {kept['days']} days; give --days {kept['days']}")
    missing = [stage for stage in STAGES if stage in options.stages and stage not in kept["stages"]]
    if not missing:
        return
    if missing[0] != "daily" and not (folder / "home").exists():
        raise SystemExit(f"{missing[0]} reads what `daily` stored, and {folder / 'home'} is gone; run it --again")
    counts = deliver_group(folder / "inbox", settings)
    rows = sum(counts.values())
    kept |= {"rows_by_stream": counts}
    if options.encoders:
        (folder / "home").mkdir(exist_ok=True)
        if not (folder / "home" / "encoders").exists():
            (folder / "home" / "encoders").symlink_to(options.encoders.resolve())
    first = settings[0].start
    whole = ranges(first, options.days, rows, rows)
    for stage in missing:
        spans = whole if STAGES[stage] else ranges(first, options.days, rows, options.rows_per_run)
        parts = kept["parts"].setdefault(stage, [])
        for span in spans[len(parts) :]:
            asked = (str(folder), stage, str(span[0]), str(span[1]), (str(first), str(whole[0][1])))
            part = measured(partial(run_stage, hotels_apart=not options.hotels_together), *asked)
            if not part["ok"]:
                raise SystemExit(f"{stage} at {times:g} times, {span[0]} to {span[1]}: {part['failures']}")
            parts.append(part)
            keep()
            print(f"  {times:g} times, {stage} to {span[1]}: {part['run_s']} s, {part['peak_mib']} MiB", flush=True)
        kept["stages"][stage] = joined(parts, rows)
        keep()
    if not options.keep and set(STAGES) <= set(kept["stages"]):
        shutil.rmtree(folder)


def estimate(results: dict[str, Any], asked: list[float]) -> None:
    """Hours that each volume would take in a straight line from the largest one that is measured."""
    done = [float(name) for name, entry in results.items() if set(STAGES) <= set(entry["stages"])]
    for times in sorted(set(asked) - set(done)):
        if done:
            base = results[f"{max(done):g}"]["stages"]
            hours = sum(stage["run_s"] for stage in base.values()) * times / max(done) / 3600
            print(f"{times:g} times: about {hours:.2f} h, were all stages linear from {max(done):g} times")
        else:
            print(f"{times:g} times: nothing measured yet to estimate it from")


def show(results: dict[str, Any], price: float | None) -> None:
    """The table of what is measured, the slowest tables, and the cost."""
    print(f"{'stage':<12}{'times':>7}{'rows':>13}{'runs':>6}{'s':>11}{'MiB':>9}{'rows/s':>11}{'of linear':>11}"
          f"{'core-h / M rows':>17}{'cost / M rows':>15}")  # fmt: skip
    for stage in STAGES:
        by_times = {float(name): entry["stages"][stage] for name, entry in results.items() if stage in entry["stages"]}
        base = by_times[min(by_times)] if by_times else {}
        for times, item in sorted(by_times.items()):
            share = share_of_linear((base["rows"], base["run_s"]), (item["rows"], item["run_s"]))
            cost = "-" if price is None else f"{item['core_hours_per_million'] * price:.4f}"
            over = "  above 16 GiB" if item["peak_mib"] > LIMIT_MIB else ""
            print(f"{stage:<12}{times:>7g}{item['rows']:>13,}{item['runs']:>6}{item['run_s']:>11.2f}"
                  f"{item['peak_mib']:>9,}{item['rows_per_s']:>11,.1f}{share:>11.2f}"
                  f"{item['core_hours_per_million']:>17.4f}{cost:>15}{over}")  # fmt: skip
    for name, entry in sorted(results.items(), key=lambda pair: float(pair[0])):
        if "daily" in entry["stages"]:
            _show_daily(float(name), entry["stages"]["daily"], price)


def _show_daily(times: float, daily: dict[str, Any], price: float | None) -> None:
    if counts := daily.get("counts"):
        print(f"{times:g} times, rows: " + ", ".join(f"{name} {rows:,}" for name, rows in counts.items()))
    slowest = sorted(daily["assets"].items(), key=lambda pair: -pair[1])
    print(f"{times:g} times, seconds: " + ", ".join(f"{name} {value:g}" for name, value in slowest))
    serial, cores = serial_share(daily["assets"], daily["run_s"]), os.cpu_count() or 1
    for nodes in _NODES:
        cost = cluster_cost(daily["run_s"] / 3600, serial, nodes, cores, price)
        money = "" if cost.price is None else f"; costs {cost.price:.4f}, {cost.price_more:.4f} more than one node"
        print(f"  {nodes} nodes of {cores} cores (serial {serial:.1%}): {cost.hours:.3f} h, "
              f"{cost.hours_saved:.3f} h saved, {cost.speed_up:.2f} times as fast, "
              f"{cost.core_hours_more:.3f} core-hours more{money}")  # fmt: skip


def main() -> None:
    """Measure what is asked for and not measured yet, print tables, store the figures."""
    home = Path(os.environ.get("STAYWORTH_HOME", "var"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=float, nargs="+", default=[1.0], help="volumes, in public ones")
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES), help="after `daily`, any of them")
    parser.add_argument("--days", type=int, default=550, help="delivery days, of one volume throughout")
    parser.add_argument("--rows-per-run", type=int, default=2_000_000, help="most rows of one run of `daily`")
    parser.add_argument("--price-per-core-hour", type=float, help="what you pay; without it only core-hours are told")
    parser.add_argument("--scratch", type=Path, default=home / "benchmarks" / "scale", help="deliveries and homes")
    parser.add_argument("--encoders", type=Path, help="folder `encoders` of a home, else the encoder is distilled")
    parser.add_argument("--hotels-together", action="store_true", help="without privacy.hotels_apart")
    parser.add_argument("--keep", action="store_true", help="leave deliveries and homes there, for further stages")
    parser.add_argument("--again", action="store_true", help="forget the stored figures of these volumes")
    parser.add_argument("--data", help="not read, the rows are simulated; `make benchmark` gives it to every benchmark")
    options = asked_for(parser)
    name = "scale-together" if options.hotels_together else "scale"
    stored = home / "benchmarks" / f"{name}.json"
    results: dict[str, Any] = json.loads(stored.read_text("utf-8")) if stored.exists() else {}
    if options.again:
        for times in options.times:
            results.pop(f"{times:g}", None)
            shutil.rmtree(options.scratch / f"{times:g}-{options.days}{name.removeprefix('scale')}", ignore_errors=True)
    estimate(results, options.times)
    for times in sorted(options.times):
        measure(times, options, results, partial(write, home, name, results))
    show(results, options.price_per_core_hour)
    finish(name, results, options)


if __name__ == "__main__":
    main()
