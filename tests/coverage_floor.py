"""``make coverage``: what share of the lines the quick tests ran, held to a floor.

The floor of the pure files (as ``tests/architecture`` has them: the rooms' files that know no Dagster) is the one that
counts: whatever they compute must be seen by a test. Commands and servers are run by tests in processes of their own,
where lines are not counted, so that the floor of all files is what is there.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.architecture.test_imports import PURE_FILES, relative

PURE_FLOOR = 0.97
FLOOR = 0.92
_SHOWN = 10


@dataclass(frozen=True)
class Share:
    """Lines that were run, of those that can be."""

    run: int
    lines: int

    @property
    def value(self) -> float:
        """Between 0 and 1; without any line everything was run."""
        return self.run / self.lines if self.lines else 1.0

    def __str__(self) -> str:
        """As it is printed."""
        return f"{self.value:.1%} ({self.run} of {self.lines} lines)"


def share_of(files: Mapping[str, Any], names: Iterable[str]) -> Share:
    """Share over some files of a report; a file that the report lacks was never imported and is an error.

    Args:
        files: part ``files`` of coverage's JSON report.
        names: paths from the root of the repository.

    Raises:
        KeyError: the report does not know a file.
    """
    parts = [files[name]["summary"] for name in names]
    return Share(sum(part["covered_lines"] for part in parts), sum(part["num_statements"] for part in parts))


def verdict(report: Mapping[str, Any], pure: Iterable[str]) -> tuple[list[str], bool]:
    """Lines to print, and whether both floors hold."""
    files = report["files"]
    pure = sorted(pure)
    of_pure, of_all = share_of(files, pure), share_of(files, files)
    lowest = sorted(pure, key=lambda name: share_of(files, [name]).value)[:_SHOWN]
    lines = [f"pure files: {of_pure}, floor {PURE_FLOOR:.0%}", f"all files: {of_all}, floor {FLOOR:.0%}"]
    lines += [f"  {share_of(files, [name])}  {name}" for name in lowest]
    return lines, of_pure.value >= PURE_FLOOR and of_all.value >= FLOOR


def main(path: str) -> int:
    """Print the verdict over a JSON report; 1 below a floor."""
    lines, is_held = verdict(json.loads(Path(path).read_text("utf-8")), map(relative, PURE_FILES))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
