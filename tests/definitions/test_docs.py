"""Pages of docs that are written from the code are up to date, and every path that docs name exists."""

import re
from pathlib import Path

import pytest

from pipelines.catalogue import write_pages
from pipelines.cli import stayworth

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def test_generated_pages_are_current(tmp_path: Path) -> None:
    for page in write_pages(tmp_path, stayworth):
        assert page.read_text("utf-8") == (REFERENCE / page.name).read_text("utf-8"), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_named_in_docs_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    written = r"(?!:\n\n```)"  # a file that the page goes on to write
    code = re.findall(r"`((?:assets|resources|pipelines|tests|benchmarks|docs)/[\w/.-]+)`" + written, text)
    links = [page.parent / link for link in re.findall(r"\]\(([\w/.-]+)(?:#[\w-]+)?\)", text)]
    missing = [name for name in code if not (ROOT / name).exists()]
    missing += [str(link) for link in links if not link.exists()]
    assert not missing
