"""The daemon under a clock of our own: Dagster's scheduler and sensor loops, its watch over runs; runs in process."""

import hashlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from pipelines.building import build_definitions
from resources.dagster_private import (
    InProcessCodeLocationOrigin,
    InProcessWorkspaceLoadTarget,
    LoadableTargetOrigin,
    WorkspaceProcessContext,
    execute_run_monitoring_iteration,
    execute_sensor_iteration,
    freeze_time,
    launch_scheduled_runs,
)

ZONE = ZoneInfo("Europe/Lisbon")
MODULE = "stayworth_under_test"
_LOG = logging.getLogger("simulated daemon")


@dataclass
class SimulatedDaemon:
    """Everything that `dagster-daemon run` turns, turned by hand at moments of our choice."""

    context: WorkspaceProcessContext
    instance: dg.DagsterInstance

    def schedules(self, day: date, hour: int, minute: int = 0) -> None:
        """One round of the scheduler at a local time."""
        with self._at(day, hour, minute) as now:
            for _ in launch_scheduled_runs(self.context, _LOG, now, {}):
                pass

    def sensors(self, day: date, hour: int, minute: int = 0) -> None:
        """One round of all sensors but those of automation conditions."""
        with self._at(day, hour, minute):
            for _ in execute_sensor_iteration(self.context, _LOG, None, None):
                pass

    def monitor(self) -> None:
        """One round of Dagster's watch over runs that never started, by the real clock."""
        for _ in execute_run_monitoring_iteration(self.context, _LOG):
            pass

    def settle(self, day: date, hour: int = 8, quiet: int = 1) -> int:
        """Sensor rounds, six minutes apart, until some in a row ask for no run; returns how many runs were asked for.

        Args:
            day: the morning.
            hour: of the first round.
            quiet: rounds without a run before it ends. After kills a dozen: the clock of a new process goes back to the
                morning, sensors wait until they have passed their last look, end the tick that was cut, and look anew.
        """
        start = before = self.runs()
        silent = 0
        for turn in range(1, 41):
            self.sensors(day, hour + turn // 10, 6 * (turn % 10))
            now = self.runs()
            silent = silent + 1 if now == before else 0
            if silent == quiet:
                return now - start
            before = now
        message = f"the sensor asks for runs without end on {day}"
        raise AssertionError(message)

    def runs(self) -> int:
        """Runs so far."""
        return self.instance.get_runs_count()

    @contextmanager
    def _at(self, day: date, hour: int, minute: int) -> Iterator[datetime]:
        now = datetime.combine(day, time(hour, minute), ZONE).astimezone(ZoneInfo("UTC"))
        with freeze_time(now):
            yield now


@contextmanager
def daemon_over(kept: Path | None = None) -> Iterator[SimulatedDaemon]:
    """A daemon over the code location that the environment describes.

    Args:
        kept: folder of its Dagster home, where a later daemon goes on; None: one that is gone afterwards.
    """
    module = ModuleType(MODULE)
    module.defs = build_definitions()  # type: ignore[attr-defined]
    sys.modules[MODULE] = module
    target = InProcessWorkspaceLoadTarget(_origin())
    # In memory where the machine has such a folder: thousands of small commits are all that a disk would add.
    memory = Path("/dev/shm")
    folder = kept or Path(tempfile.mkdtemp(prefix="stayworth-", dir=memory if memory.is_dir() else None))
    folder.mkdir(parents=True, exist_ok=True)
    # As in the product's own instance: the events of a run are stored in batches.
    events = {
        "event_log_storage": {
            "module": "resources.event_log",
            "class": "BatchedSqliteEventLogStorage",
            "config": {"base_dir": str(folder / "events")},
        },
        "run_monitoring": {"enabled": True, "start_timeout_seconds": 1},  # the product's own waits 300
    }
    logging.disable(logging.CRITICAL)
    try:
        with (
            dg.instance_for_test(
                events, temp_dir=str(folder), synchronous_run_coordinator=True, synchronous_run_launcher=True
            ) as instance,
            WorkspaceProcessContext(instance, target) as context,
        ):
            yield SimulatedDaemon(context, instance)
    finally:
        logging.disable(logging.NOTSET)
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)
        del sys.modules[MODULE]


def _origin() -> Any:
    return InProcessCodeLocationOrigin(
        LoadableTargetOrigin(executable_path=sys.executable, module_name=MODULE, attribute="defs"),
        location_name="stayworth",
    )


def environment(monkeypatch: pytest.MonkeyPatch, home: Path, inbox: Path, start: date, **values: str) -> None:
    """What an operator would export."""
    given = {
        "STAYWORTH_HOME": str(home),
        "STAYWORTH_HMAC_KEY": hashlib.sha256(b"a key of tests").hexdigest(),
        "STAYWORTH_CORE__SOURCE": "deliveries",
        "STAYWORTH_CORE__DATA": str(inbox),
        "STAYWORTH_CORE__HISTORY_START": str(start),
        "STAYWORTH_CORE__FIT_EVERY_DAYS": os.environ.get("STAYWORTH_CORE__FIT_EVERY_DAYS", "7"),
        "STAYWORTH_OPERATIONS__AUTOMATIC": "true",
        **values,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
