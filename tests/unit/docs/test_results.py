"""Figures stand in docs/results only, in blocks that say when they were measured, by which command, on what."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = sorted(page for page in (DOCS / "results").glob("*.md") if page.name != "index.md")
BLOCK = re.compile(r"^<!-- measured: (\w+) -->\n(.*?)^<!-- end: \1 -->$", flags=re.MULTILINE | re.DOTALL)
DAY = r"\d{4}-\d{2}-\d{2}"
TOLD = re.compile(rf"\*\*Measured\*\* {DAY}( and {DAY})? · .*`.+`.* · [^·]*\d+ [^·]*cores?[^·]* · version \w+.*")


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_says_when_how_and_on_what(page: Path) -> None:
    assert blocks(page)
    assert not [name for name, text in blocks(page) if not TOLD.match(text)]
    assert page.read_text("utf-8").count("<!-- measured:") == len(blocks(page)), "a block that does not end"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_table_stands_outside_a_block(page: Path) -> None:
    outside = BLOCK.sub("", page.read_text("utf-8"))
    assert not [line for line in outside.splitlines() if line.startswith("|")]


def test_names_of_blocks_are_told_once() -> None:
    names = [name for page in PAGES for name, _ in blocks(page)]
    assert len(names) == len(set(names))


def test_other_pages_hold_no_measurements() -> None:
    others = [page for page in DOCS.rglob("*.md") if page.parent.name not in {"results", "reference"}]
    marks = re.compile(r"^\*{1,2}Measured\*{1,2}|<!-- measured", flags=re.MULTILINE)
    assert not [page.name for page in others if marks.search(page.read_text("utf-8"))]
