"""Attacks through pairs: right where pairs are right, no better than guessing where they are not."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from assets.studies.attacks.pairs import ReviewWorld, attack_pairs, attack_review_text
from assets.studies.attacks.rates import AttackResult
from assets.studies.attacks.search import exact_labels, haystack_of, known_guests
from tests.unit.privacy.builders import DAY, booking, bookings, linked

N = 60


def world(*, pairs_are_right: bool) -> dict[str, AttackResult]:
    raw = bookings(
        [booking(number, delivery_day=DAY + timedelta(days=number // 20), lead_time_days=number) for number in range(N)]
    )
    known = known_guests(linked(raw))
    ids = known["booking_id"].to_list()
    reviews = [f"r{number:02d}" for number in range(N)]
    given = reviews if pairs_are_right else reviews[1:] + reviews[:1]
    ends = known["delivery_day"].to_list()
    made = ReviewWorld(
        pairs=pl.DataFrame(
            {"booking_id": ids, "rank": 1, "review_id": given, "match_probability": 0.9, "is_assigned": True}
        ),
        reviews=pl.DataFrame(
            {"review_id": reviews, "hotel_name": "City Hotel", "reviewer_country": "PRT",
             "posted_day": [day + timedelta(days=2) for day in ends]}
        ),
        links=pl.DataFrame({"booking_id": ids, "review_id": reviews}),
        stays=pl.DataFrame({"booking_id": ids, "hotel": "City Hotel", "country": "PRT", "stay_end": ends}),
        window_days=14,
    )  # fmt: skip
    haystack = haystack_of(exact_labels(known))
    return {item.attack: item for item in attack_pairs(made, haystack, known, 5, 40, np.random.default_rng(0))}


@pytest.mark.parametrize("attack", ["review_of_known_booking", "review_of_known_guest", "booking_of_known_review"])
def test_right_pairs_lead_to_the_guest_and_wrong_ones_do_not(attack: str) -> None:
    right, wrong = world(pairs_are_right=True)[attack], world(pairs_are_right=False)[attack]
    assert right.rate.value == 1.0
    assert wrong.rate.value == 0.0
    assert right.guess.value == pytest.approx(1 / N, abs=0.02)
    assert right.rate.low > right.guess.high
    assert right.meaning != wrong.meaning
    assert right.zone == "restricted", "where the pairs lie"


def site(texts: list[str], day: date = DAY) -> pl.DataFrame:
    number = len(texts)
    return pl.DataFrame(
        {
            "review_id": [f"r{at}" for at in range(number)], "hotel_name": "Hotel", "posted_day": [day] * number,
            "score": 8.0, "reviewer_country_name": "Portugal", "tags": "[]", "positive_text": texts,
            "negative_text": [None] * number,
        },
        schema_overrides={"negative_text": pl.String},
    )  # fmt: skip


def test_a_masked_text_is_found_again_by_its_words() -> None:
    public = site(["good", "bad", "ugly"])
    found = attack_review_text(public, public, 5, 10, np.random.default_rng(0))
    assert found is not None
    assert found.rate.value == 1.0
    assert found.guess.value == pytest.approx(1 / 3)


def test_equal_reviews_hide_each_other_and_none_is_none() -> None:
    public = site(["good"] * 4)
    found = attack_review_text(public, public, 5, 10, np.random.default_rng(0))
    assert found is not None
    assert found.rate.value == pytest.approx(0.25)
    assert attack_review_text(public.clear(), public, 5, 10, np.random.default_rng(0)) is None
