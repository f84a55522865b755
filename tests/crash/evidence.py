"""What must hold in a home after a kill, and after the restart that follows it."""

import io
import sqlite3
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import polars.selectors as cs

from pipelines.abandoned import UNFINISHED
from pipelines.instance import open_instance
from resources.stored_files import DIGEST_KEY, parquet_digest

# Privacy noise is drawn once per world, and the results tell of it and of seconds (specification 4.2).
NOT_COMPARED = frozenset({
    "bookings_by_month", "guest_aggregates", "embeddings_findings", "models_findings", "evaluation_results",
    "guest_value_report",
})  # fmt: skip
RELEASED = ("bookings_by_month", "guest_aggregates")


def stored_bytes(home: Path) -> dict[str, bytes]:
    """Every file that a reader of the lake would take for data, by its path in the lake.

    Of a table with timings it is a digest of the rest.
    """
    root, stored = home / "lake", {}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        is_data = path.suffix == ".parquet" or path.name.endswith(".record.json")
        if is_data and not any(part.startswith(".") for part in parts) and not NOT_COMPARED & set(parts):
            stored[str(path.relative_to(root))] = _without_timings(path)
    return stored


def _without_timings(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix != ".parquet":
        return content
    told = pl.read_parquet_metadata(io.BytesIO(content))
    if told.pop(DIGEST_KEY, None) is None:
        return content
    told.pop("ARROW:schema", None)
    return parquet_digest(pl.read_parquet(io.BytesIO(content)).drop(cs.ends_with("seconds")), told).encode()


def half_files(home: Path, whole: dict[str, bytes]) -> list[str]:
    """Stored files that are not, byte by byte, those of the undisturbed run."""
    return [name for name, content in stored_bytes(home).items() if whole.get(name) != content]


def releases(home: Path) -> list[dict[str, Any]]:
    """The rows of the budget ledger, without what the noise made."""
    path = home / "lake" / "restricted" / "privacy_budget.sqlite3"
    if not path.exists():
        return []
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        query = (
            "SELECT release_id, budget_period, query, period, unit, loss_nano, disjoint_group, "
            "payload IS NOT NULL AS is_drawn FROM releases ORDER BY release_id"
        )
        rows = [dict(row) for row in connection.execute(query)]
    connection.close()
    return rows


def uncharged(home: Path) -> set[str]:
    """Releases that a reader can see and that the ledger did not book and draw."""
    booked = {row["release_id"] for row in releases(home) if row["is_drawn"]}
    paths = [home / "lake" / "released" / table / "all.parquet" for table in RELEASED]
    shown = [pl.read_parquet(path)["release_id"].drop_nulls().to_list() for path in paths if path.exists()]
    return {item for ids in shown for item in ids} - booked


def orchestration(home: Path, days: int, tables: list[str]) -> list[str]:
    """What Dagster still gets wrong: runs without a process, taken slots, stored days without an event."""
    wrong: list[str] = []
    with open_instance(home) as instance:
        left = instance.get_runs(filters=dg.RunsFilter(statuses=UNFINISHED))
        wrong += [f"run {run.run_id} is still {run.status.value}" for run in left]
        for pool in instance.event_log_storage.get_concurrency_keys():
            taken = instance.event_log_storage.get_concurrency_info(pool).active_slot_count
            wrong += [f"{taken} slots of pool {pool} are taken"] if taken else []
        for table in tables:
            told = len(instance.get_materialized_partitions(dg.AssetKey(table)))
            wrong += [f"{table}: {told} of {days} days have an event"] if told != days else []
    return wrong
