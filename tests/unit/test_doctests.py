"""Examples in docstrings give what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WITH_EXAMPLES = [
    path.relative_to(ROOT)
    for folder in ("assets", "pipelines", "resources")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if ">>> " in path.read_text("utf-8")
]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=str)
def test_examples_give_what_they_say(path: Path) -> None:
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0, "the example stands in no docstring"
    assert outcome.failed == 0


def test_there_are_examples() -> None:
    assert len(WITH_EXAMPLES) >= 20
