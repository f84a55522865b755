"""Whole tables over a history as long as one likes: the days of a kept ``scale`` run laid end to end.

``scale --keep`` leaves deliveries and stored days of a group. Here the tables that ``customers``, the released
aggregates and ``examples`` read are copied behind themselves, so many times over: dates move on by the length of the
run, bookings and reviews get names of their own, and every guest comes back in one other copy. The daily stages are not
in it: their memory follows days, not the history, and their time is a multiple. Each whole table is then made once, in
a process of its own.

    python -m benchmarks.scale --times 100 --days 35 --keep --scratch <folder>
    python -m benchmarks.scale_history --of <folder>/100-35 --copies 19
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.measure import asked_for, finish, measured
from benchmarks.scale import LIMIT_MIB, STAGES, run_stage

_TABLES = (
    "raw_bookings", "pseudonyms", "raw_reviews", "published_bookings", "clean_reviews", "booking_review_pairs",
    "review_embeddings", "review_anomalies", "review_anomaly_parts",
)  # fmt: skip
_ROWS = ("row_id", "booking_id", "review_id")
_GUESTS = ("guest_hash", "pseudo_customer_id")


def copied(frame: pl.DataFrame, number: int, shift: timedelta) -> pl.DataFrame:
    """Rows of a stored day as those of the day that stands in for it in a copy.

    Args:
        frame: rows of any daily table.
        number: of the copy, from 0.
        shift: by which its dates move on.
    """
    dates = [pl.col(name) + shift for name, kind in frame.schema.items() if kind == pl.Date]
    rows = [_named(name, number) for name in _ROWS if name in frame.columns]
    guests = [_named(name, number // 2) for name in _GUESTS if name in frame.columns]
    return frame.with_columns(*dates, *rows, *guests)


def _named(column: str, number: int) -> pl.Expr:
    return (pl.lit(f"{number:02d}") + pl.col(column)).alias(column)


def lengthen(source: str, folder: str, first: str, days: int, copies: int) -> dict[str, Any]:
    """Fill the home of ``folder`` with copies of the home of ``source``; in a process of its own."""
    from pipelines.workspace import build_workspace
    from resources.lake import InputRecord

    start = date.fromisoformat(first)
    homes = [build_workspace(_settings(Path(place), start, days * copies)) for place in (source, folder)]
    old, new = (workspace.lake for workspace in homes)
    counts: dict[str, int] = {}
    for table, day in _stored(old.days, start, days):
        contract = homes[0].contracts[table]
        frame = old.read_days(contract, [day])
        counts[table] = counts.get(table, 0) + frame.height * copies
        for number in range(copies):
            shift = timedelta(days=days * number)
            record = InputRecord(
                asset=table, partition=str(day + shift), inputs={}, records={}, settings="", code_version="copy",
                rows_out=frame.height,
            )  # fmt: skip
            new.promote(new.stage(contract, day + shift, contract.conform(copied(frame, number, shift)), record))
    return {"counts": counts}


def _settings(folder: Path, start: date, days: int) -> Any:
    from resources.settings import CoreSettings, Settings

    end = start + timedelta(days=days - 1)
    core = CoreSettings(source="deliveries", data=folder / "inbox", history_start=start, history_end=end)
    return Settings(home=folder / "home", core=core)


def _stored(days_of: Any, start: date, days: int) -> Iterator[tuple[str, date]]:
    for table in _TABLES:
        for day in days_of(table):
            if start <= day < start + timedelta(days=days):
                yield table, day


def small_group(home: Path) -> Path:
    """A tenth of the public volume over five weeks, made by ``scale`` unless it is there."""
    folder = home / "benchmarks" / "scale" / "0.1-35"
    if not (folder / "home").exists():
        asked = ["--times", "0.1", "--days", "35", "--stages", "daily", "--keep", "--again"]
        subprocess.run([sys.executable, "-m", "benchmarks.scale", *asked], check=True)
    return folder


def main() -> None:
    """Lengthen the history unless that is done, make each whole table, print and store the figures."""
    home = Path(os.environ.get("STAYWORTH_HOME", "var"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--of", type=Path, help="folder of a volume that `scale --keep` left; else a small one is made")
    parser.add_argument("--copies", type=int, default=19)
    parser.add_argument("--again", action="store_true", help="copy anew")
    parser.add_argument("--data", help="not read, the rows are simulated; `make benchmark` gives it to every benchmark")
    options = asked_for(parser)
    source: Path = options.of or small_group(home)
    delivered = sorted((source / "inbox").glob("bookings-*.csv"))
    first, days = delivered[0].stem.removeprefix("bookings-"), len(delivered)
    folder, kept = source.with_name(f"{source.name}x{options.copies}"), "counts.json"
    if options.again or not (folder / kept).exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "home").mkdir(parents=True)
        (folder / "inbox").symlink_to((source / "inbox").resolve())
        made = measured(lengthen, str(source), str(folder), first, days, options.copies)
        (folder / kept).write_text(json.dumps(made["counts"]), "utf-8")
    counts: dict[str, int] = json.loads((folder / kept).read_text("utf-8"))
    last = str(date.fromisoformat(first) + timedelta(days=days * options.copies - 1))
    print(f"{days * options.copies} days: " + ", ".join(f"{name} {rows:,}" for name, rows in counts.items()))
    results: dict[str, Any] = {"days": days * options.copies, "counts": counts}
    for stage in (name for name, tables in STAGES.items() if tables):
        figures = measured(partial(run_stage, hotels_apart=True), str(folder), stage, first, last, (first, last))
        over = "  above 16 GiB" if figures["peak_mib"] > LIMIT_MIB else ""
        print(
            f"{stage:<12}{figures['run_s']:>9.2f} s{figures['peak_mib']:>9,} MiB{over}  {figures['assets']}", flush=True
        )
        if not figures["ok"]:
            raise SystemExit(f"{stage}: {figures['failures']}")
        results[stage] = figures
    finish("scale_history", results, options)


if __name__ == "__main__":
    main()
