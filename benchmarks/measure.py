"""Runs a function in a process of its own, measures its wall time and peak memory, and keeps a benchmark's figures."""

import argparse
import json
import multiprocessing
import os
import resource
import shlex
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pipelines.results_page import markdown_of, measured_here, write_block

_FOLDERS = {"--data", "--of", "--encoders", "--roberta", "--scratch"}  # options whose values say where, not what


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
        figures = receiver.recv()
    except EOFError as error:
        message = f"{task.__name__} ended without a result (exit status {process.exitcode}); run it by itself"
        raise RuntimeError(message) from error
    process.join()
    return figures


def _child(sender: Any, task: Callable[..., dict[str, Any]], arguments: tuple[object, ...]) -> None:
    warnings.simplefilter("ignore")  # as the command line does: libraries about themselves
    started = time.perf_counter()
    figures = task(*arguments)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
    sender.send({**figures, "seconds": round(seconds, 2), "peak_mib": round(peak)})
    sender.close()


def write(home: Path, name: str, results: dict[str, Any]) -> Path:
    """Store a benchmark's figures as ``<home>/benchmarks/<name>.json``."""
    path = home / "benchmarks" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1, sort_keys=True), "utf-8")
    return path


def asked_for(parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of a benchmark, ``--write`` among them: a results page that gets the figures."""
    parser.add_argument("--write", type=Path, help="results page that gets the figures, say docs/results/masking.md")
    return parser.parse_args(arguments)


def finish(name: str, results: dict[str, Any], options: argparse.Namespace) -> None:
    """Store the figures, and write their block of the results page where one is asked for.

    Args:
        name: of the file of figures and of the block.
        results: figures, nested by name.
        options: from ``asked_for``.
    """
    print(f"figures: {write(Path(os.environ.get('STAYWORTH_HOME', 'var')), name, results)}")
    if options.write is not None:
        write_block(options.write, measured_here(name, command_line(sys.argv), markdown_of(results)))
        print(f"page: {options.write}")


def command_line(words: Sequence[str]) -> str:
    """The command as somebody else would type it: folders by the word, without ``--write``.

    Args:
        words: ``sys.argv``, its first the path of the benchmark.
    """
    typed, rest = [f"python -m benchmarks.{Path(words[0]).stem}"], iter(words[1:])
    for word in rest:
        option, given, _ = word.partition("=")
        value = None if given or option not in {"--write", *_FOLDERS} else next(rest, None)
        if option in _FOLDERS and (given or value is not None):
            typed.append(f"{option} <folder>")
        elif option != "--write":
            typed.append(shlex.quote(word))
    return " ".join(typed)
