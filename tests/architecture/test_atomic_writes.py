"""A file that readers may open is written in one way, whole or not at all: by ``resources/atomic_files.py``."""

import ast
from pathlib import Path

import pytest

from tests.architecture.test_imports import ALL_FILES, relative

HOME = "resources/atomic_files.py"
# These move what is there already, folder by folder, and write nothing.
MOVERS = {"pipelines/homes.py", "pipelines/restricted_roots.py"}
FILES = [path for path in ALL_FILES if relative(path) not in {HOME, *MOVERS}]
REFUSED = {"replace", "rename", "renames", "link", "fsync"}


def own_renames(text: str) -> list[int]:
    """Lines that rename a file, or make one to be renamed."""
    return sorted(node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and _renames(node))


def _renames(call: ast.Call) -> bool:
    called = call.func
    if isinstance(called, ast.Name):
        return called.id in {"mkstemp", "NamedTemporaryFile"}
    if not isinstance(called, ast.Attribute):
        return False
    if isinstance(called.value, ast.Name) and called.value.id in {"os", "shutil", "tempfile"}:
        return called.attr in REFUSED | {"mkstemp", "NamedTemporaryFile", "move"}
    # Texts and dates are replaced by two arguments or by name, columns at the end of an expression.
    is_path = called.attr == "replace" and isinstance(called.value, ast.Name | ast.Attribute | ast.BinOp)
    return is_path and len(call.args) == 1 and not call.keywords


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_files_are_written_whole_in_one_way(path: Path) -> None:
    assert own_renames(path.read_text("utf-8")) == [], f"use {HOME}"


@pytest.mark.parametrize(
    "line",
    [
        "os.replace(part, path)",
        "part.replace(path)",
        "self.part.replace(path)",
        "(folder / name).replace(path)",
        "os.link(draft, path)",
        "tempfile.NamedTemporaryFile(delete=False)",
        "shutil.move(draft, path)",
    ],
)
def test_a_rename_of_its_own_would_be_seen(line: str) -> None:
    assert own_renames(line) == [1]


@pytest.mark.parametrize(
    "line", ["text.replace('a', 'b')", "day.replace(year=2024)", "pl.col('a').replace(names)", "frame.rename(names)"]
)
def test_other_replacements_are_none(line: str) -> None:
    assert own_renames(line) == []
