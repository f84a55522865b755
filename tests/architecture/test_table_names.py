"""Only rooms know the names of their tables: whoever else needs one asks the contract."""

import ast
from pathlib import Path

import pytest

from assets.common.rooms import ROOMS
from pipelines.rooms import room_contracts
from tests.architecture.test_imports import ROOT, relative

# Sources speak of streams and of their own draws; some of these have a table's name.
FILES = [
    path
    for folder in ("pipelines", "resources")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "sources" not in path.parts
]


def table_names(text: str) -> list[tuple[int, str]]:
    """Line and name of every string that is a table's name, and not a room's or the command's of that name."""
    names = set(room_contracts()) - set(ROOMS)
    strings = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
    return [(node.lineno, node.value) for node in strings if isinstance(node.value, str) and node.value in names]


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_no_table_is_spelled_outside_the_rooms(path: Path) -> None:
    assert table_names(path.read_text("utf-8")) == []


def test_a_name_would_be_seen() -> None:
    assert table_names('lake.days("raw_bookings")\nroom("customers")') == [(1, "raw_bookings")]
