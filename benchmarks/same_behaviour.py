"""Does the pipeline still do what it did? Small worlds through every stage: digests of daily tables, values of results.

Write what one version makes, then hold another version against it, on the same machine:

    python -m benchmarks.same_behaviour --data <folder> --write before.json
    python -m benchmarks.same_behaviour --data <folder> --against before.json

Worlds: ``demo`` over 60 days under two seeds, and 30 days of the published files. Daily tables are compared by digest
of their rows (columns that only measure seconds left out), ``results.json`` by path and value; ``--renamed`` names a
file of lines ``old new`` for paths that moved. Ids are hashes under one key, that of ``STAYWORTH_HMAC_KEY`` or the
benchmark's own: give the same one to both versions.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from assets.common.declaration import Cadence
from pipelines.jobs import BACKFILL, EVALUATE
from pipelines.rooms import declared_assets
from pipelines.running import run_job
from pipelines.workspace import build_workspace
from resources.settings import CoreSettings, Settings

_KEY = hashlib.sha256(b"worlds that are compared, and belong to nobody").hexdigest()  # else every home makes its own
_UNSTEADY = ("seconds", "reviews_per_second", "version")  # parts of paths that measure this very run
_PUBLIC_DAYS = (date(2016, 3, 1), date(2016, 3, 30))


def worlds(data: Path | None) -> dict[str, Settings]:
    """Name of each world -> its settings, without a home."""
    nowhere = Path()
    by_name = {
        f"demo_{seed}": Settings(home=nowhere, core=CoreSettings(), sections={"demo": {"seed": seed, "days": 60}})
        for seed in (42, 7)
    }
    if data is not None:
        first, last = _PUBLIC_DAYS
        core = CoreSettings(source="public", data=data, history_start=first, history_end=last)
        by_name["public"] = Settings(home=nowhere, core=core)
    return by_name


def made(settings: Settings, home: Path) -> dict[str, Any]:
    """One world through all stages: digests by table and day, values by path, seconds."""
    workspace = build_workspace(Settings(home=home, core=settings.core, sections=settings.sections))
    first = workspace.history_start
    last = workspace.source.last_day if settings.core.history_end is None else settings.core.history_end
    started = time.perf_counter()
    ends = [run_job(workspace, job, first, last, reuse=False).success for job in (BACKFILL, EVALUATE)]
    seconds = time.perf_counter() - started
    daily = [item for item in declared_assets() if item.declaration.cadence == Cadence.DAILY and item.contract]
    tables = {}
    for item in daily:
        for day in workspace.lake.days(item.name):
            rows = workspace.lake.rows(item.name, day)
            steady = rows.drop(item.contract.timings)  # type: ignore[union-attr]
            tables[f"{item.name} {day}"] = str(steady.hash_rows().sort().hash().sum()) + f"/{rows.height}"
    results = json.loads((home / "reports" / "results.json").read_text("utf-8"))
    results.pop("printed", None)
    return {"ended_well": ends, "seconds": seconds, "tables": tables, "results": dict(_leaves(results, ()))}


def _leaves(tree: Any, above: tuple[str, ...]) -> Any:
    for name, value in tree.items():
        path = (*above, str(name))
        if isinstance(value, dict):
            yield from _leaves(value, path)
        elif not any(part in name for part in _UNSTEADY):
            yield ".".join(path), value


def differences(before: dict[str, Any], after: dict[str, Any], renamed: dict[str, str]) -> list[str]:
    """What differs, one line each."""
    lines = []
    for world, old in before.items():
        new = after.get(world)
        if new is None:
            continue
        for key, digest in old["tables"].items():
            if new["tables"].get(key) != digest:
                lines.append(f"{world}: table {key}: {digest} -> {new['tables'].get(key)}")
        for path, value in old["results"].items():
            place = renamed.get(path, path)
            if not _same(value, new["results"].get(place)):
                lines.append(f"{world}: {path}: {value} -> {new['results'].get(place)}")
        lines += [
            f"{world}: new path {path}"
            for path in new["results"]
            if path not in old["results"] and path not in renamed.values() and not path.startswith("not_run")
        ]
    return lines


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, float) and isinstance(new, int | float):
        return abs(old - new) <= 1e-9 * max(1.0, abs(old))
    return old == new


def main() -> int:
    """Make the worlds, then write or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=lambda text: Path(text) if text else None, default=None)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--renamed", type=Path)
    parser.add_argument("--only", nargs="*", help="names of worlds")
    options = parser.parse_args()
    os.environ.setdefault("STAYWORTH_HMAC_KEY", _KEY)
    by_world = {}
    for name, settings in worlds(options.data).items():
        if options.only and name not in options.only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            by_world[name] = made(settings, Path(folder))
        print(f"{name}: {by_world[name]['seconds']:.0f} s, {len(by_world[name]['tables'])} stored days", flush=True)
    if options.write:
        options.write.write_text(json.dumps(by_world, indent=1), "utf-8")
    if not options.against:
        return 0
    before = json.loads(options.against.read_text("utf-8"))
    renamed = dict(line.split() for line in options.renamed.read_text("utf-8").splitlines()) if options.renamed else {}
    lines = differences(before, by_world, renamed)
    print("\n".join(lines[:200]) or "nothing differs")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
