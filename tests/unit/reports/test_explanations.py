from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from assets.customers.lifetime_value import current_rows
from assets.models.examples.text_block import text_block
from assets.reports.explanations import explain_text, main_texts, representative_customers, texts_of_customers
from tests.unit.models.build import world


def predict(texts: list[str]) -> np.ndarray:
    return np.array([100.0 + 50 * ("friendly" in text) - 80 * ("dirty" in text) for text in texts])


def explain(text: str, seed: int = 42):
    return explain_text(text, predict, words=3, samples=200, seed=seed, segment="high")


def test_words_that_matter_are_found_with_their_sign() -> None:
    found = explain("The staff was friendly but the bathroom was dirty")
    weights = dict(zip(found.words, found.weights, strict=True))
    assert weights["dirty"] == pytest.approx(-80, rel=0.1)
    assert weights["friendly"] == pytest.approx(50, rel=0.1)
    assert found.words[0] == "dirty"
    assert found.prediction == 70
    assert found.fit == pytest.approx(1, abs=0.05)


def test_the_same_seed_gives_the_same_words() -> None:
    text = "Very clean room, friendly reception, quiet night"
    assert explain(text) == explain(text)


@pytest.mark.parametrize("text", ["x", "7"])
def test_a_text_of_one_character_is_explained_by_it(text: str) -> None:
    found = explain(text)
    assert (found.words, found.weights) == ((text,), (0.0,))


@pytest.mark.parametrize("text", ["", "   ", "!!! ...", "🙂🙂"])
def test_text_without_words_is_explained_by_nothing(text: str) -> None:
    assert explain(text).words == ()


def test_a_single_word_is_explained() -> None:
    assert explain("dirty").words == ("dirty",)


def test_one_customer_per_segment_with_enough_words() -> None:
    long = "one two three four five six seven eight nine"
    frame = pl.DataFrame(
        {"pseudo_customer_id": ["a", "b", "c", "d"], "value_segment": ["low", "high", "high", "mid"],
         "prediction": [1.0, 5.0, 9.0, 3.0], "text": [long, "short", long, None]}
    )  # fmt: skip
    assert representative_customers(frame)["pseudo_customer_id"].to_list() == ["a", "c"]
    assert representative_customers(frame.clear()).is_empty()


DAY = date(2024, 1, 1)


def behind(known_by: date = DAY) -> list[dict]:
    days = [DAY, DAY, DAY, DAY, DAY + timedelta(days=5)]
    pairs = pl.DataFrame(
        {"booking_id": ["b1", "b2", "b3", "b4", "b5"], "review_id": ["r1", "r2", "r3", "r2", "r4"],
         "match_probability": [0.6, 0.7, 0.99, 0.7, 0.9], "is_assigned": [True] * 5, "delivery_day": days}
    )  # fmt: skip
    bookings = pl.DataFrame({"booking_id": pairs["booking_id"], "pseudo_customer_id": ["c"] * 5, "delivery_day": days})
    reviews = pl.DataFrame(
        {"review_id": ["r1", "r2", "r3", "r4"], "text": ["one", "two", "three", "four"], "score": [1.0] * 4,
         "positive_text": [None] * 4, "negative_text": ["bad"] * 4, "delivery_day": [DAY] * 3 + [days[-1]]},
        schema_overrides={"positive_text": pl.String},
    )  # fmt: skip
    anomalies = pl.DataFrame({"review_id": ["r3"], "is_excluded": [True], "delivery_day": [DAY]})
    return texts_of_customers(pairs, bookings, reviews, anomalies, known_by).to_dicts()


def test_the_reviews_of_a_customer_carry_their_share_of_the_text_block() -> None:
    found = behind()
    assert [(row["text"], round(row["share"], 3)) for row in found] == [("two", 0.7), ("one", 0.3)]


def test_nothing_decided_later_is_explained() -> None:
    assert {row["text"] for row in behind(DAY + timedelta(days=5))} == {"one", "two", "four"}
    assert behind(DAY - timedelta(days=1)) == []


def test_the_largest_share_speaks_for_a_customer() -> None:
    assert main_texts(pl.DataFrame(behind())).to_dicts() == [
        {"pseudo_customer_id": "c", "share": pytest.approx(0.7), "text": "two"}
    ]


def test_the_shares_are_those_of_the_text_block() -> None:
    bookings, pairs, reviews = world(3, 30)
    clean = reviews.drop("is_excluded").with_columns(
        text=pl.lit("words"), positive_text=pl.lit("good"), negative_text=pl.lit("bad")
    )
    verdicts = reviews.select("review_id", "delivery_day", "is_excluded")
    as_of = max(pairs["delivery_day"])
    rows = current_rows(bookings, as_of).select("booking_id", "pseudo_customer_id")
    block = text_block(rows, pairs, reviews, as_of)
    found = texts_of_customers(pairs, bookings, clean, verdicts, as_of)
    scores = found.group_by("pseudo_customer_id").agg(score=(pl.col("share") * pl.col("score")).sum())
    both = block.join(scores, on="pseudo_customer_id", how="full", coalesce=True).sort("pseudo_customer_id")
    assert both["score"].to_list() == pytest.approx(both["text_score"].to_list())
