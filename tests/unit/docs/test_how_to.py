"""The how-to pages do what they say: their code is run, their changes are made in a copy of the tree.

The pages of a source, a model and a room are run by ``test_installed.py``, ``test_adding_a_model.py`` and
``test_add_a_room.py``.
"""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from assets.common.findings import Disclosure, finding_rows
from assets.reports import chapters
from assets.reports.settings import ReportsSettings
from assets.reports.telling.blocks import Stats
from assets.reports.telling.chapter import chapters_in
from assets.reports.telling.editions import build_editions
from assets.reports.telling.render import render_editions
from assets.reports.telling.run import RunHeader
from assets.reports.telling.told import Told
from resources.sources.base import SourceFacts

ROOT = Path(__file__).resolve().parents[3]
PAGES = ROOT / "docs" / "how_to"


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", (PAGES / page).read_text("utf-8"), re.S | re.M)


def apply(diff: str, tree: Path) -> None:
    """Make a page's change: each hunk's old lines stand once in the file."""
    head, *hunks = diff.split("@@\n")
    path = tree / head.removeprefix("--- ").strip()
    text = path.read_text("utf-8")
    for hunk in hunks:
        lines = hunk.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(old) == 1, f"{path.name} does not hold the lines that the page changes:\n{old}"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a colleague works on: the code, the tests of a room, the pages."""
    for folder in ("assets", "resources", "pipelines", "docs", "tests/unit/customers"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "pictures"))
    for name in ("pyproject.toml", "tests/__init__.py", "tests/unit/__init__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def python(tree: Path, *arguments: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tree), "PYTHONPATH": str(tree)}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tree, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def pytest_on(tree: Path, *files: str) -> None:
    told = python(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/unit/customers/{x}" for x in files))
    assert " failed" not in told


def add_test(tree: Path, file: str, code: str) -> None:
    path = tree / "tests" / "unit" / "customers" / file
    path.write_text(path.read_text("utf-8") + "\n\n" + code, "utf-8")


def test_a_feature_is_added(clone: Path) -> None:
    for diff in blocks("add_a_feature.md", "diff"):
        apply(diff, clone)
    [code] = blocks("add_a_feature.md", "python")
    add_test(clone, "test_behaviour.py", code)
    page = clone / "docs" / "methods" / "customers.md"
    table = python(clone, "-c", "from assets.customers.features import feature_table; print(feature_table())").strip()
    old = python(ROOT, "-c", "from assets.customers.features import feature_table; print(feature_table())").strip()
    assert old in page.read_text("utf-8")
    page.write_text(page.read_text("utf-8").replace(old, table), "utf-8")
    pytest_on(clone, "test_behaviour.py", "test_features.py", "test_leakage.py", "test_checks.py")
    names = (
        "from assets.models.examples.dataset import BEHAVIOUR_COLUMNS; print('b_short_stay_share' in BEHAVIOUR_COLUMNS)"
    )
    assert python(clone, "-c", names).strip() == "True", "models read it without a word"


def test_a_check_is_added(clone: Path) -> None:
    [diff] = blocks("add_a_check.md", "diff")
    apply(diff, clone)
    [code] = blocks("add_a_check.md", "python")
    add_test(clone, "test_checks.py", code)
    pytest_on(clone, "test_checks.py")


def test_a_chapter_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = re.findall(r"^`assets/reports/chapters/([\w./]+)`:\n\n```python\n(.*?)^```",
                       (PAGES / "add_a_chapter.md").read_text("utf-8"), re.S | re.M)  # fmt: skip
    assert [name for name, _ in named] == ["coming_back/__init__.py", "coming_back/chapter.py"]
    package = tmp_path / f"chapters_of_{tmp_path.name}"
    for name, text in named:
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, "utf-8")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    chapter = {item.name: item for item in chapters_in(chapters, __import__(package.name))}["coming_back"]
    tree = {"customers": {"count": 9, "bookings_p99": 7, "median_bookings": 1.0}}
    rows = finding_rows(tree, {"customers": Disclosure.GUEST_AGGREGATE})
    day = date(2024, 1, 1)
    run = RunHeader(source="demo", facts=SourceFacts(title="toys", covers="toys"), first_day=day, last_day=day)

    def tell(findings):  # type: ignore[no-untyped-def]
        told = Told.over(findings, run=run, settings=ReportsSettings(), chapter=chapter, table_of=lambda _name: None)  # type: ignore[arg-type,return-value]
        return chapter.build(told)

    section = tell(rows)
    assert section is not None
    [stats] = section.blocks
    assert isinstance(stats, Stats)
    assert [item.value for item in stats.items] == ["1", "7"]
    pages = render_editions(build_editions([section], run), run)
    assert "How many come back" in pages["internal"]
    assert "How many come back" not in pages["shareable"], "an exact figure over guests"
    assert tell(rows.clear()) is None
