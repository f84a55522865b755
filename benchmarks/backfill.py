"""Seconds of the daily stages over the whole public history in one run, where each goes, and day by day beside it.

One run takes every delivery day (1,064) through the job ``backfill`` in a fresh home. Day by day takes the same job for
single days of a second home, after the days before them were filled in by one run: as commands (``stayworth backfill``,
a process each, as the schedule starts runs too) and as runs inside one process, where the time to open the
orchestrator's instance is counted for each and the start of the interpreter for none.

    python -m benchmarks.backfill --data <folder with the published files> [--single 5] [--encoders <home>/encoders]
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import asked_for, finish, measured

_SIX, _FURTHER = 240.0, 40.0  # seconds allowed for six daily assets, and for each one more
_RATIO = 50.0
_HISTORY = 60  # days in front of the single ones


def _workspace(home: Path, data: str, steps: list[Any], start: str | None) -> Any:
    from pipelines.workspace import build_workspace
    from resources.settings import CoreSettings, Settings

    home.mkdir(parents=True, exist_ok=True)
    core = CoreSettings(source="public", data=Path(data), history_start=date.fromisoformat(start) if start else None)
    return build_workspace(Settings(home=home, core=core), progress=steps.append)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def whole(folder: str, data: str, first: str, last: str, start: str | None = None) -> dict[str, Any]:
    """One run over a range: seconds per asset, in all, and of the processor; the history begins on ``start``."""
    from pipelines.running import run_job

    steps: list[Any] = []
    workspace = _workspace(Path(folder), data, steps, start)
    started, cpu = time.perf_counter(), _cpu()
    result = run_job(workspace, "backfill", date.fromisoformat(first), date.fromisoformat(last), reuse=False)
    figures = {"run_s": round(time.perf_counter() - started, 1), "cpu_s": round(_cpu() - cpu, 1), "ok": result.success}
    assets = [
        {"asset": step.asset, "s": round(step.seconds, 2), "days": step.days, "rows": step.rows} for step in steps
    ]
    return {**figures, "assets": assets}


def single_days(
    folder: str, data: str, days: list[str], start: str | None = None, job: str = "backfill", warm_up: int = 0
) -> dict[str, Any]:
    """One run per day: seconds of each run, and their mean per asset; the first ``warm_up`` days are not counted."""
    from pipelines.running import run_job

    steps: list[Any] = []
    workspace = _workspace(Path(folder), data, steps, start)
    _ = workspace.source.last_day
    spent, cpu = [], _cpu()
    for place, text in enumerate(days):
        if place == warm_up:
            steps.clear()
            spent, cpu = [], _cpu()
        day, started = date.fromisoformat(text), time.perf_counter()
        run_job(workspace, job, day, day, reuse=False)
        spent.append(round(time.perf_counter() - started, 2))
    names = dict.fromkeys(step.asset for step in steps)
    means = {name: sum(step.seconds for step in steps if step.asset == name) / len(spent) for name in names}
    return {
        "day_s": spent,
        "mean_s": round(sum(spent) / len(spent), 2),
        "mean_cpu_s": round((_cpu() - cpu) / len(spent), 2),
        "assets": {name: round(value, 3) for name, value in means.items()},
    }


def commands(folder: str, data: str, days: list[str]) -> dict[str, Any]:
    """One command per day: its seconds, from the start of its process to the end of it.

    Raises:
        subprocess.CalledProcessError: a command failed.
    """
    environment = {
        **os.environ, "STAYWORTH_HOME": folder, "STAYWORTH_CORE__SOURCE": "public", "STAYWORTH_CORE__DATA": data,
    }  # fmt: skip
    spent = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for day in days:
        command = [sys.executable, "-m", "pipelines.cli", "backfill", "--from", day, "--to", day]
        started = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        spent.append(round(time.perf_counter() - started, 2))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "day_s": spent, "mean_s": round(sum(spent) / len(spent), 2), "mean_cpu_s": round(cpu / len(spent), 2),
    }  # fmt: skip


def main() -> None:
    """Measure all, print tables, store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with the published files")
    parser.add_argument("--single", type=int, default=5, help="days that are run one by one")
    parser.add_argument("--encoders", type=Path, help="folder `encoders` of a home, else the encoder is distilled")
    options = asked_for(parser)
    from resources.sources.public import PublicSource

    source = PublicSource(Path(options.data))
    first, last = source.first_day, source.last_day
    days = (last - first).days + 1
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(scratch) / name for name in ("whole", "single")]
        for folder in folders:
            folder.mkdir()
            if options.encoders:
                (folder / "encoders").symlink_to(options.encoders.resolve())
        one = measured(whole, str(folders[0]), options.data, str(first), str(last))
        start = first + timedelta(days=_HISTORY)
        if options.single:
            measured(whole, str(folders[1]), options.data, str(first), str(start - timedelta(days=1)))
        singles = [str(start + timedelta(days=at)) for at in range(2 * options.single)]
        half = options.single
        many = measured(single_days, str(folders[1]), options.data, singles[:half]) if singles else {}
        alone = measured(commands, str(folders[1]), options.data, singles[half:]) if singles else {}
    results = {
        "days": days, "one_run": one, "day_by_day": many, "commands": alone, **_verdict(one, many, alone, days),
    }  # fmt: skip
    _show(results)
    finish("backfill", results, options)


def _verdict(one: dict[str, Any], many: dict[str, Any], alone: dict[str, Any], days: int) -> dict[str, Any]:
    daily = sum(item["days"] is not None for item in one["assets"])
    per_day = one["run_s"] / days
    figures = {
        "daily_assets": daily,
        "allowed_s": _SIX + _FURTHER * max(0, daily - 6),
        "seconds_per_day": round(per_day, 4),
    }
    if many:
        figures["ratio_to_day_by_day"] = round(many["mean_s"] / per_day, 1)
        figures["ratio_cpu"] = round(many["mean_cpu_s"] / (one["cpu_s"] / days), 1)
        # A command pays for its start, and so does the one run: its seconds here are those of its whole process.
        figures["ratio_to_commands"] = round(alone["mean_s"] / (one["seconds"] / days), 1)
    return figures


def _show(results: dict[str, Any]) -> None:
    one, many = results["one_run"], results["day_by_day"]
    print(f"{'asset':<26}{'one run, s':>12}{'share':>8}{'rows':>12}{'one day, s':>12}")
    for item in sorted(one["assets"], key=lambda entry: -entry["s"]):
        single = many.get("assets", {}).get(item["asset"])
        shown = "" if single is None else f"{single:.3f}"
        print(f"{item['asset']:<26}{item['s']:>12.2f}{item['s'] / one['run_s']:>8.1%}{item['rows']:>12,}{shown:>12}")
    inside = sum(item["s"] for item in one["assets"])
    print(f"{'orchestration':<26}{one['run_s'] - inside:>12.2f}{1 - inside / one['run_s']:>8.1%}")
    print(
        f"{results['days']} days, {results['daily_assets']} daily assets: {one['run_s']} s ({one['cpu_s']} s of "
        f"processor, {one['peak_mib']} MiB), allowed {results['allowed_s']:.0f} s; ended well: {one['ok']}"
    )
    if many:
        print(
            f"a day in one run {results['seconds_per_day']} s; as a command {results['commands']['mean_s']} s "
            f"({results['commands']['mean_cpu_s']} s of processor): {results['ratio_to_commands']} times "
            f"(wanted {_RATIO:.0f}); as a run inside a process {many['mean_s']} s: "
            f"{results['ratio_to_day_by_day']} times, by processor {results['ratio_cpu']} times"
        )


if __name__ == "__main__":
    main()
