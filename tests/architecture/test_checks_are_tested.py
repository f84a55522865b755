"""No check is declared that no test asks for by its name."""

import ast
from functools import cache
from pathlib import Path

import pytest

from pipelines.rooms import declared_assets

TESTS = Path(__file__).resolve().parents[1]
CHECKS = sorted({name for item in declared_assets() for name in item.check_advice()})


@cache
def texts_of_tests() -> frozenset[str]:
    """Every text constant of the tests, those of other architecture tests apart."""
    nodes = [
        node
        for path in TESTS.rglob("*.py")
        if path.parent.name != "architecture"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    ]
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_is_named_in_a_test(name: str) -> None:
    assert name in texts_of_tests(), "turn the check red by a broken frame, in a test that asks for it by name"


def test_the_rooms_declare_checks() -> None:
    assert len(CHECKS) > 100
