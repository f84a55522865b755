"""Pages of guest segments: what they count, and that nothing stands on fewer customers than the minimum."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.customers.group_figures import DOMINATED, GIVES_BACK
from assets.models.checks_segments import pages_stand_on_enough
from assets.models.contract_segments import SEGMENT_PAGES
from assets.models.segment_pages.folding import folded, guest_segments, parent
from assets.models.segment_pages.guests import Guests, influence_by_customer, written_texts
from assets.models.segment_pages.pages import SegmentPage, segment_pages
from assets.models.segment_pages.rows import PAGE_SCHEMA, page_rows, pages_of
from assets.models.segment_pages.themes import THEMES
from tests.unit.models.segment_pages.builder import guests
from tests.unit.reports.guest_world import feature_influence

NODES = ("PRT", "ESP", "FRA", "DEU", "USA", "CN", "Southern Europe", "Europe", "World", "?")


def told(known: Guests, minimum: int = 10) -> list[SegmentPage]:
    return segment_pages(known, minimum=minimum, negative=-0.2)


@given(st.lists(st.sampled_from(NODES), max_size=80), st.integers(2, 12))
@settings(max_examples=150, deadline=None)
def test_no_group_is_smaller_than_the_minimum(nodes, minimum):
    groups = folded(nodes, minimum)
    assert len(groups) == len(nodes)
    if len(nodes) < minimum:
        assert set(groups) <= {None}
    else:
        assert None not in groups
        assert all(groups.count(label) >= minimum for label in set(groups))


def test_countries_go_up_to_regions_before_they_go_to_the_world():
    assert [parent(node) for node in ("PRT", "Southern Europe", "Europe", "World", "?", "CN")] == [
        "Southern Europe", "Europe", "World", "World", "World", "Eastern Asia",
    ]  # fmt: skip
    assert folded(["PRT"] * 3 + ["ESP", "ITA", "GRC"], 3) == ["PRT"] * 3 + ["Southern Europe, other"] * 3
    assert folded(["PRT"] * 3 + ["USA"], 3) == ["PRT and others"] * 4
    assert folded(["World"] * 3, 3) == ["mixed or unknown origin"] * 3


def test_pages_count_what_is_there():
    pages = told(guests())
    assert sum(page.customers for page in pages) == 240
    assert [page.value_segment for page in pages] == sorted(
        (page.value_segment for page in pages), key=["high", "mid", "low"].index
    )
    first = pages[0]
    assert first.drivers == (("b_recency", -60.0), ("b_frequency", 40.0))
    assert first.complaints[0][:2] == ("noise and sleep", 1.0)
    assert 0.2 < first.complaints[0][2] < 0.5
    assert first.at_risk == first.reviewed
    assert first.polarity.value == pytest.approx(-0.5)
    assert pages[-1].at_risk is None


def test_nothing_rests_on_fewer_customers_than_the_minimum():
    known = guests()
    for minimum in (5, 10, 30):
        pages = told(known, minimum)
        assert pages
        for page in pages:
            assert page.customers >= minimum
            assert page.reviewed is None or page.reviewed >= minimum
            assert page.at_risk is None or page.at_risk >= minimum
            for _, share, _ in (*page.praise, *page.complaints):
                assert share * page.reviewed >= minimum - 1e-9


def test_a_withheld_revenue_can_not_be_worked_out_from_the_others():
    known = guests()
    high = known.customers.filter(pl.col("value_segment") == "high")["pseudo_customer_id"][0]
    rich = pl.when(pl.col("pseudo_customer_id") == high).then(10**9).otherwise("clv")
    pages = [page for page in told(replace(known, customers=known.customers.with_columns(clv=rich)))
             if page.value_segment == "high"]  # fmt: skip
    hidden = [page for page in pages if page.revenue is None]
    assert len(hidden) == 2
    assert {why for page in hidden for why in page.withheld if why.startswith("revenue")} == {
        f"revenue: {DOMINATED}", f"revenue: {GIVES_BACK}",
    }  # fmt: skip
    assert all(page.revenue_share is None for page in hidden)


def test_what_is_not_told_says_why():
    for page in told(guests()):
        lacking = {name for name in ("revenue", "median_value", "expected", "reviewed", "at_risk")
                   if getattr(page, name) is None}  # fmt: skip
        assert {why.split(": ")[0] for why in page.withheld} == lacking


def test_pages_are_stored_and_read_back():
    pages = told(guests())
    rows = page_rows(pages)
    assert pages_of(SEGMENT_PAGES.conform(rows).sample(fraction=1.0, shuffle=True, seed=1)) == pages
    assert page_rows([]).schema == PAGE_SCHEMA
    assert pages_of(SEGMENT_PAGES.empty()) == []


def test_pages_stand_on_enough():
    rows = page_rows(told(guests()))
    assert pages_stand_on_enough(rows, 10).passed
    for red in (
        rows.with_columns(customers=pl.lit(9, pl.Int64)),
        rows.with_columns(at_risk=pl.lit(3, pl.Int64)),
        rows.with_columns(reviewed=pl.lit(None, pl.Int64)),
        rows.with_columns(praise_share=pl.lit([0.001], pl.List(pl.Float64))),
    ):
        outcome = pages_stand_on_enough(red, 10)
        assert (outcome.name, outcome.passed) == ("pages_stand_on_enough", False)


@pytest.mark.parametrize("customers", [0, 1, 4, 9])
def test_of_few_customers_there_is_no_page(customers):
    assert told(guests(customers)) == []


def test_a_segment_with_fewer_customers_than_folds_is_folded_or_left_out():
    known = guests(60)
    people = known.customers.with_columns(value_segment=pl.Series(["high"] * 4 + ["low"] * 56))
    assert set(guest_segments(people, known.examples, 10)["value_segment"]) == {"low"}
    assert told(replace(known, customers=people))


def test_no_review_at_all_leaves_pages_without_themes():
    known = guests(texts=False)
    pages = told(known)
    assert pages
    assert all(page.reviewed is None and not page.complaints for page in pages)
    nowhere = told(replace(known, examples=known.examples.clear()))
    assert {page.country_group for page in nowhere} == {"mixed or unknown origin"}


@pytest.mark.parametrize("text", ["Clean room", "x", "", None])
def test_equal_reviews_and_single_characters_break_nothing(text):
    known = guests()
    same = known.texts.with_columns(positive_text=pl.lit(text, pl.String), negative_text=pl.lit(text, pl.String))
    assert told(replace(known, texts=same))


def test_expected_value_comes_from_the_scores():
    known = guests()
    scores = known.customers.select("pseudo_customer_id", value=pl.lit(70.0))
    assert {page.expected for page in told(replace(known, scores=scores))} == {70.0}
    assert {page.expected for page in told(known)} == {None}


def test_one_row_per_customer_one_column_per_feature():
    rows = feature_influence(np.random.default_rng(2), 9)
    wide = influence_by_customer(rows.sample(fraction=1.0, shuffle=True, seed=3))
    assert wide["pseudo_customer_id"].to_list() == [f"c{number:05d}" for number in range(9)]
    assert wide["b_recency"].to_list() == rows.filter(pl.col("feature") == "b_recency")["influence"].to_list()
    other = rows.with_columns(model=pl.lit("another"), influence=pl.lit(0.0))
    assert influence_by_customer(pl.concat([other, rows])).equals(influence_by_customer(rows))
    assert influence_by_customer(rows.clear()).is_empty()


def test_a_review_is_read_as_it_was_corrected_by_the_day():
    whose = pl.DataFrame({"pseudo_customer_id": ["a", "a"], "review_id": ["r", "s"], "share": [0.3, 0.7]})
    days = [date(2024, 1, 1), date(2024, 1, 5), date(2024, 1, 9), date(2024, 1, 1)]
    reviews = pl.DataFrame(
        {"review_id": ["r", "r", "r", "s"], "delivery_day": days, "positive_text": ["old", "new", "newest", "s"],
         "negative_text": [None] * 4}, schema_overrides={"negative_text": pl.String},
    )  # fmt: skip
    assert written_texts(whose, reviews, date(2024, 1, 6))["positive_text"].to_list() == ["s", "new"]


def test_a_page_never_names_a_theme_that_is_not_listed():
    named = {name for page in told(guests()) for name, _, _ in (*page.praise, *page.complaints)}
    assert named
    assert named <= {theme.name for theme in THEMES}
