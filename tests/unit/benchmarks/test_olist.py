"""The benchmark of hidden orders: what it makes of rows, what it counts, and that it learns delays that peak later."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from assets.alignment.settings import FALLING, FREE, AlignmentSettings
from benchmarks.olist import (
    Sides,
    best_candidates,
    candidates_of,
    figures,
    learned,
    shuffled,
    sides_of,
    verdicts,
    with_intervals,
)

START = datetime(2017, 1, 2)  # noqa: DTZ001
FREELY, FALLS = (AlignmentSettings(window_days=7, delay_shape=shape) for shape in (FREE, FALLING))


def tables(days: int = 90, per_day: int = 15, seed: int = 3) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Orders of 27 states; two in three have a review, nine in ten of these on the next day."""
    rng = np.random.default_rng(seed)
    count = days * per_day
    states = [f"S{state}" for state in rng.choice(27, count, p=np.arange(1, 28) / 378)]
    ends = [START + timedelta(days=int(at) // per_day, hours=9) for at in range(count)]
    orders = pl.DataFrame(
        {"order_id": [f"o{at:05d}" for at in range(count)], "customer_state": states,
         "order_delivered_customer_date": ends}
    )  # fmt: skip
    gaps = np.where(rng.random(count) < 0.9, 1, rng.integers(0, 7, count))
    posted = [end + timedelta(days=int(gap)) for end, gap in zip(ends, gaps, strict=True)]
    reviews = pl.DataFrame(
        {"review_id": [f"r{at:05d}" for at in rng.permutation(count)], "order_id": orders["order_id"],
         "review_creation_date": posted}
    ).filter(pl.Series(rng.random(count) < 0.67))  # fmt: skip
    return orders, reviews


@pytest.fixture(scope="module")
def sides() -> Sides:
    return sides_of(*tables())


@pytest.fixture(scope="module")
def candidates(sides: Sides) -> pl.DataFrame:
    return candidates_of(sides, FREELY)


def test_orders_are_stays_without_width_and_the_order_s_number_is_on_no_review(sides: Sides) -> None:
    assert (sides.stays["arrival_to"] - sides.stays["arrival_from"]).unique().to_list() == [timedelta(0)]
    assert sides.stays["class_size"].unique().to_list() == [1]
    assert "booking_id" not in sides.reviews.columns
    assert sides.links.height == sides.reviews.height
    assert sides.stays.filter(sides.later("delivery_day")).height == pytest.approx(0.25 * sides.stays.height, abs=20)


def test_orders_without_a_state_or_a_delivery_are_left_out_with_their_reviews() -> None:
    orders, reviews = tables(days=4)
    gap = pl.when(pl.int_range(pl.len()) < 5).then(None)
    for name in ("customer_state", "order_delivered_customer_date"):
        found = sides_of(orders.with_columns(gap.otherwise(pl.col(name)).alias(name)), reviews)
        assert found.stays.height == orders.height - 5
        assert set(found.links["booking_id"]) <= set(found.stays["booking_id"])


def test_delays_that_peak_on_the_next_day_are_learned_in_free_form_alone(
    sides: Sides, candidates: pl.DataFrame
) -> None:
    free, falls = (learned(sides, candidates, settings) for settings in (FREELY, FALLS))
    assert free.is_identified
    assert free.levels["time"].agree[1] > 0.8
    assert falls.levels["time"].agree[1] == pytest.approx(falls.levels["time"].agree[0])
    later = sides.later("posted_day")
    told, tied = (figures(best_candidates(sides, candidates, item).filter(later)) for item in (free, falls))
    assert told["log_truth"] > tied["log_truth"]
    assert told["precision_at_90"] > 0.85
    assert told["share_at_90"] > tied["share_at_90"]
    assert told["calibration_error"] < 0.06


def test_the_oracle_is_as_good_and_shuffled_states_lose(sides: Sides, candidates: pl.DataFrame) -> None:
    weights, later = learned(sides, candidates, FREELY), sides.later("posted_day")
    oracle = learned(sides, candidates, FREELY, later=True, told=True)
    dealt = shuffled(sides, np.random.default_rng(1))
    assert dealt.reviews["reviewer_country"].sort().equals(sides.reviews["reviewer_country"].sort())
    parts = {
        "ours": best_candidates(sides, candidates, weights),
        "oracle": best_candidates(sides, candidates, oracle),
        "shuffled": best_candidates(dealt, candidates_of(dealt, FREELY), weights),
    }
    rng = np.random.default_rng(0)
    found = {name: {"later": with_intervals(best.filter(later), rng)} for name, best in parts.items()}
    told = verdicts(found)
    assert told["oracle_at_least_as_good"]
    assert told["shuffled_states_lose"]
    assert not verdicts({**found, "shuffled": found["ours"]})["shuffled_states_lose"]


def test_intervals_hold_their_figures(sides: Sides, candidates: pl.DataFrame) -> None:
    best = best_candidates(sides, candidates, learned(sides, candidates, FREELY))
    assert best.height == sides.reviews.height
    found = with_intervals(best, np.random.default_rng(0))
    share = found["share_at_50"]
    assert share["low"] <= share["value"] <= share["high"]
    assert share["high"] - share["low"] < 0.2


def test_a_review_without_a_candidate_is_no_claim_and_no_error_of_calibration() -> None:
    rows = pl.DataFrame(
        {"probability": [1.0, 0.0], "is_true": [True, False], "log_truth": [0.0, 0.0],
         "posted_day": [date(2017, 1, 2)] * 2}
    )  # fmt: skip
    found = figures(rows)
    assert (found["calibration_error"], found["share_at_50"], found["precision_at_50"]) == (0.0, 0.5, 1.0)
    assert np.isnan(figures(rows.tail(1))["precision_at_90"])
