"""SIGKILL of the daemon, and with it of the step that it runs: the next daemon ends with what one backfill gives."""

import os
import random
import signal
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from pipelines.running import pending_days, run_job
from pipelines.terminal.stages import daily_tables
from pipelines.workspace import build_workspace
from resources.sources.demo.deliveries import deliver
from tests.crash.evidence import stored_bytes
from tests.crash.mornings import DAYS, LAST, world
from tests.end_to_end.daemon import environment
from tests.end_to_end.test_daemon import MORNING, START, prepared

KILLS = 4
_LONGEST = 45.0  # seconds that a daemon may live before it is killed: it dies in its imports, between runs, or in one


def mornings(inbox: Path, kept: Path, first: date, after: float | None) -> tuple[int, date]:
    """A daemon from a morning on, killed after some seconds; its status and the first morning that is not done."""
    command = [sys.executable, "-m", "tests.crash.mornings", str(inbox), str(kept), str(first), str(LAST)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    killer = threading.Timer(after or 3_600.0, lambda: os.killpg(process.pid, signal.SIGKILL))
    killer.start()
    told, complaints = process.communicate()
    killer.cancel()
    assert process.returncode in (0, -signal.SIGKILL), complaints[-3_000:]
    done = [date.fromisoformat(line) for line in told.split()]
    return process.returncode, max(done) + MORNING if done else first


@pytest.mark.slow
def test_a_killed_daemon_starts_again_and_ends_with_the_data_of_one_backfill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder_home: Path
) -> None:
    inbox, kept = tmp_path / "inbox", tmp_path / "dagster"
    source, log = world()
    deliver(inbox, source, log, START)
    homes = {name: prepared(tmp_path / name, encoder_home) for name in ("killed", "calm")}
    environment(monkeypatch, homes["killed"], inbox, START, STAYWORTH_CORE__HISTORY_END=str(DAYS[-1]))
    rng, first, kills, status = random.Random(7), START + MORNING, 0, -1
    while kills < KILLS and status != 0:
        status, first = mornings(inbox, kept, first, rng.uniform(5.0, _LONGEST))
        kills += status == -signal.SIGKILL
    assert kills, "the daemon was done before it could be killed"
    if status != 0:
        status, _ = mornings(inbox, kept, first, None)
    assert status == 0
    killed = build_workspace()
    monkeypatch.setenv("STAYWORTH_HOME", str(homes["calm"]))
    calm = build_workspace()
    assert run_job(calm, "backfill", DAYS[0], DAYS[-1], reuse=True).success
    assert not pending_days(killed, daily_tables())
    ours, theirs = stored_bytes(homes["killed"]), stored_bytes(homes["calm"])
    daily = [name for name in theirs if "/all." not in name and not name.startswith("internal/records/")]
    assert {name: ours.get(name) for name in daily} == {name: theirs[name] for name in daily}
