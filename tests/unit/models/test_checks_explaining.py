"""Checks of what explains the models, each seen red."""

import polars as pl

from assets.models.checks_explaining import validate_explained_texts, validate_influence
from assets.models.contract import EXPLAINED_TEXTS, FEATURE_INFLUENCE


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
