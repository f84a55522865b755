"""Checks of what explains the models, each seen red."""

import polars as pl

from assets.models.checks_explaining import (
    validate_explained_texts,
    validate_influence,
    validate_influence_by_value,
    validate_word_influence,
)
from assets.models.contract import EXPLAINED_TEXTS, FEATURE_INFLUENCE, INFLUENCE_BY_VALUE, WORD_INFLUENCE


def influence(*rows):
    return pl.DataFrame(
        [{"pseudo_customer_id": who, "model": "lightgbm", "feature": feature, "influence": size, "scaled_value": 0.5}
         for who, feature, size in rows],
        schema=FEATURE_INFLUENCE.schema,
    )  # fmt: skip


def explained(words, weights, text="a clean room"):
    row = {"model": "gated_fusion", "segment": "low", "pseudo_customer_id": "c", "review_id": "r", "prediction": 1.0,
           "share": 1.0, "fit": None, "text": text, "words": words, "weights": weights}  # fmt: skip
    return pl.DataFrame([row], schema=EXPLAINED_TEXTS.schema)


def passed(outcomes):
    return {outcome.name: outcome.passed for outcome in outcomes}


def test_a_feature_left_out_is_seen():
    whole = influence(("a", "b_x", 1.0), ("a", "b_y", 0.0), ("b", "b_x", 2.0), ("b", "b_y", 1.0))
    assert set(passed(validate_influence(whole)).values()) == {True}
    assert not passed(validate_influence(whole.head(3)))["every_feature_of_a_customer_is_there"]
    assert set(passed(validate_influence(whole.clear())).values()) == {True}


def test_influence_that_is_no_number_is_seen():
    assert not passed(validate_influence(influence(("a", "b_x", float("nan")))))["influence_is_finite"]


def test_words_belong_to_their_text_and_have_a_weight():
    assert set(passed(validate_explained_texts(explained(["clean", "room"], [1.0, -2.0]))).values()) == {True}
    assert set(passed(validate_explained_texts(explained([], []))).values()) == {True}
    assert not passed(validate_explained_texts(explained(["clean"], [])))["every_word_has_a_weight"]
    strange = passed(validate_explained_texts(explained(["dirty"], [1.0])))
    assert not strange["explained_words_stand_in_their_text"]
    assert set(passed(validate_explained_texts(EXPLAINED_TEXTS.empty())).values()) == {True}


def by_value(*rows):
    return pl.DataFrame(
        [{"model": "lightgbm", "feature": "b_x", "tenth": tenth, "n": n, "influence": mean, "absolute_influence": 1.0,
          "direction": None} for tenth, n, mean in rows],
        schema=INFLUENCE_BY_VALUE.schema,
    )  # fmt: skip


def test_a_tenth_that_was_lost_is_seen():
    name = "tenths_add_up_to_everybody"
    assert passed(validate_influence_by_value(by_value((0, 20, 2.0), (1, 10, 1.0), (6, 10, 3.0))))[name]
    assert not passed(validate_influence_by_value(by_value((0, 20, 2.0), (1, 10, 1.0))))[name]
    assert not passed(validate_influence_by_value(by_value((0, 20, 2.0), (1, 10, 1.0), (6, 10, 9.0))))[name]
    assert not passed(validate_influence_by_value(by_value((0, 20, 2.0))))[name]
    assert passed(validate_influence_by_value(INFLUENCE_BY_VALUE.empty()))[name]


def test_a_word_counted_more_often_than_there_are_texts_is_seen():
    name = "words_are_counted_by_customer"

    def told(n, low=1.0):
        row = {"model": "gated_fusion", "word": "room", "n": n, "influence": 2.0, "low": low, "high": 3.0, "texts": 20}
        return pl.DataFrame([row], schema=WORD_INFLUENCE.schema)

    assert passed(validate_word_influence(told(20)))[name]
    assert not passed(validate_word_influence(told(21)))[name]
    assert not passed(validate_word_influence(told(20, low=2.5)))[name]
    assert passed(validate_word_influence(WORD_INFLUENCE.empty()))[name]
