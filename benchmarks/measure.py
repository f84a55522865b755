"""Runs a function in a process of its own and measures its wall time and peak memory."""

import json
import multiprocessing
import resource
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any


def measured(task: Callable[..., dict[str, Any]], *arguments: object) -> dict[str, Any]:
    """What the task returns, plus ``seconds`` and ``peak_mib`` of its own fresh process.

    Raises:
        RuntimeError: the process ended without a result.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(sender, task, arguments))
    process.start()
    sender.close()
    try:
        found = receiver.recv()
    except EOFError as error:
        message = f"{task.__name__} ended without a result (exit status {process.exitcode}); run it by itself"
        raise RuntimeError(message) from error
    process.join()
    return found


def _child(sender: Any, task: Callable[..., dict[str, Any]], arguments: tuple[object, ...]) -> None:
    warnings.simplefilter("ignore")  # as the command line does: libraries about themselves
    started = time.perf_counter()
    found = task(*arguments)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
    sender.send({**found, "seconds": round(seconds, 2), "peak_mib": round(peak)})
    sender.close()


def write(home: Path, name: str, results: dict[str, Any]) -> Path:
    """Store a benchmark's figures as ``<home>/benchmarks/<name>.json``."""
    path = home / "benchmarks" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1, sort_keys=True), "utf-8")
    return path
