from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.reports.checks import identifiers_in
from assets.reports.guest_segments import folded, guest_segments, parent, revenue_to_show
from assets.reports.inputs import ReportInputs
from assets.reports.risk import segments_at_risk
from assets.reports.sections_segments import segments_section, word_blocks
from assets.reports.segment_pages import actions, minimum_customers, segment_pages
from assets.reports.settings import ReportsSettings
from assets.reports.telling.render import render_editions
from assets.reports.themes import THEMES, customer_words, theme_counts, theme_mentions, themes_by_value, words_by_value
from tests.unit.reports.fixtures import editions_of, empty_inputs, full_inputs

NODES = ("PRT", "ESP", "FRA", "DEU", "USA", "CN", "Southern Europe", "Europe", "World", "?")
SECRET = "Zwickelbacher"
SEGMENT_INPUTS = ("customers", "examples", "texts", "influence")


def world(customers: int = 240, source: str = "demo", texts: bool = True) -> ReportInputs:
    """Reviews for half of the customers; those of high value complain of noise; one guest writes a rare word."""
    inputs = full_inputs(source)
    people = inputs.customers.head(customers)
    rng = np.random.default_rng(3)
    countries = rng.choice(["PRT", "ESP", "FRA", "World", "USA"], people.height, p=[0.4, 0.25, 0.2, 0.13, 0.02])
    order = {"low": 0.3, "mid": 0.1, "high": -0.5}
    has_text = (np.arange(people.height) % 2 == 0) & texts
    polarity = [order[name] if known else None for name, known in zip(people["value_segment"], has_text, strict=True)]
    rows = inputs.examples.head(customers).with_columns(
        country_group=pl.Series(countries), text_polarity=pl.Series(polarity, dtype=pl.Float64)
    )
    written = people.filter(pl.Series(has_text))
    high = written["value_segment"] == "high"
    texts_frame = pl.DataFrame(
        {
            "pseudo_customer_id": written["pseudo_customer_id"],
            "review_id": [f"r{number}" for number in range(written.height)],
            "share": 1.0,
            "score": 7.0,
            "positive_text": ["Friendly staff, [name] was kind"] * written.height,
            "negative_text": ["Noise all night" if own else "Breakfast was poor" for own in high],
        },
        schema_overrides={"pseudo_customer_id": pl.String, "positive_text": pl.String, "negative_text": pl.String},
    ).with_columns(text=pl.concat_str("positive_text", "negative_text", separator=". "))
    if texts_frame.height:
        texts_frame[0, "text"] = f"{texts_frame[0, 'text']} {SECRET}"
        texts_frame[0, "negative_text"] = f"{texts_frame[0, 'negative_text']} {SECRET} shower"
    influence = pl.DataFrame(
        {"pseudo_customer_id": people["pseudo_customer_id"], "b_frequency": 40.0, "b_recency": -60.0, "b_x": 0.0}
    )
    return replace(inputs, customers=people, examples=rows, texts=texts_frame, influence=influence, scores=None)


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
    inputs = world()
    pages = segment_pages(inputs, ReportsSettings())
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
    inputs = world()
    for minimum in (5, 10, 30):
        pages = segment_pages(inputs, ReportsSettings(segment_min_customers=minimum))
        assert pages
        for page in pages:
            assert page.customers >= minimum
            assert page.reviewed is None or page.reviewed >= minimum
            assert page.at_risk is None or page.at_risk >= minimum
            for _, share, _ in (*page.praise, *page.complaints):
                assert share * page.reviewed >= minimum - 1e-9


def test_the_minimum_is_never_below_k():
    inputs = replace(world(), privacy={"k": 25})
    assert minimum_customers(inputs, ReportsSettings()) == 25
    assert minimum_customers(replace(inputs, privacy=None), ReportsSettings()) == 10


def test_one_large_customer_hides_the_sum():
    assert revenue_to_show(pl.Series([900, 50, 50])) is None
    assert revenue_to_show(pl.Series([400, 300, 300])) == 1000.0
    assert revenue_to_show(pl.Series([0, 0])) == 0.0


def test_high_value_segments_at_risk_have_a_reason_and_a_recovery():
    found = segments_at_risk(segment_pages(world(), ReportsSettings()))
    assert found
    assert all(item.title.startswith("High value") for item in found)
    assert all(item.reason[0][0] == "noise and sleep" and "quiet room" in item.recovery for item in found)
    assert [item.exposed for item in found] == sorted((item.exposed for item in found), reverse=True)
    assert segments_at_risk([]) == []


@pytest.mark.parametrize("source", ["demo", "public", "deliveries"])
def test_the_editions_tell_of_no_single_guest(source):
    inputs = world(source=source)
    bare = replace(empty_inputs(source), **{name: getattr(inputs, name) for name in SEGMENT_INPUTS})
    pages = render_editions(editions_of(bare), bare.run)
    for text in pages.values():
        assert SECRET.lower() not in text.lower()
        assert identifiers_in(text) == []
        assert not any(identifier in text for identifier in inputs.customers["pseudo_customer_id"])
    assert "Segment page" in pages["internal"]
    assert "Segment page" not in pages["shareable"]
    assert ("words_by_value" in pages["shareable"]) == (source == "demo")


@pytest.mark.parametrize("customers", [0, 1, 4, 9])
def test_few_customers_are_told_of_as_nothing(customers):
    inputs = world(customers)
    section = segments_section(inputs, ReportsSettings())
    assert section.blocks[0].kind == "notice"


def test_a_segment_with_fewer_customers_than_folds_is_folded_or_left_out():
    inputs = world(60)
    people = inputs.customers.with_columns(value_segment=pl.Series(["high"] * 4 + ["low"] * 56))
    found = guest_segments(people, inputs.examples, 10)
    assert set(found["value_segment"]) == {"low"}
    assert segments_section(replace(inputs, customers=people), ReportsSettings()).blocks


def test_no_review_at_all_leaves_pages_without_themes():
    inputs = world(texts=False)
    pages = segment_pages(inputs, ReportsSettings())
    assert pages
    assert all(page.reviewed is None and not page.complaints for page in pages)
    assert word_blocks(inputs, 10)[0].kind == "notice"
    texts = [block.text for block in segments_section(inputs, ReportsSettings()).blocks if block.kind == "notice"]
    assert any("at risk" in text for text in texts)
    assert segment_pages(replace(inputs, texts=None, examples=None), ReportsSettings())


def test_equal_reviews_and_single_characters_give_no_words():
    inputs = world()
    for text in ("Clean room", "x", "", None):
        same = inputs.texts.with_columns(text=pl.lit(text, pl.String), positive_text=pl.lit(text, pl.String),
                                         negative_text=pl.lit(text, pl.String))  # fmt: skip
        assert words_by_value(same, inputs.customers, 5).is_empty()
        assert segment_pages(replace(inputs, texts=same), ReportsSettings())


def test_words_that_differ_are_found_and_rare_ones_are_not():
    inputs = world()
    found = words_by_value(inputs.texts, inputs.customers, 10)
    assert set(found.filter(pl.col("goes_with") == "high")["word"]) == {"noise", "night"}
    assert set(found.filter(pl.col("goes_with") == "low")["word"]) == {"breakfast", "poor"}
    assert words_by_value(inputs.texts, inputs.customers, 500).is_empty()


def test_themes_by_value_have_shares_and_intervals():
    inputs = world()
    found = themes_by_value(inputs.texts, inputs.customers, 10)
    noise = found.filter((pl.col("theme") == "noise and sleep") & (pl.col("side") == "complaint")).row(0, named=True)
    assert (noise["high"], noise["low"], noise["difference"]) == (1.0, None, None)
    staff = found.filter((pl.col("theme") == "staff and service") & (pl.col("side") == "praise")).row(0, named=True)
    assert (staff["high"], staff["low"], staff["difference"]) == (1.0, 1.0, 0.0)
    assert staff["low_end"] <= 0.0 <= staff["high_end"]
    assert themes_by_value(inputs.texts.clear(), inputs.customers, 10).is_empty()
    assert themes_by_value(inputs.texts, inputs.customers, 1000).is_empty()


def test_marks_of_masking_are_no_words():
    texts = pl.DataFrame({"pseudo_customer_id": ["a", "a"], "text": ["Regards [name] the 3 beds", "beds Beds"]})
    assert customer_words(texts)["word"].to_list() == ["beds", "regards"]


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
