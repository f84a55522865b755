from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.alignment.links import links_of
from assets.models.examples.text_block import TEXT_SCHEMA, review_table, text_block
from assets.models.examples.text_sources import TextSources
from tests.unit.customers.build import DAY
from tests.unit.models.build import world

CUSTOMERS = pl.DataFrame({"booking_id": ["b1", "b2", "b3"], "pseudo_customer_id": ["a", "a", "b"]})


def reviews(vectors=((1.0, 0.0), (0.0, 1.0)), days=(DAY, DAY), excluded=(False, False)):
    ids = ["r1", "r2"]
    return review_table(
        pl.DataFrame(
            {"review_id": ids, "embedding": [list(v) for v in vectors], "delivery_day": list(days)},
            schema_overrides={"embedding": pl.List(pl.Float32)},
        ),
        pl.DataFrame({"review_id": ids, "delivery_day": list(days), "is_excluded": list(excluded)}),
        pl.DataFrame({"review_id": ids, "delivery_day": list(days), "polarity_text": [1.0, -0.5]}),
        pl.DataFrame({"review_id": ids, "delivery_day": list(days), "score": [10.0, 4.0]}),
    )


def pairs(rows):
    schema = {"booking_id": pl.String, "review_id": pl.String, "match_probability": pl.Float64,
              "is_assigned": pl.Boolean, "delivery_day": pl.Date}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_the_weighted_mean_by_hand():
    got = text_block(CUSTOMERS, pairs([("b1", "r1", 0.9, True, DAY), ("b2", "r2", 0.3, True, DAY)]), reviews(), DAY)
    row = got.to_dicts()[0]
    assert (row["pseudo_customer_id"], row["has_text"], row["reviews"]) == ("a", True, 2)
    assert row["text_weight"] == pytest.approx(1.2)
    assert row["text_vector"] == pytest.approx([0.75, 0.25])
    assert row["text_polarity"] == pytest.approx(0.75 * 1.0 - 0.25 * 0.5)
    assert row["text_score"] == pytest.approx(0.75 * 10 + 0.25 * 4)


def test_one_review_paired_twice_counts_once_as_a_review():
    got = text_block(CUSTOMERS, pairs([("b1", "r1", 0.5, True, DAY), ("b2", "r1", 0.5, True, DAY)]), reviews(), DAY)
    assert (got["reviews"][0], got["text_weight"][0]) == (1, 1.0)


@pytest.mark.parametrize(
    "row",
    [
        ("b1", "r1", 0.9, True, DAY + timedelta(days=1)),  # decided after T
        ("b1", "r1", 0.9, False, DAY),  # a candidate only
        ("b1", None, None, True, DAY),  # no candidate
        ("b1", "r1", 0.0, True, DAY),  # no weight
        ("zz", "r1", 0.9, True, DAY),  # a booking that is not known at T
    ],
)
def test_what_gives_no_text(row):
    got = text_block(CUSTOMERS, pairs([row]), reviews(), DAY)
    assert got.is_empty()
    assert got.schema == TEXT_SCHEMA


def test_an_excluded_review_has_no_weight_and_is_not_replaced():
    links = pairs([("b1", "r1", 0.9, True, DAY), ("b1", "r2", 0.8, False, DAY)])
    assert text_block(CUSTOMERS, links, reviews(excluded=(True, False)), DAY).is_empty()


def test_a_review_delivered_after_t_is_not_read():
    links = pairs([("b1", "r1", 0.9, True, DAY)])
    assert text_block(CUSTOMERS, links, reviews(days=(DAY + timedelta(days=1), DAY)), DAY).is_empty()


@pytest.mark.parametrize(
    ("as_of", "excluded", "score"),
    [(DAY, False, 10.0), (DAY + timedelta(days=2), False, 4.0), (DAY + timedelta(days=2), True, None)],
)
def test_a_corrected_review_counts_as_it_came_last(as_of, excluded, score):
    both = reviews(days=(DAY, DAY + timedelta(days=2)), excluded=(False, excluded))
    corrected = both.with_columns(review_id=pl.lit("r1"))
    got = text_block(CUSTOMERS, pairs([("b1", "r1", 0.9, True, DAY)]), corrected, as_of)
    assert got["text_score"].to_list() == ([] if score is None else [score])


def test_no_reviews_at_all():
    empty = reviews().clear()
    assert text_block(CUSTOMERS, pairs([("b1", "r1", 0.9, True, DAY)]), empty, DAY).is_empty()


@given(seed=st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_the_order_of_pairs_and_reviews_never_matters(seed):
    bookings, links, known = world(2, customers=10)
    ids = bookings.select("booking_id", "pseudo_customer_id")
    first = text_block(ids, links, known, DAY)
    shuffled = links.sample(fraction=1.0, shuffle=True, seed=seed)
    assert first.equals(text_block(ids.sample(fraction=1.0, shuffle=True, seed=seed), shuffled, known, DAY))
    assert np.isfinite(first["text_weight"].to_numpy()).all()


def test_the_latest_review_alone():
    known = reviews(days=(DAY, DAY - timedelta(days=3)))
    links = pairs([("b1", "r1", 0.3, True, DAY), ("b2", "r2", 0.9, True, DAY), ("b3", "r2", 0.9, True, DAY)])
    got = text_block(CUSTOMERS, links, known, DAY, "latest")
    assert got["pseudo_customer_id"].to_list() == ["a", "b"]
    assert got["text_score"].to_list() == [10.0, 4.0]
    assert got["text_weight"].to_list() == [0.3, 0.9]
    assert got["reviews"].to_list() == [1, 1]


def told(rows):
    schema = {"review_id": pl.String, "booking_id": pl.String, "gap_days": pl.Int32, "delivery_day": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_verified_review_counts_in_full_and_for_its_own_guest_from_its_day_on():
    matched = pairs([("b1", "r1", 0.6, True, DAY), ("b2", "r2", 0.6, True, DAY)])
    links = links_of(matched, told([("r1", "b3", 4, DAY + timedelta(days=2))]))
    before, after = (text_block(CUSTOMERS, links, reviews(), DAY + timedelta(days=days)) for days in (1, 2))
    assert before.select("pseudo_customer_id", "text_weight").rows() == [("a", 1.2)]
    assert after.select("pseudo_customer_id", "text_weight").rows() == [("a", 0.6), ("b", 1.0)]
    assert after["text_score"].to_list() == [4.0, 10.0]


def test_links_within_some_days_are_of_both_kinds():
    matched = pairs([("b1", "r1", 0.6, True, DAY), ("b2", "r2", 0.6, True, DAY)])
    ended = matched.with_columns(stay_end=pl.Series([DAY - timedelta(days=2), DAY - timedelta(days=9)]))
    links = links_of(ended, told([("r3", "b3", 4, DAY), ("r4", "b1", 8, DAY)]))
    posted = pl.DataFrame({"review_id": ["r1", "r2", "r3", "r4"], "posted_day": [DAY] * 4})
    nothing = pl.DataFrame()
    sources = TextSources(bookings=nothing, pairs=links, embeddings=nothing, anomalies=nothing, parts=nothing,
                          clean=posted)  # fmt: skip
    assert sources.within(7)["review_id"].to_list() == ["r1", "r3"]
