"""The site's configuration: every page has its place, every module of the API pages is there and knows no Dagster."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
API = sorted((DOCS / "reference" / "api").glob("*.md"))
MODULES = [name for page in API for name in re.findall(r"^::: (\S+)$", page.read_text("utf-8"), flags=re.MULTILINE)]


class _Loader(yaml.SafeLoader):
    """Reads Python names of ``mkdocs.yml`` as text: the site's packages need not be installed."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda _, suffix, __: suffix)


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Loader=_Loader)


def _pages(nav: list[Any] | str) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
        return
    for item in nav:
        for child in item.values() if isinstance(item, dict) else [item]:
            yield from _pages(child)


def test_every_page_has_one_place_in_the_navigation(config: dict[str, Any]) -> None:
    placed = list(_pages(config["nav"]))
    assert len(placed) == len(set(placed))
    assert set(placed) == {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}


def test_a_warning_fails_the_build(config: dict[str, Any]) -> None:
    assert config["strict"] is True
    told = {**config["validation"]["nav"], **config["validation"]["links"]}
    assert set(told.values()) == {"warn"}, "strict makes warnings errors; what is only told would pass"
    assert config["site_dir"] == "build/site"
    assert "build/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_api_pages_name_modules_that_know_no_dagster() -> None:
    assert len(MODULES) > 20
    for name in MODULES:
        path = ROOT / f"{name.replace('.', '/')}.py"
        tree = ast.parse(path.read_text("utf-8"))
        names = {item.name for node in ast.walk(tree) if isinstance(node, ast.Import) for item in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert "dagster" not in {item.split(".")[0] for item in names}


def test_packages_of_the_site_are_pinned() -> None:
    pinned = (ROOT / "constraints.txt").read_text("utf-8")
    for name in ("mkdocs", "mkdocs-material", "mkdocstrings", "mkdocstrings-python", "griffelib"):
        assert re.search(rf"^{name}==", pinned, flags=re.MULTILINE), name
