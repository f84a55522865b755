"""Words that go with value: beyond chance, one text per customer, none of few customers."""

import polars as pl
import pytest

from assets.models.contract import WORDS_BY_VALUE
from assets.models.explaining.value_words import customer_words, words_by_value


def known(each: int = 60) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Customers of high value complain of noise, those of low value of breakfast; one of each writes a rare word."""
    names = [f"{side}{number}" for side in ("high", "low") for number in range(each)]
    texts = ["Noise all night"] * each + ["Breakfast was poor, friendly staff"] * each
    texts[0] += " Zwickelbacher"
    segments = pl.DataFrame({"pseudo_customer_id": names, "value_segment": ["high"] * each + ["low"] * each})
    return pl.DataFrame({"pseudo_customer_id": names, "text": texts}), segments


def test_words_that_differ_are_told_and_rare_ones_are_not():
    texts, segments = known()
    told = WORDS_BY_VALUE.conform(words_by_value(texts, segments, 10))
    assert set(told.filter(pl.col("goes_with") == "high")["word"]) == {"noise", "night"}
    assert set(told.filter(pl.col("goes_with") == "low")["word"]) == {"breakfast", "poor", "friendly", "staff"}
    assert set(told["n"]) == {60}
    assert words_by_value(texts, segments, 500).is_empty()


def test_a_word_needs_the_minimum_and_so_does_each_side():
    texts, segments = known(12)
    assert set(words_by_value(texts, segments, 12)["n"]) == {12}
    assert words_by_value(texts, segments, 13).is_empty()
    assert words_by_value(texts.head(14), segments, 10).is_empty(), "two customers of low value are no side"


def test_a_guest_who_writes_often_counts_once():
    texts, segments = known(12)
    often = pl.concat([texts, *([texts.filter(pl.col("pseudo_customer_id") == "high0")] * 50)])
    assert "zwickelbacher" not in words_by_value(often, segments, 10)["word"].to_list()


@pytest.mark.parametrize("text", ["Clean room", "x", "", None])
def test_equal_reviews_and_single_characters_give_no_words(text):
    texts, segments = known()
    same = texts.with_columns(text=pl.lit(text, pl.String))
    assert words_by_value(same, segments, 10).is_empty()
    assert words_by_value(same.clear(), segments.clear(), 10).is_empty()


def test_marks_of_masking_are_no_words():
    texts = pl.DataFrame({"pseudo_customer_id": ["a", "a"], "text": ["Regards [name] the 3 beds", "beds Beds"]})
    assert customer_words(texts)["word"].to_list() == ["beds", "regards"]
