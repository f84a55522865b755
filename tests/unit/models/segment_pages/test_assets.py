"""Pages and themes of segments over a small stored history."""

from datetime import timedelta

import pytest

from assets.common.daily import produce_days
from assets.common.whole import produce_whole
from assets.customers.assets import customers_findings
from assets.models.assets import customer_reviews, customer_scores, feature_influence, segment_pages, segment_themes
from assets.models.segment_pages.rows import pages_of
from tests.unit.models.test_assets import DAY, STEP, read, reports, workspace

__all__ = ["reports", "workspace"]  # fixtures: the same small history, made once for this file


@pytest.fixture(scope="module")
def made(workspace, reports):
    produce_days(workspace, customer_scores.spec, [DAY - timedelta(days=STEP), DAY])
    before = (customers_findings, feature_influence, customer_reviews)
    return {item.name: produce_whole(workspace, item) for item in (*before, segment_pages, segment_themes)}


def test_both_tables_are_promoted(made):
    assert {name: report.failed for name, report in made.items()} == dict.fromkeys(made, [])
    assert "pages_stand_on_enough" in {outcome.name for outcome in made["segment_pages"].outcomes}


def test_pages_cover_the_customers_of_segments_that_are_large_enough(workspace, made):
    pages, people = pages_of(read(workspace, "segment_pages")), read(workspace, "customers")
    sizes = dict(people["value_segment"].value_counts().iter_rows())
    assert pages
    for segment, size in sizes.items():
        own = [page for page in pages if page.value_segment == segment]
        assert sum(page.customers for page in own) == (size if size >= 10 else 0)
    assert all(page.drivers for page in pages if page.customers >= 10)


def test_no_id_leaves_with_the_pages(workspace, made):
    ids = set(read(workspace, "customers")["pseudo_customer_id"])
    for table in ("segment_pages", "segment_themes"):
        text = read(workspace, table).write_json()
        assert not [name for name in ids if name in text]
