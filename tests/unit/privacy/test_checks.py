"""Each check seen green and red."""

from collections.abc import Callable

import polars as pl
import pytest

from assets.privacy.checks import (
    identifier_columns,
    validate_bookings_by_month,
    validate_guest_aggregates,
    validate_labelled_bookings,
    validate_masked_reviews,
    validate_pseudonyms,
    validate_published_bookings,
    validate_released_bookings,
    validate_stays,
)
from assets.privacy.contract import BOOKINGS_BY_MONTH, CONTRACTS, GUEST_AGGREGATES, PSEUDONYMS
from assets.privacy.publication import pseudonymise, publish_bookings, publish_labels, publish_reviews, release_bookings
from assets.privacy.settings import PrivacySettings
from assets.privacy.stays import stays_of
from resources.contract import CheckOutcome, Zone
from tests.unit.privacy.builders import DAY, KEY, booking, bookings, reviews

SETTINGS = PrivacySettings(k=3)
RAW = bookings([booking(n, nights=n // 3) for n in range(9)])
PSEUDONYM_ROWS = pseudonymise(RAW, SETTINGS, KEY)
STAY_ROWS = stays_of(RAW, PSEUDONYM_ROWS)
LABELLED = publish_bookings(RAW, PSEUDONYM_ROWS, SETTINGS).published
PUBLISHED = publish_labels(LABELLED)
RELEASED = release_bookings(PUBLISHED)
REVIEWS = publish_reviews(reviews(["nice", "good"]), SETTINGS, KEY)
MONTHS = pl.DataFrame(
    [("2016-02", hotel, 5, 4.0, "pure", 0.6, "booking", "r1", True) for hotel in ("a", "b")],
    schema=BOOKINGS_BY_MONTH.schema, orient="row",
)  # fmt: skip
RATES = pl.DataFrame(
    [
        ("cancellation_rates", "2016", "market_segment", group, *("cancellation_rate", 0.3, 0.1, "pure", 0.2, "guest"),
         *("r1", True))
        for group in ("Direct", "Groups")
    ],
    schema=GUEST_AGGREGATES.schema, orient="row",
)  # fmt: skip

GREEN = [
    (validate_pseudonyms, PSEUDONYM_ROWS),
    (validate_stays, STAY_ROWS),
    (validate_labelled_bookings, LABELLED),
    (validate_published_bookings, PUBLISHED),
    (validate_released_bookings, RELEASED),
    (validate_masked_reviews, REVIEWS),
    (validate_bookings_by_month, MONTHS),
    (validate_guest_aggregates, RATES),
]


def failed(outcomes: list[CheckOutcome]) -> set[str]:
    return {outcome.name for outcome in outcomes if not outcome.passed}


@pytest.mark.parametrize(("validate", "frame"), GREEN)
def test_good_rows_pass(validate: Callable[[pl.DataFrame], list[CheckOutcome]], frame: pl.DataFrame) -> None:
    assert frame.height > 0
    assert failed(validate(frame)) == set()
    assert failed(validate(frame.clear())) == set()
    assert [item.name for item in validate(frame)] == [item.name for item in validate(frame.clear())]


def first_row(frame: pl.DataFrame, column: str, value: object) -> pl.DataFrame:
    """The frame with one cell changed."""
    is_first = pl.int_range(pl.len()) == 0
    dtype = frame.schema[column]
    return frame.with_columns(pl.when(is_first).then(pl.lit(value, dtype)).otherwise(pl.col(column)).alias(column))


EARLY, LATE, OTHER_CLASS = pl.lit(DAY), pl.lit(900, pl.Int32), pl.lit("2016-01-01-other-1")
RED = [
    (validate_pseudonyms, first_row(PSEUDONYM_ROWS, "booking_id", "row:000000"), "hashes_are_well_formed"),
    (validate_pseudonyms, first_row(PSEUDONYM_ROWS, "booking_id", PSEUDONYM_ROWS["booking_id"][1]),
     "booking_ids_are_unique_within_a_day"),
    (validate_stays, first_row(STAY_ROWS, "guest_hash", "G1"), "hashes_are_well_formed"),
    (validate_stays, STAY_ROWS.with_columns(email=pl.lit("a@b.pt")), "no_direct_identifier_is_carried"),
    (validate_stays, first_row(STAY_ROWS, "realised_revenue", 1), "revenue_follows_from_rate_and_nights"),
    (validate_labelled_bookings, first_row(LABELLED, "adults_to", 9), "classes_reach_k"),
    (validate_labelled_bookings, LABELLED.with_columns(class_size=pl.lit(2, pl.Int32)), "classes_reach_k"),
    (validate_labelled_bookings, LABELLED.with_columns(k=pl.lit(4, pl.Int32)), "classes_reach_k"),
    (validate_labelled_bookings, LABELLED.with_columns(lead_time_from=LATE), "intervals_are_ordered"),
    (validate_labelled_bookings, LABELLED.with_columns(arrival_from=EARLY),
     "arrival_of_a_stay_follows_from_its_nights"),
    (validate_labelled_bookings, LABELLED.with_columns(class_id=OTHER_CLASS), "batch_is_in_the_class_id"),
    (validate_labelled_bookings, first_row(LABELLED, "class_mean_revenue", 1.0),
     "a_class_has_one_mean_of_its_completed_stays"),
    (validate_labelled_bookings, LABELLED.with_columns(is_completed=pl.lit(value=False)),
     "a_class_has_one_mean_of_its_completed_stays"),
    (validate_published_bookings, PUBLISHED.with_columns(booking_id=pl.lit("x")), "no_identifier_outside_its_zone"),
    (validate_published_bookings, PUBLISHED.with_columns(email=pl.lit("a@b.pt")), "no_identifier_outside_its_zone"),
    (validate_published_bookings, PUBLISHED.with_columns(mean_revenue=pl.lit(161)),
     "revenue_is_told_as_a_mean_in_tens"),
    (validate_published_bookings, PUBLISHED.with_columns(reservation_status=pl.lit("Canceled")),
     "revenue_is_told_as_a_mean_in_tens"),
    (validate_published_bookings, PUBLISHED.head(2), "classes_reach_k"),
    (validate_published_bookings, first_row(PUBLISHED, "nights_from", 99), "intervals_are_ordered"),
    (validate_released_bookings, RELEASED.with_columns(class_id=pl.lit("x")), "no_identifier_outside_its_zone"),
    (validate_released_bookings, RELEASED.head(2), "classes_reach_k"),
    (validate_released_bookings, RELEASED.with_columns(nights_from=pl.lit(99, pl.Int32)), "intervals_are_ordered"),
    (validate_masked_reviews, first_row(REVIEWS, "negative_text", "mail a@b.pt"), "no_email_or_phone_is_left"),
    (validate_masked_reviews, first_row(REVIEWS, "title", "+44 20 7946 0958"), "no_email_or_phone_is_left"),
    (validate_masked_reviews, REVIEWS.with_columns(row_id=pl.lit("x")), "no_identifier_outside_its_zone"),
    (validate_bookings_by_month, first_row(MONTHS, "is_private", False), "noise_is_private"),
    (validate_bookings_by_month, first_row(MONTHS, "release_id", "r2"), "a_month_is_one_release"),
    (validate_guest_aggregates, first_row(RATES, "is_private", False), "noise_is_private"),
    (validate_guest_aggregates, first_row(RATES, "release_id", "r2"), "a_family_and_year_is_one_release"),
    (validate_guest_aggregates, first_row(RATES, "accounting", "zcdp"), "one_accounting"),
    (validate_guest_aggregates, first_row(RATES, "value", 1.2), "rates_are_shares"),
    (validate_guest_aggregates, RATES.with_columns(guest_hash=pl.lit("x")), "no_identifier_outside_its_zone"),
    (validate_bookings_by_month, MONTHS.with_columns(booking_id=pl.lit("x")), "no_identifier_outside_its_zone"),
]  # fmt: skip


@pytest.mark.parametrize(("validate", "frame", "name"), RED)
def test_each_check_sees_its_fault(validate: Callable, frame: pl.DataFrame, name: str) -> None:
    outcomes = validate(frame)
    assert name in failed(outcomes)
    broken = next(item for item in outcomes if item.name == name)
    assert broken.advice
    assert broken.rows > 0
    if "delivery_day" in frame.columns:
        assert broken.failed_days == {DAY}


def test_examples_never_hold_review_text() -> None:
    outcomes = validate_masked_reviews(first_row(REVIEWS, "title", "+44 20 7946 0958"))
    assert "7946" not in str([item.examples for item in outcomes])


def test_contracts_keep_the_zone_rules() -> None:
    for contract in CONTRACTS:
        assert identifier_columns(list(contract.names), contract.zone) == []
    assert identifier_columns(list(PSEUDONYMS.names), Zone.INTERNAL) == ["guest_hash", "row_id"]
    assert "booking_id" in identifier_columns(list(PSEUDONYMS.names), Zone.RELEASED)


def test_rows_keep_the_values_that_the_contracts_promise() -> None:
    frames = [PSEUDONYM_ROWS, STAY_ROWS, REVIEWS, LABELLED, PUBLISHED, RELEASED, MONTHS, RATES]
    for contract, frame in zip(CONTRACTS, frames, strict=True):
        for column in contract.columns:
            values = frame[column.name]
            assert column.nullable or values.null_count() == 0, column.name
            assert column.values is None or set(values) <= set(column.values), column.name
            known = values.drop_nulls()
            assert column.minimum is None or known.is_empty() or known.min() >= column.minimum, column.name
        assert not contract.key or not frame.select(contract.key).is_duplicated().any()
