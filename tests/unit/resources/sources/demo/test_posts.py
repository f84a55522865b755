from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from resources.sources.base import Stream
from resources.sources.demo import DemoSource
from resources.sources.demo.posts import LONGEST_DELAY_DAYS, delay_days, snap
from tests.unit.resources.sources.demo.conftest import SMALL, all_days


@pytest.mark.parametrize(("kind", "share"), [("contradiction", 0.02), ("duplicate", 0.02), ("burst", 0.02)])
def test_planted_shares_are_near_the_set_ones(truth, kind, share):
    assert abs((truth.reviews["planted_kind"] == kind).mean() - share) < 0.012


@pytest.mark.parametrize("name", ["contradictory_share", "near_duplicate_share", "burst_share"])
def test_a_larger_share_plants_more(name):
    truth = DemoSource(replace(SMALL, **{name: 0.15})).truth()
    kind = {"contradictory_share": "contradiction", "near_duplicate_share": "duplicate", "burst_share": "burst"}[name]
    assert abs((truth.reviews["planted_kind"] == kind).mean() - 0.15) < 0.05


def test_nothing_is_planted_when_shares_are_zero():
    plain = replace(
        SMALL, contradictory_share=0.0, near_duplicate_share=0.0, burst_share=0.0, planted_identifier_share=0.0
    )
    reviews = DemoSource(plain).truth().reviews
    assert set(reviews["planted_kind"]) == {"none"}
    assert reviews["planted_texts"].list.len().sum() == 0


def test_contradictions_score_against_their_text(truth, reviews):
    joined = truth.reviews.join(reviews, on="review_key").filter(pl.col("planted_kind") == "contradiction")
    praise = pl.col("mood") > 0
    assert joined.filter(praise)["Reviewer_Score"].cast(pl.Float64).max() < 5
    assert joined.filter(~praise)["Reviewer_Score"].cast(pl.Float64).min() > 9
    assert (joined.filter(praise)["Negative_Review"].str.strip_chars().is_in(["No Negative", "Nothing"])).all()
    assert (joined.filter(~praise)["Positive_Review"] == "No Positive").all()


def test_copies_follow_their_source_and_are_alike(truth, reviews):
    texts = {
        row["review_key"]: Counter(f"{row['Positive_Review']} {row['Negative_Review']}".lower().split())
        for row in reviews.to_dicts()
    }
    days = dict(truth.reviews.select("review_key", "posted_day").iter_rows())
    copies = truth.reviews.filter(pl.col("planted_kind") == "duplicate")
    for row in copies.to_dicts():
        assert days[row["copied_from"]] < row["posted_day"]
        copy, source = texts[row["review_key"]], texts[row["copied_from"]]
        assert (copy & source).total() > 0.45 * min(copy.total(), source.total())
    assert (copies["edit"] == "exact").any()
    assert (copies["edit"] != "exact").any()


def test_bursts_crowd_one_hotel_within_two_days(truth, reviews):
    bursts = truth.reviews.join(reviews, on="review_key").filter(pl.col("planted_kind") == "burst")
    first = bursts.sort("posted_day").group_by("Hotel_Name", maintain_order=True).agg(pl.col("posted_day"))
    for days in first["posted_day"].to_list():
        for day in days:
            assert sum(abs((other - day).days) <= 1 for other in days) >= 4


def test_delays_lie_between_zero_and_twenty_days():
    delays = delay_days(np.linspace(0, 1 - 1e-9, 1_000))
    assert delays.min() == 0
    assert delays.max() == LONGEST_DELAY_DAYS
    assert (delays <= 7).mean() > 0.7


def test_scores_lie_on_the_platforms_grid():
    assert snap(np.array([-3.0, 2.6, 7.6, 12.0])).tolist() == [2.5, 2.5, 7.5, 10.0]


def test_all_stays_are_reviewed_when_the_share_is_one():
    source = DemoSource(replace(SMALL, guests=300, review_share=1.0, near_duplicate_share=0.0, burst_share=0.0))
    stays = source.truth().stays.filter(
        pl.col("check_out_day").is_between(SMALL.start, SMALL.last_day - timedelta(days=20))
        & (pl.col("check_out_day") > pl.col("arrival_day"))
    )
    assert set(stays["reservation_id"]) <= set(source.truth().reviews["reservation_id"])


def test_no_review_is_written_when_the_share_is_zero():
    source = DemoSource(replace(SMALL, guests=300, review_share=0.0))
    assert source.rows(Stream.REVIEWS, all_days(source)).is_empty()
    assert source.truth().reviews.is_empty()
