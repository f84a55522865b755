"""Texts embedded anew: by another tier, after the other treatment, and the latest review in place of the mean."""

import numpy as np
import polars as pl
import pytest

from assets.customers.protocols import PROSPECTIVE
from assets.customers.settings import CustomerSettings
from assets.embeddings.settings import EmbeddingSettings
from assets.models.evaluation.ablations import ablate
from assets.models.evaluation.text_studies import (
    aggregation_variants,
    compared_tiers,
    embedding_variants,
    treated_reviews,
    used_reviews,
)
from assets.models.examples.dataset import build_examples
from assets.models.examples.text_block import review_table
from assets.models.examples.text_sources import TextSources
from assets.reviews.cleaning import clean
from assets.reviews.settings import ReviewSettings
from resources.errors import SourceError
from tests.unit.customers.build import random_bookings
from tests.unit.models.build import PLAN, QUICKEST, pairs_of, reviews_of
from tests.unit.reviews.builders import masked

STATIC = EmbeddingSettings()
WIDTHS = {"static": 4, "minilm": 6}


class Shelf:
    """Vectors that count letters; remembers which texts each tier was asked for."""

    def __init__(self, missing=()):
        self.missing, self.asked = missing, {}

    def __call__(self, tier):
        def embed(texts):
            if tier in self.missing:
                message = f"{tier} is not here"
                raise SourceError(message)
            self.asked[tier] = list(texts)
            letters = "etaoin"[: WIDTHS[tier]]
            raw = np.array([[1 + text.count(letter) for letter in letters] for text in texts], dtype=np.float32)
            return raw / np.linalg.norm(raw, axis=1, keepdims=True)

        return embed


def sources_of(seed=1):
    bookings = random_bookings(seed, customers=40)
    embeddings, anomalies, parts, reviews = reviews_of(seed)
    texts = [f"The room number {row} was not what the pictures said." for row in range(reviews.height)]
    reviews = reviews.with_columns(
        text=pl.Series(texts), title=pl.lit(None, pl.String), positive_text=pl.lit(None, pl.String),
        negative_text=pl.Series(texts), posted_day=pl.col("delivery_day"),
    )  # fmt: skip
    pairs = pairs_of(seed, bookings, embeddings).with_columns(stay_end=pl.col("delivery_day"))
    anomalies = anomalies.with_columns(anomaly_score=pl.col("is_excluded").cast(pl.Float64))
    return TextSources(
        bookings=bookings, pairs=pairs, embeddings=embeddings, anomalies=anomalies, parts=parts, clean=reviews
    )


@pytest.fixture(scope="module")
def sources():
    return sources_of()


@pytest.fixture(scope="module")
def examples(sources):
    reviews = review_table(sources.embeddings, sources.anomalies, sources.parts, sources.clean)
    return build_examples(sources.bookings, sources.pairs, reviews, PLAN, CustomerSettings())


def named(variants):
    return {(item.study, item.name): item for item in variants}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (STATIC, ("minilm",)),
        (EmbeddingSettings(tier="minilm"), ("static",)),
        (EmbeddingSettings(tier="roberta", model="/m"), ("static", "minilm")),
        (EmbeddingSettings(model="/m"), ("minilm", "roberta")),
    ],
)
def test_tiers_that_are_compared(settings, expected):
    assert compared_tiers(settings) == expected


def test_only_the_vectors_change(examples, sources):
    variants, left_out = embedding_variants(examples, sources, STATIC, "ours", Shelf())
    found = named(variants)
    assert list(found) == [
        ("encoder_tier", "reference"),
        ("encoder_tier", "minilm instead of static"),
        ("text_treatment", "reference"),
        ("text_treatment", "paper instead of ours"),
    ]
    assert left_out == {}
    own = examples.filter(pl.col("protocol") == PROSPECTIVE)
    for key, width in ((("encoder_tier", "minilm instead of static"), 6),
                       (("text_treatment", "paper instead of ours"), 4)):  # fmt: skip
        made = found[key].examples
        assert made.drop("text_vector").equals(own.drop("text_vector"))
        assert made["text_vector"].list.len().drop_nulls().unique().to_list() == [width]


def test_only_texts_of_pairs_are_embedded_and_as_they_are_treated(examples, sources):
    shelf = Shelf()
    embedding_variants(examples, sources, STATIC, "ours", shelf)
    future = examples.filter(pl.col("protocol") == PROSPECTIVE)
    last = future["as_of"].max()
    used = used_reviews(future, sources)
    assert 0 < used.height < sources.clean.height
    assert set(shelf.asked["minilm"]) == set(used["text"])
    early = sources.pairs.filter(pl.col("delivery_day") <= last)["review_id"]
    assert set(used["review_id"]) <= set(early)
    assert all(text.startswith("room number") and text.endswith("not pictures said") for text in shelf.asked["static"])


def test_a_tier_that_is_not_here_is_left_out_and_named(examples, sources):
    variants, left_out = embedding_variants(examples, sources, STATIC, "ours", Shelf(missing=("minilm",)))
    assert left_out == {"minilm": "minilm is not here"}
    assert {item.study for item in variants} == {"text_treatment"}


def test_no_review_no_study(examples, sources):
    bare = TextSources(**{**sources.__dict__, "pairs": sources.pairs.clear()})
    assert embedding_variants(examples, bare, STATIC, "ours", Shelf()) == ([], {})


def test_treated_texts_are_those_that_the_other_setting_would_have_stored():
    rows = masked(
        {"title": "Lovely!", "positive_text": "The staff were FRIENDLY, and the room was clean"},
        {"positive_text": "It was what it was and they were there", "negative_text": "No Negative"},
        {"positive_text": "n/a", "negative_text": "We didn’t like the lift, or the stairs of this hotel"},
    )
    ours, _ = clean(rows, ReviewSettings())
    paper, _ = clean(rows, ReviewSettings(text_treatment="paper"))
    assert ours.height == paper.height + 1  # one keeps no word
    columns = ["review_id", "text"]
    assert treated_reviews(ours, "paper").select(columns).equals(paper.select(columns))
    both = ours.join(paper, on="review_id", how="semi")
    assert treated_reviews(paper, "ours").select(columns).equals(both.select(columns))


def test_the_latest_review_stands_alone(examples, sources):
    reference, changed = aggregation_variants(examples, sources)
    assert (reference.study, changed.name) == ("text_aggregation", "latest review only")
    own = examples.filter(pl.col("protocol") == PROSPECTIVE)
    assert changed.examples["has_text"].equals(own["has_text"])
    assert changed.examples["reviews"].max() == 1 < own["reviews"].max()
    one = own["reviews"] == 1
    assert changed.examples.filter(one).equals(own.filter(one))


def test_the_variants_train_on_the_same_rows(examples, sources):
    variants, _ = embedding_variants(examples, sources, STATIC, "ours", Shelf())
    table = ablate(examples, variants, QUICKEST, {}, lambda: 0.0)
    assert set(table["study"]) == {"encoder_tier", "text_treatment"}
    assert table.group_by("variant", "fold").agg(pl.col("n").unique()).group_by("fold").agg(
        pl.col("n").n_unique()
    )["n"].to_list() == [1, 1]  # fmt: skip
    assert (table["text_share"] > 0).all()
