"""Rows that leave ``restricted``: pseudonyms, published bookings, the export without ids."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.privacy.contract import MASKED_REVIEWS, PSEUDONYMS, PUBLISHED_BOOKINGS, RELEASED_BOOKINGS
from assets.privacy.generalisation import COMPLETED_STATUS, generalise
from assets.privacy.loss import LossReport, information_loss, spans_of
from assets.privacy.masking import mask_reviews
from assets.privacy.pseudo_customers import deposit_aware_revenue, pseudo_customer_ids, realised_revenue
from assets.privacy.pseudonyms import hash_column
from assets.privacy.risk import class_sizes
from assets.privacy.settings import PrivacySettings
from resources.errors import ContractError, PrivacyError
from resources.settings import SecretKey

LOST_STATUS = "Canceled"


@dataclass(frozen=True)
class Publication:
    """Published rows, those withheld (``delivery_day``, ``row_id``, ``reason``), and what it cost."""

    published: pl.DataFrame
    withheld: pl.DataFrame
    k: int
    spans: Mapping[str, int]

    def loss(self) -> LossReport:
        """Information loss against the whole ranges of the bookings that were given."""
        return information_loss(self.published, self.spans, withheld=self.withheld.height, k=self.k)

    def loss_metadata(self) -> dict[str, float | int]:
        """The loss as numbers to show beside the table."""
        loss = self.loss()
        names = ("ncp", "average_class_size", "discernibility", "classes", "min_class_size")
        return {name: getattr(loss, name) for name in names}


def pseudonymise(bookings: pl.DataFrame, settings: PrivacySettings, key: SecretKey) -> pl.DataFrame:
    """Pseudonyms of raw bookings in the columns of ``PSEUDONYMS``, in row order.

    Args:
        bookings: raw bookings of any days.
        settings: names the key columns of the pseudo-customer.
        key: key material of one epoch.

    Raises:
        ContractError: a key column is missing.
        PrivacyError: the key is empty.
    """
    named = bookings.select(
        "row_id",
        hash_column(bookings["row_id"], "booking", key).alias("booking_id"),
        hash_column(bookings["guest_key"], "guest", key).alias("guest_hash"),
        pseudo_customer_ids(bookings, settings.key_columns, key),
        pl.lit(key.epoch).alias("key_epoch"),
        realised_revenue(),
        deposit_aware_revenue(),
        "delivery_day",
    )
    return PSEUDONYMS.conform(named)


def publish_bookings(bookings: pl.DataFrame, pseudonyms: pl.DataFrame, settings: PrivacySettings) -> Publication:
    """Bookings with k-anonymous labels, and the rows of batches that can't reach k.

    Args:
        bookings: raw bookings of whole delivery days.
        pseudonyms: their rows of ``PSEUDONYMS``.
        settings: k and the quasi-identifiers.

    Raises:
        ContractError: a booking has no pseudonym, or more than one.
    """
    on = ["delivery_day", "row_id"]
    linked = bookings.join(pseudonyms.drop("key_epoch"), on=on, how="inner", maintain_order="left")
    if linked.height != bookings.height:
        message = (
            f"{bookings.height} bookings meet {linked.height} pseudonyms; materialise pseudonyms for these days first"
        )
        raise ContractError(message)
    generalised = generalise(linked, k=settings.k, quasi_identifiers=settings.quasi_identifiers, batch=settings.batch)
    carried = linked.select(
        "booking_id", "row_id", "pseudo_customer_id", "meal", "reserved_room_type", "deposit_type", "special_requests",
        "booking_changes", "parking_spaces", "realised_revenue", "deposit_aware_revenue", "delivery_day",
        # A no-show's status day is its day of arrival: published, it would undo the arrival label.
        reservation_status=pl.when(pl.col("reservation_status") == COMPLETED_STATUS).then(pl.lit(COMPLETED_STATUS))
        .otherwise(pl.lit(LOST_STATUS)),
    )  # fmt: skip
    key = {"booking_id": "booking_id", "batch_day": "delivery_day"}
    labels = generalised.labels.rename(key)
    published = labels.join(carried.drop("row_id"), on=list(key.values()), how="inner", maintain_order="left")
    published = published.with_columns(k=pl.lit(settings.k))
    _refuse_small_classes(published, linked, settings.k)
    withheld = generalised.withheld.rename(key).join(carried, on=list(key.values()), how="inner", maintain_order="left")
    conformed = PUBLISHED_BOOKINGS.conform(published.select(PUBLISHED_BOOKINGS.names))
    return Publication(conformed, withheld.select("delivery_day", "row_id", "reason"), settings.k, spans_of(bookings))


def _refuse_small_classes(published: pl.DataFrame, linked: pl.DataFrame, k: int) -> None:
    """Count guests again on the labels as they will be read; a bug above must not publish anything."""
    guests = linked.select("delivery_day", "booking_id", unit=pl.coalesce("guest_hash", "booking_id"))
    units = published.join(guests, on=["delivery_day", "booking_id"], how="left", maintain_order="left")["unit"]
    small = class_sizes(published, units).filter(pl.col("units") < k)
    if small.height:
        message = (
            f"{small.height} classes hold fewer than k = {k} guests on {small['delivery_day'][0]}; nothing is published"
        )
        raise PrivacyError(message)


def release_bookings(published: pl.DataFrame) -> pl.DataFrame:
    """The labels without ids, sorted by value so that the order tells nothing about the rows."""
    names = RELEASED_BOOKINGS.names
    return RELEASED_BOOKINGS.conform(published.select(names).sort("delivery_day", *names[:-1]))


def publish_reviews(reviews: pl.DataFrame, settings: PrivacySettings, key: SecretKey) -> pl.DataFrame:
    """Reviews with masked text in the columns of ``MASKED_REVIEWS``, in row order.

    Raises:
        PrivacyError: the key is empty.
    """
    masked = mask_reviews(reviews, staff_names=settings.mask_staff_names)
    named = masked.with_columns(hash_column(reviews["row_id"], "review", key).alias("review_id"))
    return MASKED_REVIEWS.conform(named.select(MASKED_REVIEWS.names))
