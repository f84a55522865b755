from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from assets.raw.checks import validate_quarantine, validate_raw_bookings, validate_raw_counts, validate_raw_reviews
from assets.raw.composition import day_counts
from assets.raw.contract import QUARANTINE, RAW_BOOKINGS, RAW_COUNTS, RAW_REVIEWS
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.settings import RawSettings
from resources.contract import CheckOutcome
from resources.sources.base import Stream
from tests.unit.raw.builders import DAY, booking, delivery, review

DELIVERED = delivery(Stream.BOOKINGS, [booking() for _ in range(9)] + [booking(adr="-1")])
PARSED = parse_bookings(DELIVERED, RawSettings())
BOOKINGS, PROBLEMS = PARSED.rows, PARSED.problems
REVIEWS = parse_reviews(delivery(Stream.REVIEWS, [review()])).rows
COUNTS = day_counts(Stream.BOOKINGS, DELIVERED, PARSED, RawSettings())
Validate = Callable[[pl.DataFrame], list[CheckOutcome]]
GREEN = [
    (validate_raw_bookings, BOOKINGS),
    (validate_raw_reviews, REVIEWS),
    (validate_quarantine, PROBLEMS),
    (validate_raw_counts, COUNTS),
]
RED = [
    (validate_raw_bookings, BOOKINGS, {"nights": pl.lit(7, pl.Int32)}, "nights_add_up"),
    (validate_raw_bookings, BOOKINGS, {"is_canceled": pl.lit(value=True)}, "cancellation_agrees_with_status"),
    (
        validate_raw_bookings,
        BOOKINGS,
        {"arrival_day": pl.lit(date(2016, 7, 9))},
        "stays_begin_before_they_are_delivered",
    ),
    (validate_raw_bookings, BOOKINGS, {"rate": pl.lit(float("nan"))}, "rates_are_finite"),
    (validate_raw_bookings, BOOKINGS, {"arrival_day": pl.lit(date(2016, 6, 9))}, "stays_end_on_their_delivery_day"),
    (
        validate_raw_reviews,
        REVIEWS,
        {"posted_day": pl.lit(date(2017, 1, 1))},
        "reviews_are_posted_before_they_are_delivered",
    ),
    (validate_raw_reviews, REVIEWS, {"score": pl.lit(float("inf"))}, "scores_are_finite"),
    (validate_raw_reviews, REVIEWS, {"tags": pl.lit("a\0b")}, "texts_hold_no_nul_byte"),
    (
        validate_raw_reviews,
        REVIEWS,
        {"positive_text": pl.lit(None, pl.String), "negative_text": pl.lit(None, pl.String)},
        "reviews_hold_text",
    ),
    (validate_quarantine, PROBLEMS, {"reason": pl.lit(" ")}, "problems_have_reason_and_text"),
    (validate_quarantine, PROBLEMS, {"raw_text": pl.lit("")}, "problems_have_reason_and_text"),
    (validate_quarantine, PROBLEMS, {"source_row": pl.lit(99, pl.Int64)}, "problems_name_their_place"),
    (validate_raw_counts, COUNTS, {"kept": pl.lit(3, pl.Int32)}, "counts_add_up"),
    (
        validate_raw_counts,
        COUNTS,
        {"quarantined": pl.lit(9, pl.Int32), "kept": pl.lit(1, pl.Int32)},
        "few_rows_are_quarantined",
    ),
    (
        validate_raw_counts,
        COUNTS,
        {"unfit_key_rows": pl.lit(60, pl.Int32), "unfit_keys": pl.lit("guest_key N…Y (6 characters): 60 rows")},
        "keys_name_one_thing",
    ),
]


@pytest.mark.parametrize(("validate", "frame"), GREEN)
def test_sound_frames_pass_every_check(validate: Validate, frame: pl.DataFrame) -> None:
    assert frame.height > 0
    assert [item.name for item in validate(frame) if not item.passed] == []


@pytest.mark.parametrize(("validate", "frame", "damage", "name"), RED, ids=[name for *_, name in RED])
def test_each_check_is_seen_red(validate: Validate, frame: pl.DataFrame, damage: dict[str, pl.Expr], name: str) -> None:
    outcomes = {item.name: item for item in validate(frame.with_columns(**damage))}
    assert not outcomes[name].passed
    assert outcomes[name].rows > 0
    assert outcomes[name].failed_days == {DAY}
    assert outcomes[name].advice
    assert outcomes[name].examples


def test_every_check_has_a_red_case() -> None:
    names = {item.name for validate, frame in GREEN for item in validate(frame)}
    assert names == {case[3] for case in RED}


@pytest.mark.parametrize(
    ("validate", "contract"),
    [
        (validate_raw_bookings, RAW_BOOKINGS),
        (validate_raw_reviews, RAW_REVIEWS),
        (validate_quarantine, QUARANTINE),
        (validate_raw_counts, RAW_COUNTS),
    ],
    ids=lambda value: getattr(value, "asset", None),
)
def test_empty_days_pass(validate: Validate, contract: object) -> None:
    assert all(item.passed for item in validate(contract.empty()))  # type: ignore[attr-defined]


def test_warnings_do_not_block() -> None:
    soft = [item.name for validate, frame in GREEN for item in validate(frame) if not item.is_blocking]
    assert soft == [
        "stays_end_on_their_delivery_day",
        "reviews_hold_text",
        "few_rows_are_quarantined",
        "keys_name_one_thing",
    ]
