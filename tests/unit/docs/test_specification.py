"""The specification names the rooms and the paths of the results that the code has."""

import itertools
import re
from pathlib import Path

from assets.reports.results import required_paths
from pipelines.rooms import ROOMS

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "specification.md").read_text("utf-8")


def section(number: int) -> str:
    return TEXT.split(f"\n## {number}. ", 1)[1].split(f"\n## {number + 1}. ", 1)[0]


def expanded(path: str) -> list[str]:
    """``a.{b, c}`` as ``a.b`` and ``a.c``."""
    parts = [part.strip("{}").split(", ") for part in re.split(r"(\{[^}]*\})", path) if part]
    return ["".join(chosen) for chosen in itertools.product(*parts)]


def test_rooms_are_those_of_the_chain() -> None:
    named = re.search(r"below `assets/`: (.+?)\.\s", section(2), flags=re.DOTALL)
    assert named
    assert tuple(re.findall(r"`(\w+)`", named[1])) == ROOMS


def test_every_room_has_its_section() -> None:
    assert tuple(re.findall(r"^### 6\.\d+ `(\w+)`$", TEXT, flags=re.MULTILINE)) == ROOMS


def test_paths_of_the_results_are_those_that_a_run_must_fill() -> None:
    rows = [line.split(" | ")[0] for line in section(9).splitlines() if line.startswith("| `")]
    told = {path for row in rows for item in re.findall(r"`([^`]+)`", row) for path in expanded(item)}
    assert told == set(required_paths(knows_truth=True))
