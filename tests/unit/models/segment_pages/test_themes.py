"""Themes of reviews: counted by customer, with shares and intervals by value."""

import polars as pl

from assets.models.contract_segments import SEGMENT_THEMES
from assets.models.segment_pages.themes import THEMES, theme_counts, theme_mentions, themes_by_value
from tests.unit.models.segment_pages.builder import guests


def test_themes_by_value_have_shares_and_intervals():
    known = guests()
    shares = themes_by_value(known.texts, known.customers, 10)
    noise = shares.filter((pl.col("theme") == "noise and sleep") & (pl.col("side") == "complaint")).row(0, named=True)
    assert (noise["high"], noise["low"], noise["difference"]) == (1.0, None, None)
    staff = shares.filter((pl.col("theme") == "staff and service") & (pl.col("side") == "praise")).row(0, named=True)
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


def test_the_table_of_themes_fits_its_contract():
    known = guests()
    rows = themes_by_value(known.texts, known.customers, 10)
    assert set(rows.columns) == set(SEGMENT_THEMES.names)
    assert SEGMENT_THEMES.conform(rows).height == rows.height
