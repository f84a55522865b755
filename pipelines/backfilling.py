"""A range of days as one run or many: how it is cut, and how runs go on beside each other."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from pipelines.instance import open_instance
from resources.errors import SettingsError
from resources.settings import Given, variables_of

Span = tuple[date, date]


def spans(first: date, last: date, runs: int) -> list[Span]:
    """Cut a range into consecutive spans whose lengths differ by a day at most.

    Raises:
        SettingsError: fewer runs than one, or more than days.

    Example:
        >>> [str(span[0]) for span in spans(date(2024, 1, 1), date(2024, 1, 5), 2)]
        ['2024-01-01', '2024-01-04']
    """
    days = (last - first).days + 1
    if not 1 <= runs <= days:
        message = f"--runs {runs} does not fit {days} days; give 1 to {days}"
        raise SettingsError(message)
    cuts = [-(-days * place // runs) for place in range(runs + 1)]
    return [
        (first + timedelta(days=start), first + timedelta(days=stop - 1))
        for start, stop in zip(cuts, cuts[1:], strict=False)
    ]


def run_beside(home: Path, parts: Sequence[Span], at_once: int, given: Given) -> bool:
    """Run each span in a process of its own, so many of them at once; whether all ended well.

    Args:
        home: of the pipeline.
        parts: the spans.
        at_once: how many processes.
        given: settings in place of those of file and environment.

    The pools of ``dagster.yaml`` hold over all of them (``pipelines/instance.py``).
    """
    with open_instance(home):  # its databases are made by one process, before many use them
        pass
    with ThreadPoolExecutor(max_workers=at_once) as crew:
        return all(list(crew.map(partial(_run_span, given), parts)))


def _run_span(given: Given, span: Span) -> bool:
    first, last = (day.isoformat() for day in span)
    command = [sys.executable, "-m", "pipelines.cli", "backfill", "--as-part", "--from", first, "--to", last]
    environment = {**os.environ, **variables_of(given)}
    return subprocess.run(command, check=False, env=environment).returncode == 0  # our own command line
