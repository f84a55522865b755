"""The chapter on guest segments: what is told of each, and that no edition tells of a single guest."""

from dataclasses import replace

import pytest

from assets.models.segment_pages.pages import SegmentPage, segment_pages
from assets.models.segment_pages.rows import page_rows
from assets.models.segment_pages.themes import themes_by_value
from assets.reports.chapters.segments.actions import actions
from assets.reports.chapters.segments.chapter import CHAPTER
from assets.reports.chapters.segments.risk import segments_at_risk
from assets.reports.chapters.segments.section import overview_table, page_table
from assets.reports.checks import identifiers_in
from assets.reports.telling.guests import minimum_customers
from assets.reports.telling.render import render_editions
from assets.reports.telling.wording import MISSING
from tests.unit.models.segment_pages.builder import SECRET, guests
from tests.unit.reports import fixtures
from tests.unit.reports.world import World

MINIMUM = 10


def pages(customers: int = 240, *, texts: bool = True) -> list[SegmentPage]:
    return segment_pages(guests(customers, texts=texts), minimum=MINIMUM, negative=-0.2)


def world(customers: int = 240, source: str = "demo", *, texts: bool = True) -> World:
    """The pages of so many customers, and their texts where there are any."""
    known, run = guests(customers, texts=texts), fixtures.empty_world(source).run
    return World(
        run=run,
        tree={"customers": {"minimum": MINIMUM, "count": customers}},
        tables={
            "customers": known.customers,
            "segment_pages": page_rows(pages(customers, texts=texts)),
            "segment_themes": themes_by_value(known.texts, known.customers, MINIMUM),
        },
    )


def test_the_minimum_is_that_of_the_customers_room():
    assert minimum_customers(world().with_branch("customers", {"minimum": 25}).told(CHAPTER)) == 25
    assert minimum_customers(World(run=world().run).told(CHAPTER)) == 10


def test_high_value_segments_at_risk_have_a_reason_and_a_recovery():
    exposed = segments_at_risk(pages())
    assert exposed
    assert all(item.title.startswith("High value") for item in exposed)
    assert all(item.reason[0][0] == "noise and sleep" and "quiet room" in item.recovery for item in exposed)
    assert [item.exposed for item in exposed] == sorted((item.exposed for item in exposed), reverse=True)
    assert segments_at_risk([]) == []


def test_what_is_advised_follows_from_the_complaints():
    assert any("noise and sleep" in action for action in actions(pages()[0]))


def test_the_overview_is_short_and_says_how_many_are_left_out():
    one = pages()[0]
    many = [replace(one, country_group=f"country {number}", revenue=1_000.0 - number) for number in range(42)]
    table = overview_table(many, "EUR", MINIMUM)
    assert [row[0] for row in table.rows] == [page.title for page in many[:30]]
    assert "12 segments with less revenue" in table.note
    assert "with less revenue" not in overview_table(many[:30], "EUR", MINIMUM).note


def test_a_figure_that_is_withheld_is_not_printed():
    page = pages()[0]
    silent = SegmentPage(**{**page.__dict__, "revenue": None, "median_value": None, "expected": None})
    assert dict(page_table(silent, "EUR", "guests").rows)["Value"] == MISSING
    assert "realised" in dict(page_table(page, "EUR", "guests").rows)["Value"]


@pytest.mark.parametrize("source", ["demo", "public", "deliveries"])
def test_the_editions_tell_of_no_single_guest(source):
    told = world(source=source)
    pages = render_editions(fixtures.editions_of(told), told.run)
    for text in pages.values():
        assert SECRET.lower() not in text.lower()
        assert identifiers_in(text) == []
        assert not any(identifier in text for identifier in told.tables["customers"]["pseudo_customer_id"])
    assert "Segment page" in pages["internal"]
    assert "Segment page" not in pages["shareable"]


@pytest.mark.parametrize("customers", [0, 1, 4, 9])
def test_few_customers_are_told_of_as_nothing(customers):
    section = world(customers).section(CHAPTER)
    assert [block.kind for block in section.blocks] == ["notice"]


def test_no_review_at_all_leaves_a_note_on_risk():
    told = world(texts=False)
    texts = [block.text for block in told.section(CHAPTER).blocks if block.kind == "notice"]
    assert any("at risk" in text for text in texts)
