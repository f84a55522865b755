"""Runs of the command line that are killed at a moment of our choice, and what they leave behind."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PROGRESS = re.compile(r"^  ([a-z_]+) .* rows +[\d.]+ s", re.MULTILINE)
_POLL_SECONDS = 0.01
_LIMIT_SECONDS = 600.0
START = "start"


@dataclass(frozen=True)
class Moment:
    """When to kill: seconds after the progress line of a stage (``start``: after the process began)."""

    after: str
    seconds: float


@dataclass
class Ended:
    """How a process ended.

    Attributes:
        status: exit status, or minus the signal.
        stage: what it was doing: the stage after the last one that it had told of.
        seconds: wall time.
        stages: progress lines with their moment, in order.
        text: what it printed.
    """

    status: int
    stage: str
    seconds: float
    stages: list[tuple[str, float]]
    text: str

    @property
    def was_killed(self) -> bool:
        return self.status == -signal.SIGKILL


@dataclass
class Nursery:
    """One forking process; a child at a time."""

    environment: dict[str, str]
    command: str = "run"
    order: list[str] = field(default_factory=list)  # stages as an undisturbed run goes through them
    _process: subprocess.Popen[str] | None = None

    def run(self, home: Path, arguments: list[str], moment: Moment | None = None) -> Ended:
        """A command in a home, killed at the moment unless it ends before."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        log = home.with_suffix(".log")
        log.unlink(missing_ok=True)
        task = {"arguments": arguments, "environment": {"STAYWORTH_HOME": str(home)}, "log": str(log)}
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        pid = json.loads(self._process.stdout.readline())["pid"]
        started = time.perf_counter()
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(pid, log, moment, started, over), daemon=True)
        seen: list[tuple[str, float]] = []
        self._seen = seen
        watch.start()
        status = json.loads(self._process.stdout.readline())["status"]
        over.set()
        watch.join()
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        text = log.read_text("utf-8", "replace")
        self._note(text, seen, time.perf_counter() - started)
        return Ended(status, self._next([name for name, _ in seen]), time.perf_counter() - started, seen, text)

    def _watch(self, pid: int, log: Path, moment: Moment | None, started: float, over: threading.Event) -> None:
        due = started + moment.seconds if moment and moment.after == START else None
        while not over.is_set():
            now = time.perf_counter()
            if log.exists():
                self._note(log.read_text("utf-8", "replace"), self._seen, now - started)
            if moment and due is None and any(name == moment.after for name, _ in self._seen):
                due = now + moment.seconds
            if (due is not None and now >= due) or now - started > _LIMIT_SECONDS:
                os.kill(pid, signal.SIGKILL)
                return
            time.sleep(_POLL_SECONDS)

    @staticmethod
    def _note(text: str, seen: list[tuple[str, float]], now: float) -> None:
        names = _PROGRESS.findall(text)
        seen.extend((name, now) for name in names[len(seen) :])

    def _next(self, done: list[str]) -> str:
        left = [name for name in self.order if name not in done]
        return left[0] if left else "after the last stage"


@contextmanager
def nursery(environment: dict[str, str], *, niceness: int = 0) -> Iterator[Nursery]:
    """A forking process with the pipeline imported; gone afterwards."""
    command = ["nice", "-n", str(niceness), sys.executable, "-m", "tests.crash.nursery"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1",
             **environment},
    )  # fmt: skip
    try:
        yield Nursery(environment, _process=process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


def draw_moment(undisturbed: Ended, rng: random.Random) -> Moment:
    """Half of the moments are uniform over the wall time, half uniform over the stages and within their length."""
    if rng.random() < 0.5:
        return Moment(START, rng.uniform(0.0, undisturbed.seconds))
    marks = [(START, 0.0), *undisturbed.stages]
    ends = [*(at for _, at in undisturbed.stages), undisturbed.seconds]
    place = rng.randrange(len(marks))
    return Moment(marks[place][0], rng.uniform(0.0, ends[place] - marks[place][1]))
