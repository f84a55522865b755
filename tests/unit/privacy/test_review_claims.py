"""Numbers and keys of reviews leave the raw tables as keyed hashes only, and meet the bookings' there."""

import polars as pl
import pytest

from assets.privacy.contract_claims import REVIEW_CLAIMS
from assets.privacy.publication import pseudonymise
from assets.privacy.review_claims import claimed_names, claims_of, validate_review_claims
from assets.privacy.settings import PrivacySettings
from assets.raw.parse_bookings import parse_bookings
from assets.raw.parse_reviews import parse_reviews
from assets.raw.settings import RawSettings
from pipelines.rooms import room_contracts
from resources.contract import Zone
from resources.secret_keys import SecretKey
from resources.sources.base import Stream
from tests.unit.raw.builders import DAY, booking, delivery, review

KEY = SecretKey(b"a key for tests, 32 bytes long!!")
REVIEWS = parse_reviews(
    delivery(
        Stream.REVIEWS,
        [
            review(review_key="V1", reservation_id=" r1"),
            review(review_key="V2", guest_key="g1"),
            review(review_key="V3"),
        ],
    )
).rows


def test_claims_meet_the_hashes_of_bookings() -> None:
    rooms = [booking(reservation_id="R1", guest_key="G1"), booking(reservation_id="R2", room_number="7"),
             booking(reservation_id="R2", room_number="8"), booking()]  # fmt: skip
    bookings = parse_bookings(delivery(Stream.BOOKINGS, rooms), RawSettings()).rows
    names = pseudonymise(bookings, PrivacySettings(), KEY)
    claims = claims_of(REVIEWS, KEY)
    assert claims.select(pl.col("claimed_id", "guest_hash").is_null()).rows() == [(False, True), (True, False)]
    assert claims["claimed_id"][0] == names["booking_id"][0]
    assert claims["guest_hash"][1] == names["guest_hash"][0]
    called = claimed_names(bookings["row_id"], KEY)
    assert called[0] == names["booking_id"][0]
    assert called[1] == called[2] != names["booking_id"][1], "rooms of one reservation have its name"
    assert called[3] is None, "a booking without a number can't be named by one"


def test_no_other_table_has_a_column_for_what_reviews_name() -> None:
    holders = {
        name for name, contract in room_contracts().items()
        if {"reservation_id", "claimed_id"} & set(contract.names) or (
            "guest_key" in contract.names and contract.asset != "raw_bookings")
    }  # fmt: skip
    assert holders == {"raw_reviews", "review_claims"}
    assert {str(room_contracts()[name].zone) for name in holders} == {str(Zone.RESTRICTED)}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("claims_say_stay_or_writer", ("a" * 32, None, None, DAY)),
        ("claims_are_hashes", ("a" * 32, "reservation:R1", None, DAY)),
        ("claims_are_hashes", ("a" * 32, None, "G1", DAY)),
    ],
)
def test_checks_turn_red(name: str, row: tuple[object, ...]) -> None:
    frame = pl.DataFrame([row], schema=REVIEW_CLAIMS.schema, orient="row")
    assert [outcome.name for outcome in validate_review_claims(frame) if not outcome.passed] == [name]
    assert all(outcome.passed for outcome in validate_review_claims(claims_of(REVIEWS, KEY)))
