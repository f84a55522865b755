from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.reports.chapters.segments.chapter import CHAPTER
from assets.reports.chapters.segments.folding import folded, guest_segments, parent
from assets.reports.chapters.segments.guests import Guests, guests_of, influence_by_customer
from assets.reports.chapters.segments.pages import SegmentPage, actions, segment_pages
from assets.reports.chapters.segments.risk import segments_at_risk
from assets.reports.chapters.segments.themes import THEMES, theme_counts, theme_mentions, themes_by_value
from assets.reports.checks import identifiers_in
from assets.reports.telling.guests import minimum_customers
from assets.reports.telling.render import render_editions
from tests.unit.reports import fixtures
from tests.unit.reports.guest_world import constant_influence, feature_influence, paired_texts
from tests.unit.reports.world import World

NODES = ("PRT", "ESP", "FRA", "DEU", "USA", "CN", "Southern Europe", "Europe", "World", "?")
SECRET = "Zwickelbacher"


def world(customers: int = 240, source: str = "demo", texts: bool = True) -> World:
    """Reviews for half of the customers; those of high value complain of noise; one guest writes a rare word."""
    rng = np.random.default_rng(7)
    everybody = fixtures.customers(rng)
    people, rows = everybody.head(customers), fixtures.examples(rng, everybody).head(customers)
    rng = np.random.default_rng(3)
    countries = rng.choice(["PRT", "ESP", "FRA", "World", "USA"], people.height, p=[0.4, 0.25, 0.2, 0.13, 0.02])
    order = {"low": 0.3, "mid": 0.1, "high": -0.5}
    has_text = (np.arange(people.height) % 2 == 0) & texts
    polarity = [order[name] if known else None for name, known in zip(people["value_segment"], has_text, strict=True)]
    rows = rows.with_columns(
        country_group=pl.Series(countries, dtype=pl.String), text_polarity=pl.Series(polarity, dtype=pl.Float64)
    )
    written = people.filter(pl.Series(has_text, dtype=pl.Boolean)).select(
        "pseudo_customer_id",
        positive_text=pl.lit("Friendly staff, [name] was kind"),
        negative_text=pl.when(pl.col("value_segment") == "high")
        .then(pl.lit("Noise all night"))
        .otherwise(pl.lit("Breakfast was poor")),
    )
    written = written.with_columns(text=pl.concat_str("positive_text", "negative_text", separator=". "))
    if written.height:
        written[0, "text"] = f"{written[0, 'text']} {SECRET}"
        written[0, "negative_text"] = f"{written[0, 'negative_text']} {SECRET} shower"
    run = fixtures.empty_world(source).run
    return World(
        run=run,
        tree={"privacy": {"k": 5}},
        tables={
            "customers": people,
            "examples": rows,
            "feature_influence": constant_influence(people, b_frequency=40.0, b_recency=-60.0, b_x=0.0),
            **paired_texts(written, run.first_day),
        },
    )


def guests(**changes: object) -> Guests:
    return replace(guests_of(world().told(CHAPTER)), **changes)  # type: ignore[arg-type]


def pages_of(known: Guests, minimum: int = 10) -> list[SegmentPage]:
    return segment_pages(known, minimum=minimum, negative=-0.2)


@given(st.lists(st.sampled_from(NODES), max_size=80), st.integers(2, 12))
@settings(max_examples=150, deadline=None)
def test_no_group_is_smaller_than_the_minimum(nodes, minimum):
    found = folded(nodes, minimum)
    assert len(found) == len(nodes)
    if len(nodes) < minimum:
        assert set(found) <= {None}
    else:
        assert None not in found
        assert all(found.count(label) >= minimum for label in set(found))


def test_countries_go_up_to_regions_before_they_go_to_the_world():
    assert [parent(node) for node in ("PRT", "Southern Europe", "Europe", "World", "?", "CN")] == [
        "Southern Europe", "Europe", "World", "World", "World", "Eastern Asia",
    ]  # fmt: skip
    assert folded(["PRT"] * 3 + ["ESP", "ITA", "GRC"], 3) == ["PRT"] * 3 + ["Southern Europe, other"] * 3
    assert folded(["PRT"] * 3 + ["USA"], 3) == ["PRT and others"] * 4
    assert folded(["World"] * 3, 3) == ["mixed or unknown origin"] * 3


def test_pages_count_what_is_there():
    pages = pages_of(guests())
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
    assert any("noise and sleep" in action for action in actions(first))


def test_nothing_rests_on_fewer_customers_than_the_minimum():
    known = guests()
    for minimum in (5, 10, 30):
        pages = pages_of(known, minimum)
        assert pages
        for page in pages:
            assert page.customers >= minimum
            assert page.reviewed is None or page.reviewed >= minimum
            assert page.at_risk is None or page.at_risk >= minimum
            for _, share, _ in (*page.praise, *page.complaints):
                assert share * page.reviewed >= minimum - 1e-9


def test_the_minimum_is_that_of_the_customers_room():
    assert minimum_customers(world().with_branch("customers", {"minimum": 25}).told(CHAPTER)) == 25
    assert minimum_customers(World(run=world().run).told(CHAPTER)) == 10


def test_high_value_segments_at_risk_have_a_reason_and_a_recovery():
    found = segments_at_risk(pages_of(guests()))
    assert found
    assert all(item.title.startswith("High value") for item in found)
    assert all(item.reason[0][0] == "noise and sleep" and "quiet room" in item.recovery for item in found)
    assert [item.exposed for item in found] == sorted((item.exposed for item in found), reverse=True)
    assert segments_at_risk([]) == []


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


def test_a_segment_with_fewer_customers_than_folds_is_folded_or_left_out():
    told = world(60)
    people = told.tables["customers"].with_columns(value_segment=pl.Series(["high"] * 4 + ["low"] * 56))
    found = guest_segments(people, told.tables["examples"], 10)
    assert set(found["value_segment"]) == {"low"}
    assert told.with_tables(customers=people).section(CHAPTER).blocks


def test_no_review_at_all_leaves_pages_without_themes():
    told = world(texts=False)
    known = guests_of(told.told(CHAPTER))
    pages = pages_of(known)
    assert pages
    assert all(page.reviewed is None and not page.complaints for page in pages)
    texts = [block.text for block in told.section(CHAPTER).blocks if block.kind == "notice"]
    assert any("at risk" in text for text in texts)
    nowhere = pages_of(replace(known, examples=known.examples.clear()))
    assert {page.country_group for page in nowhere} == {"mixed or unknown origin"}


def test_equal_reviews_and_single_characters_break_nothing():
    known = guests()
    for text in ("Clean room", "x", "", None):
        same = replace(known, texts=known.texts.with_columns(
            text=pl.lit(text, pl.String), positive_text=pl.lit(text, pl.String), negative_text=pl.lit(text, pl.String)
        ))  # fmt: skip
        assert pages_of(same)


def test_themes_by_value_have_shares_and_intervals():
    known = guests()
    found = themes_by_value(known.texts, known.customers, 10)
    noise = found.filter((pl.col("theme") == "noise and sleep") & (pl.col("side") == "complaint")).row(0, named=True)
    assert (noise["high"], noise["low"], noise["difference"]) == (1.0, None, None)
    staff = found.filter((pl.col("theme") == "staff and service") & (pl.col("side") == "praise")).row(0, named=True)
    assert (staff["high"], staff["low"], staff["difference"]) == (1.0, 1.0, 0.0)
    assert staff["low_end"] <= 0.0 <= staff["high_end"]
    assert themes_by_value(known.texts.clear(), known.customers, 10).is_empty()
    assert themes_by_value(known.texts, known.customers, 1000).is_empty()


def test_themes_are_counted_by_customer():
    texts = pl.DataFrame(
        {"pseudo_customer_id": ["a", "a", "b"], "positive_text": ["Lovely shower", "A SHOWER again", None],
         "negative_text": [None, "check-in took hours", "Wi-Fi broken"]}
    )  # fmt: skip
    counts = theme_counts(theme_mentions(texts), pl.Series(["a", "b"]), 1)
    assert ("bathroom and water", 1) in counts["praise"]
    assert {name for name, _ in counts["complaint"]} == {
        "arrival and departure",
        "wifi and work",
        "heat, cold, repairs",
    }
    assert theme_counts(theme_mentions(texts), pl.Series(["a", "b"]), 2) == {"praise": [], "complaint": []}
    assert len({theme.name for theme in THEMES}) == len(THEMES)


def test_expected_value_comes_from_the_scores():
    known = guests()
    scores = known.customers.select("pseudo_customer_id", value=pl.lit(70.0))
    assert {page.expected for page in pages_of(replace(known, scores=scores))} == {70.0}
    assert {page.expected for page in pages_of(known)} == {None}


def test_one_row_per_customer_one_column_per_feature():
    rows = feature_influence(np.random.default_rng(2), 9)
    wide = influence_by_customer(rows.sample(fraction=1.0, shuffle=True, seed=3))
    assert wide["pseudo_customer_id"].to_list() == [f"c{number:05d}" for number in range(9)]
    assert wide["b_recency"].to_list() == rows.filter(pl.col("feature") == "b_recency")["influence"].to_list()
    other = rows.with_columns(model=pl.lit("another"), influence=pl.lit(0.0))
    assert influence_by_customer(pl.concat([other, rows])).equals(influence_by_customer(rows))
    assert influence_by_customer(rows.clear()).is_empty()
