"""A run's steps over a Ray cluster of two nodes, one of which dies half-way: the bytes of a run in one process."""

import hashlib
import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.running import failures_of, run_job
from pipelines.workspace import build_workspace
from resources.settings import load_settings
from tests.crash.evidence import stored_bytes
from tests.end_to_end.ray_cluster import Cluster
from tests.end_to_end.worlds import START

DAYS = 3
LAST = START + timedelta(days=DAYS - 1)
TABLES = ("raw_bookings", "raw_reviews", "pseudonyms", "masked_reviews")  # two beside each other, then two more
KEY = hashlib.sha256(b"a key of tests").hexdigest()
_LIMIT_SECONDS = 420.0

_STEERING = """
import json, sys
from datetime import date
from pipelines.running import failures_of, run_job
from pipelines.workspace import build_workspace
first, last, tables = json.loads(sys.argv[1])
result = run_job(build_workspace(), "backfill", date.fromisoformat(first), date.fromisoformat(last),
                 reuse=False, tables=tables)
events = [(event.event_type_value, event.step_key) for event in result.all_events]
print("ended", json.dumps([result.success, failures_of(result), events]))
"""


@pytest.mark.slow
def test_a_node_dies_and_the_run_ends_with_the_bytes_of_one_process(
    tmp_path: Path, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ray", "dagster_ray", "aiohttp"):
        pytest.importorskip(name, reason="the extra stayworth[ray] is not installed")
    for name in ("RAY_ADDRESS", "RAY_API_SERVER_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.delenv(name, raising=False)
    world = {"STAYWORTH_DEMO__DAYS": str(DAYS), "STAYWORTH_DEMO__GUESTS": "1500", "STAYWORTH_DEMO__HOTELS": "2"}
    secret = {"STAYWORTH_HMAC_KEY": KEY}
    one_thread = {"OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    plain, home = tmp_path / "plain", tmp_path / "spread"
    with Cluster(short_folder / "ray", {**secret, **one_thread}).running() as cluster:
        settings = {"STAYWORTH_HOME": str(home), "STAYWORTH_CORE__EXECUTOR": "ray",
                    "STAYWORTH_CORE__RAY_ADDRESS": cluster.url}  # fmt: skip
        environment = {**os.environ, **one_thread, **world, **secret, **settings, **cluster.variables}
        success, failures, events, lost = steer(cluster, environment, tmp_path / "run.log")

    assert success, failures
    happened = [tuple(event) for event in events]
    assert ("STEP_UP_FOR_RETRY", lost) in happened, "the step of the dead node was launched again"
    assert {key for kind, key in happened if kind == "STEP_SUCCESS"} >= set(TABLES)
    assert len({key for kind, key in happened if kind == "STEP_UP_FOR_RETRY"}) == 1, "no other step was lost"

    for name, value in {**world, **secret, "STAYWORTH_HOME": str(plain)}.items():
        monkeypatch.setenv(name, value)
    alone = run_job(build_workspace(load_settings()), "backfill", START, LAST, reuse=False, tables=TABLES)
    assert alone.success, failures_of(alone)
    expected = stored_bytes(plain)
    assert len(expected) >= DAYS * len(TABLES)
    assert stored_bytes(home) == expected

    kept = [path for root in (home, short_folder) for path in root.rglob("*") if path.is_file()]
    assert kept
    assert not [str(path) for path in kept if KEY.encode() in path.read_bytes()], "the key went through Ray"


def steer(cluster: Cluster, environment: dict[str, str], log: Path) -> tuple[bool, list[str], list[list[str]], str]:
    """A run in a process of its own; once half of its steps are done, the node that is at another one is lost.

    Returns:
        Whether the run ended well, its failures, its events as (type, step), and the step that was lost.
    """
    asked = json.dumps([START.isoformat(), LAST.isoformat(), TABLES])
    with log.open("wb") as told:
        run = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _STEERING, asked], stdout=told, stderr=told, env=environment,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        try:
            lost = lose_half_way(cluster, run, Path(environment["STAYWORTH_HOME"]))
            run.wait(timeout=_LIMIT_SECONDS)
        finally:
            run.kill()
            run.wait()
    text = log.read_text("utf-8", "replace")
    assert run.returncode == 0, text[-4000:]
    success, failures, events = json.loads(text.rpartition("ended ")[2])
    assert lost is not None, "the second node never was at a step of the second half"
    return success, failures, events, lost


def lose_half_way(cluster: Cluster, run: subprocess.Popen[bytes], home: Path) -> str | None:
    """Waits until half of the tables are stored and the second node is at another one, and kills that node."""
    started = time.monotonic()
    while run.poll() is None and time.monotonic() - started < _LIMIT_SECONDS:
        done = {table for table in TABLES if len(list(home.glob(f"lake/*/{table}/**/*.parquet"))) == DAYS}
        step = cluster.step_on_second()
        if 2 * len(done) >= len(TABLES) and step in set(TABLES) - done:
            cluster.lose_second()
            return step
        time.sleep(0.2)
    return None
