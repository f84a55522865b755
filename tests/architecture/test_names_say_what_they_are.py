"""A value is named by what it is, not by how it was come by: nothing is called ``found``."""

import ast
from pathlib import Path

import pytest

from tests.architecture.test_imports import ALL_FILES, ROOT, relative

REFUSED = {"found"}
UNITS = ROOT / "tests" / "unit"
TESTS = [
    path
    for path in (ROOT / "tests").rglob("*.py")
    if not path.is_relative_to(UNITS) or path.is_relative_to(UNITS / "alignment")
]
FILES = [
    *ALL_FILES,
    *sorted((ROOT / "benchmarks").rglob("*.py")),
    *sorted(TESTS),
]


def refused_names(text: str) -> list[tuple[int, str]]:
    """Line and name of every variable, argument, attribute, function and keyword with a refused name."""
    named: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(text)):
        names = [
            value for field in ("id", "arg", "attr", "name") if isinstance(value := getattr(node, field, None), str)
        ]
        named += [(getattr(node, "lineno", 0), name) for name in names if name in REFUSED]
    return sorted(set(named))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_values_are_named_by_what_they_are(path: Path) -> None:
    assert refused_names(path.read_text("utf-8")) == [], "say what was found"


@pytest.mark.parametrize(
    "line",
    [
        "found = 1",
        "f(found=1)",
        "x = proof.found",
        "def found(): ...",
        "def f(found): ...",
        "g = [found for found in x]",
        "match x:\n    case found: ...",
        "f = lambda found: 1",
    ],
)
def test_a_refused_name_would_be_seen(line: str) -> None:
    assert refused_names(line)


@pytest.mark.parametrize("line", ["'found'", "lost_and_found = 1", "{'found': 1}"])
def test_texts_and_longer_names_are_none(line: str) -> None:
    assert refused_names(line) == []
