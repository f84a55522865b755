"""Values that only one has name him; values that k share do not."""

from datetime import date
from itertools import combinations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from assets.studies.attacks.fingerprints import (
    attack_score_fingerprint,
    attack_subset_sums,
    attack_text_fingerprint,
    subsets_with_sum,
    text_columns,
)
from assets.studies.attacks.stored_views import TEXT_TABLES
from pipelines.rooms import room_contracts

REVIEWS = pl.DataFrame({"text_polarity": [0.1, 0.2, 0.3, 0.3], "text_score": [9.0, 9.0, 8.0, 8.0]})


def test_a_customer_with_one_review_is_named_by_its_values() -> None:
    customers = pl.DataFrame({"text_polarity": [0.1, 0.3, 0.15], "text_score": [9.0, 8.0, 9.0]})
    result = attack_text_fingerprint([customers], REVIEWS, "restricted", 1)
    assert result is not None
    assert result.rate.value == 1 / 3, "0.1 is one review's, 0.3 two reviews', 0.15 is a mean"
    assert result.guess.value == 0.25


def test_a_zone_without_values_of_texts_names_no_review() -> None:
    result = attack_text_fingerprint([], REVIEWS, "internal", 5)
    assert result is not None
    assert (result.rate.value, result.targets) == (0.0, 4)
    assert attack_text_fingerprint([], REVIEWS.clear(), "internal", 5) is None


def test_every_table_with_values_of_texts_is_attacked() -> None:
    held = text_columns(room_contracts())
    assert set(held) == {item.asset for item in TEXT_TABLES}
    assert held["examples"] == ["text_polarity", "text_score"]


def test_a_score_that_nobody_else_has_is_found() -> None:
    view = pl.DataFrame({"month": ["2024-01"] * 4 + ["2024-02"], "value": [10.0, 10.0, 20.0, 20.0, 20.0]})
    result = attack_score_fingerprint(view, ["month", "value"], "internal", 5)
    assert result is not None
    assert result.rate.value == 1 / 5
    assert attack_score_fingerprint(view.clear(), ["month", "value"], "internal", 5) is None


@given(st.lists(st.integers(0, 30), min_size=1, max_size=9), st.integers(1, 5), st.integers(0, 60), st.integers(0, 20))
def test_subsets_are_counted_as_by_hand(amounts: list[int], size: int, low: int, width: int) -> None:
    by_hand = sum(low <= sum(chosen) <= low + width for chosen in combinations(amounts, size))
    assert subsets_with_sum(amounts, size, low, low + width) == by_hand


def labelled(sizes: tuple[int, ...]) -> pl.DataFrame:
    rng = np.random.default_rng(5)
    rows = [
        {"delivery_day": date(2024, 1, 1), "class_id": f"c{place}", "booking_id": f"b{place}-{number}",
         "is_completed": True, "realised_revenue": int(rng.integers(80, 2_000))}
        for place, size in enumerate(sizes) for number in range(size)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def test_means_in_tens_give_up_fewer_bills_than_exact_ones() -> None:
    rows, rng = labelled((5, 6, 7)), np.random.default_rng(1)
    rounded = attack_subset_sums(rows, 10, rng, "internal", 5)
    exact = attack_subset_sums(rows, 10, rng, "restricted", 5, half_step=0.0)
    assert rounded is not None
    assert exact is not None
    assert exact.rate.value > 5 * rounded.rate.value
    assert rounded.rate.value >= rounded.guess.value


def test_a_class_below_k_has_no_mean_to_attack() -> None:
    assert attack_subset_sums(labelled((4,)), 10, np.random.default_rng(1), "internal", 5) is None
    alone = attack_subset_sums(labelled((5,)), 10, np.random.default_rng(1), "internal", 5)
    assert alone is not None
    assert alone.rate.value == alone.guess.value == 1.0, "a day of one class: its bills are the day's"
