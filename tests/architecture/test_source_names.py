"""No code asks for a source's name: what is true of its rows is a fact of the source, how it delivers of its kind."""

import ast
from pathlib import Path

import pytest

from resources.sources import registry
from resources.sources.kinds import KINDS

ROOT = Path(__file__).resolve().parents[2]
NAMED_THERE = {"resources/sources/kinds.py", "resources/sources/registry.py"}
FILES = [
    path
    for folder in ("assets", "pipelines", "resources")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if str(path.relative_to(ROOT)) not in NAMED_THERE
]


def compared_names(text: str) -> list[int]:
    """Lines on which a source's name is compared with something, matched, or looked up in a table by name."""
    lines: list[int] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            lines += [node.lineno for side in sides if _is_name(side) or _is_asked(side)]
        elif isinstance(node, ast.MatchValue) and _is_name(node.value):
            lines.append(node.value.lineno)
        elif isinstance(node, ast.Subscript) and _is_asked(node.slice):
            lines.append(node.lineno)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            lines += [node.lineno for argument in node.args if _is_asked(argument)]
    return sorted(set(lines))


def _is_name(node: ast.AST) -> bool:
    """A constant that names a source, or a collection that holds one."""
    if isinstance(node, ast.Constant):
        return node.value in KINDS
    return isinstance(node, ast.Tuple | ast.List | ast.Set) and any(_is_name(item) for item in node.elts)


def _is_asked(node: ast.AST) -> bool:
    """``core.source``, ``run.source``, ``source.name``: the name as it stands in settings, headers and sources."""
    if not isinstance(node, ast.Attribute):
        return False
    owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    return (node.attr == "source" and owner in ("core", "run")) or (node.attr == "name" and owner == "source")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_asks_for_the_name_of_a_source(path: Path) -> None:
    assert compared_names(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "if core.source == 'demo': pass",
        "x = settings.core.source in ('sql', 'deliveries')",
        "x = 1 if 'public' != name else 2",
        "x = minutes.get(settings.core.source, 14)",
        "x = minutes[core.source]",
        "x = inputs.source.name == other",
        "x = run.source == DEMO",
        "match name:\n    case 'demo':\n        pass",
    ],
)
def test_a_question_for_the_name_is_seen(line: str) -> None:
    assert compared_names(line)


def test_every_source_has_a_kind_and_a_builder() -> None:
    assert set(registry._BUILDERS) == set(KINDS)
