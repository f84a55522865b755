import re
from html.parser import HTMLParser

import pytest

from assets.reports.chapters.data.figures import draw_funnel
from assets.reports.checks import identifiers_in, outside_resources
from assets.reports.telling.figure_style import svg_text
from assets.reports.telling.render import render_editions
from tests.unit.reports.fixtures import edition, editions_of, empty_world, full_world
from tests.unit.reports.world import World


def page(world: World, name: str = "internal") -> str:
    return render_editions(editions_of(world), world.run)[name]


@pytest.fixture(scope="module")
def demo_page() -> str:
    return render_editions({"internal": edition("demo", "internal")}, full_world("demo").run)["internal"]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.alts: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if "id" in found:
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found["href"]))
        if tag == "img":
            self.alts.append(found.get("alt"))


def test_the_page_stands_alone_and_names_nobody(demo_page: str) -> None:
    assert outside_resources(demo_page) == []
    assert identifiers_in(demo_page) == []


def test_review_text_is_escaped(demo_page: str) -> None:
    assert "<script" not in demo_page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in demo_page


def test_links_lead_somewhere_ids_are_unique_and_pictures_are_described(demo_page: str) -> None:
    reader = Reader()
    reader.feed(demo_page)
    assert len(reader.ids) == len(set(reader.ids))
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert reader.alts
    assert all(alt for alt in reader.alts)


def test_equal_pictures_are_equal_bytes() -> None:
    first, again = (svg_text(draw_funnel([("a", 9.0), ("b", 7.0)], "rows"), "key") for _ in range(2))
    assert first == again
    assert "<dc:date>" not in first


@pytest.mark.parametrize("name", ["internal", "shareable"])
@pytest.mark.parametrize("source", ["demo", "public"])
def test_a_report_without_any_input_says_what_is_missing(name: str, source: str) -> None:
    html = page(empty_world(source), name)
    assert "not computed in the quick profile" in html
    assert not re.search(r"\bnan\b|\bNone\b", html)


def test_tables_without_rows_do_not_break_the_page() -> None:
    html = page(full_world("public").without_rows())
    assert not re.search(r"\bnan\b|\bNone\b", html)
