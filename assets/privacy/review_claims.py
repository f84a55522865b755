"""Which reviews name their stay or their writer: the source's numbers and keys as keyed hashes. Pure."""

import polars as pl

from assets.privacy.contract_claims import REVIEW_CLAIMS
from assets.privacy.pseudonyms import hash_column
from resources.contract import CheckOutcome, outcome_of
from resources.secret_keys import SecretKey

_ADDED = r":(?:room|part|again):.*$"  # what the raw room adds to a number, in small letters that no number has


def claims_of(reviews: pl.DataFrame, key: SecretKey) -> pl.DataFrame:
    """Rows of ``REVIEW_CLAIMS``, in row order.

    Args:
        reviews: ``row_id``, ``reservation_id``, ``guest_key``, ``delivery_day`` of raw reviews.
        key: key material of one epoch.

    Raises:
        PrivacyError: the key is empty.
    """
    named = reviews.filter(pl.any_horizontal(pl.col("reservation_id", "guest_key").is_not_null()))
    hashed = named.select(
        hash_column(named["row_id"], "review", key).alias("review_id"),
        # As bookings are hashed: a reservation of one row is that booking.
        hash_column(named["reservation_id"], "booking", key).alias("claimed_id"),
        hash_column(named["guest_key"], "guest", key).alias("guest_hash"),
        "delivery_day",
    )
    return REVIEW_CLAIMS.conform(hashed)


def claimed_names(row_ids: pl.Series, key: SecretKey) -> pl.Series:
    """What a review that gives the number of a booking's reservation calls it: ``claimed_id``; null without a number.

    Args:
        row_ids: of raw bookings; every room of a reservation has its number.
        key: of the keyed hashes.

    Raises:
        PrivacyError: the key is empty.
    """
    numbers = row_ids.str.replace(_ADDED, "")
    rows = pl.DataFrame({"number": numbers})
    named = rows.select(pl.when(pl.col("number").str.starts_with("reservation:")).then("number"))
    return hash_column(named.to_series(), "booking", key).alias("claimed_id")


def validate_review_claims(claims: pl.DataFrame) -> list[CheckOutcome]:
    """Checks of ``review_claims``: a row says something, in hashes."""
    hashes = pl.any_horizontal(
        ~pl.col(name).str.contains("^[0-9a-f]{32}$").fill_null(value=True) for name in ("claimed_id", "guest_hash")
    )
    return [
        outcome_of(
            "claims_say_stay_or_writer",
            claims.filter(pl.all_horizontal(pl.col("claimed_id", "guest_hash").is_null())),
            show=("review_id",),
            advice="reviews that say neither have no row: mend claims_of",
        ),
        outcome_of(
            "claims_are_hashes",
            claims.filter(hashes),
            show=("review_id",),
            advice="a number or a key stands where its keyed hash belongs: mend claims_of",
        ),
    ]
