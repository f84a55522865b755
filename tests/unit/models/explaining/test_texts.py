from datetime import date, timedelta

import polars as pl
import pytest

from assets.customers.lifetime_value import current_rows
from assets.models.examples.text_block import text_block
from assets.models.explaining.texts import main_texts, texts_of_customers
from tests.unit.models.build import world

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
        {"pseudo_customer_id": "c", "review_id": "r2", "share": pytest.approx(0.7), "text": "two"}
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
