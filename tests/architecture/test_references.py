"""What the repository refers to is in the repository: sections of the specification, pages, anchors within pages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("assets", "benchmarks", "docs", "pipelines", "resources", "tests", ".ci", ".github")
SUFFIXES = {".md", ".py", ".toml", ".yaml", ".yml", ".sql", ".html", ".css", ".service", ".sh", ""}
# Names of papers and folders that lie outside; put together so that this file does not name them.
OUTSIDE = re.compile(
    "|".join([r"\bSPE" + r"C(\.md)?\b", *(rf"\b{name}\.md\b" for name in ("HOUSE", "GUESTS", "ROOMS", "STYLE"))])
    + r"|\.\./sha"
    + r"red\b|\"sha"
    + r"red\" / "
)
SECTION = re.compile(r"(?<!Directory )[Ss]pecification ((?:\d+(?:\.\d+)?)(?:(?:, | and )\d+(?:\.\d+)?)*)")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)


def _texts() -> Iterator[tuple[Path, str]]:
    files = [path for path in ROOT.iterdir() if path.is_file()]
    files += [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in files:
        if path.suffix in SUFFIXES and "__pycache__" not in path.parts and path.name not in {".coverage", ".DS_Store"}:
            yield path, path.read_text("utf-8")


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```|``.*?``|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as GitHub and the site make them."""
    made: set[str] = set()
    for heading in _HEADING.findall(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")
        same = sum(1 for anchor in made if re.fullmatch(re.escape(slug) + r"(-\d+)?", anchor))
        made.add(f"{slug}-{same}" if same else slug)
    return made


def broken_links(page: Path, text: str) -> list[str]:
    """Links of a page that lead to no file of the repository, or to no heading of a page."""
    broken = []
    for target in _LINK.findall(_without_code(text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        known = {anchor}
        if anchor and path.suffix == ".md" and path.is_file():
            known = anchors(path.read_text("utf-8") if name else text)
        if not path.exists() or not path.is_relative_to(ROOT) or anchor not in known:
            broken.append(target)
    return broken


def test_nothing_refers_to_what_lies_outside() -> None:
    named = [f"{path.relative_to(ROOT)}: {match[0]}" for path, text in _texts() if (match := OUTSIDE.search(text))]
    assert not named


def test_every_section_that_is_named_is_in_the_specification() -> None:
    page = (ROOT / "docs" / "specification.md").read_text("utf-8")
    sections = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?)\b", page, flags=re.MULTILINE))
    named = [
        (str(path.relative_to(ROOT)), section)
        for path, text in _texts()
        for match in SECTION.findall(text)
        for section in re.findall(r"\d+(?:\.\d+)?", match)
    ]
    assert len({path for path, _ in named}) > 20, "the pattern finds the references"
    assert not [item for item in named if item[1] not in sections]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_anchors_lead_somewhere(page: Path) -> None:
    assert not broken_links(page, page.read_text("utf-8"))


def test_a_broken_link_and_anchor_would_be_seen() -> None:
    page = ROOT / "docs" / "specification.md"
    text = "[a](nowhere.md) [b](#nowhere) [c](architecture.md#nowhere) [d](#4-days) `[e](code.md)`\n## 4. Days"
    assert broken_links(page, text) == ["nowhere.md", "#nowhere", "architecture.md#nowhere"]


def test_what_lies_outside_would_be_seen() -> None:
    assert OUTSIDE.search("SPE" + "C 3.4 compares 7")
    assert OUTSIDE.search("../sha" + "red/data")
    assert not OUTSIDE.search("SPECS = (specification 6.4")
