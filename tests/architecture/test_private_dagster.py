"""What Dagster's public interface does not offer is named in one file; tests and benchmarks hold to it, too."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.test_imports import ROOT, relative

HOME = "resources/dagster_private.py"
FOLDERS = ("assets", "benchmarks", "pipelines", "resources", "tests")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if relative(path) != HOME)
PRIVATE = re.compile(r"dagster\w*(\.\w+)*\._(?!_)\w+(\.\w+)*")  # as a whole: a sentence may speak of them


def reaches_into_dagster(text: str) -> list[int]:
    """Lines that import a private module of Dagster, or name one in a text (``import_module``, ``patch``)."""
    lines: list[int] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value]
        else:
            continue
        lines += [node.lineno for name in names if PRIVATE.fullmatch(name)]
    return sorted(set(lines))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_no_other_file_reaches_into_dagster(path: Path) -> None:
    assert reaches_into_dagster(path.read_text("utf-8")) == [], f"take it from {HOME}, with a canary"


@pytest.mark.parametrize(
    "line",
    [
        "from dagster._core.events import EngineEventData",
        "import dagster._daemon",
        "from dagster import _core",
        "importlib.import_module('dagster._core.storage')",
        "patch('dagster._time._mockable_get_current_datetime')",
        "from dagster_webserver._x import y",
    ],
)
def test_a_reach_would_be_seen(line: str) -> None:
    assert reaches_into_dagster(f"def f():\n    {line}") == [2]


@pytest.mark.parametrize("line", ["import dagster as dg", "from dagster_webserver.app import x", "'``dagster._...``'"])
def test_what_is_public_is_none(line: str) -> None:
    assert reaches_into_dagster(line) == []
