"""Small examples tables and reviews for the tests of the models room."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from assets.customers.protocols import OriginPlan
from assets.customers.settings import CustomerSettings
from assets.models.examples.dataset import BEHAVIOUR_COLUMNS, WIDE_COLUMNS, ExampleArrays, build_examples, to_arrays
from assets.models.examples.text_block import review_table
from assets.models.settings import ModelSettings
from tests.unit.customers.build import DAY, random_bookings

DIMENSIONS = 4
PLAN = OriginPlan(
    observed=DAY,
    horizon_days=90,
    cv=(DAY - timedelta(days=240), DAY - timedelta(days=190)),
    holdout=DAY - timedelta(days=90),
)
QUICKEST = ModelSettings(
    models=("same_as_past", "lightgbm", "gated_fusion"),
    folds=2,
    repeats=1,
    max_epochs=2,
    batch_size=64,
    behaviour_layers=(8, 4),
    text_width=6,
    fused_width=4,
    boosting_rounds=5,
    boosting_leaves=4,
    boosting_min_leaf=2,
)


def reviews_of(seed, number=40, *, last=DAY):
    """The four frames that review_table reads, for ``number`` reviews over a year."""
    rng = np.random.default_rng(seed)
    ids = [f"r{index:03d}" for index in range(number)]
    days = [last - timedelta(days=int(back)) for back in rng.integers(0, 500, number)]
    vectors = rng.normal(size=(number, DIMENSIONS)).astype(np.float32)
    embeddings = pl.DataFrame({"review_id": ids, "embedding": pl.Series(vectors).arr.to_list(), "delivery_day": days})
    anomalies = pl.DataFrame({"review_id": ids, "delivery_day": days, "is_excluded": rng.random(number) < 0.1})
    parts = pl.DataFrame({"review_id": ids, "delivery_day": days, "polarity_text": rng.uniform(-1, 1, number)})
    clean = pl.DataFrame({"review_id": ids, "delivery_day": days, "score": rng.uniform(2.5, 10, number)})
    return embeddings, anomalies, parts, clean


def pairs_of(seed, bookings, reviews, share=0.5):
    """Pairs of a share of the completed bookings, decided two weeks after delivery."""
    rng = np.random.default_rng(seed)
    stays = bookings.filter(pl.col("is_completed")).sort("booking_id")
    stays = stays.filter(pl.Series(rng.random(stays.height) < share))
    return pl.DataFrame(
        {
            "booking_id": stays["booking_id"],
            "rank": pl.Series([1] * stays.height, dtype=pl.Int32),
            "review_id": rng.choice(reviews["review_id"].to_numpy().astype(str), stays.height),
            "match_probability": rng.uniform(0.5, 1.0, stays.height),
            "is_assigned": [True] * stays.height,
            "delivery_day": stays["delivery_day"] + timedelta(days=14),
        }
    )


def world(seed=1, customers=40):
    """Bookings, pairs and the review table."""
    bookings = random_bookings(seed, customers=customers)
    reviews = review_table(*reviews_of(seed))
    return bookings, pairs_of(seed, bookings, reviews), reviews


def examples_of(seed=1, customers=40):
    """A whole examples table."""
    return build_examples(*world(seed, customers), PLAN, CustomerSettings())


def arrays_of(seed=1, customers=40):
    """The prospective examples as arrays."""
    return to_arrays(examples_of(seed, customers).filter(pl.col("protocol") == "prospective"), DIMENSIONS)


def synthetic(seed, number, *, text_effect, dimensions=DIMENSIONS):
    """Arrays whose target is a function of one behaviour feature and, times ``text_effect``, of the text."""
    rng = np.random.default_rng(seed)
    behaviour = np.zeros((number, len(BEHAVIOUR_COLUMNS)))
    behaviour[:, :3] = rng.uniform(0, 1, (number, 3))
    text = np.zeros((number, dimensions + 2), dtype=np.float32)
    text[:, :dimensions] = rng.normal(size=(number, dimensions))
    has_text = rng.random(number) < 0.8
    text[~has_text] = 0.0
    target = 100 + 60 * behaviour[:, 0] + text_effect * 40 * text[:, 0] + rng.normal(0, 8, number)
    return ExampleArrays(
        customers=np.array([f"c{index:05d}" for index in range(number)]),
        as_of=np.array([np.datetime64(date(2024, 1, 1))] * number),
        behaviour=behaviour,
        wide=np.zeros((number, len(WIDE_COLUMNS))),
        text=text,
        has_text=has_text,
        text_weight=has_text.astype(np.float64),
        past=np.maximum(target + rng.normal(0, 30, number), 0.0),
        past_year=np.zeros(number),
        year_earlier=np.zeros(number),
        season_price=np.full(number, np.nan),
        horizon_price=np.full(number, np.nan),
        horizon=np.full(number, 180.0),
        target=np.maximum(target, 0.0),
    )
