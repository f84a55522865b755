"""Labels of bookings, and what of them leaves ``restricted``: published bookings and the export, both without ids."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.privacy.contract import (
    LABELLED_BOOKINGS,
    MASKED_REVIEWS,
    PSEUDONYMS,
    PUBLISHED_BOOKINGS,
    RELEASED_BOOKINGS,
)
from assets.privacy.generalisation import COMPLETED_STATUS, LOST_STATUS, batch_key, generalise
from assets.privacy.loss import LossReport, information_loss, spans_of
from assets.privacy.masking import mask_reviews
from assets.privacy.pseudo_customers import deposit_aware_revenue, pseudo_customer_ids, realised_revenue
from assets.privacy.pseudonyms import hash_column
from assets.privacy.rate_limits import RateLimits, rate_band
from assets.privacy.settings import PrivacySettings
from assets.privacy.verification import LabelRisk, label_risk, refuse_broken
from resources.contract import FrameContract
from resources.errors import ContractError
from resources.secret_keys import SecretKey

SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Publication:
    """Published rows, those withheld (``delivery_day``, ``row_id``, ``reason``), and what it cost."""

    published: pl.DataFrame
    withheld: pl.DataFrame
    k: int
    spans: Mapping[str, int]
    risk: LabelRisk

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
    """Bookings with k-anonymous labels under their batch's day, and the rows that are withheld.

    k, l and t are counted again on the finished labels. A booking that came twice within a batch is published
    as it came last; its earlier rows are set aside as superseded.

    Args:
        bookings: raw bookings of whole batches.
        pseudonyms: their rows of ``PSEUDONYMS``.
        settings: k, the quasi-identifiers, the batch's length, l and t.

    Raises:
        ContractError: a booking has no pseudonym, or more than one.
        PrivacyError: the finished labels break k, l or t; nothing is published.
    """
    linked, superseded = _linked(bookings, pseudonyms, settings)
    limits = RateLimits.of(settings)
    generalised = generalise(
        linked, k=settings.k, quasi_identifiers=settings.quasi_identifiers, batch=settings.batch,
        hotels_apart=settings.hotels_apart, limits=limits,
    )  # fmt: skip
    carried = linked.select(
        "booking_id", "batch_day", "row_id", "pseudo_customer_id", "meal", "reserved_room_type", "deposit_type",
        "special_requests", "booking_changes", "parking_spaces", "realised_revenue", "deposit_aware_revenue",
        # A no-show's status day is its day of arrival: published, it would undo the arrival label.
        reservation_status=pl.when(pl.col("reservation_status") == COMPLETED_STATUS).then(pl.lit(COMPLETED_STATUS))
        .otherwise(pl.lit(LOST_STATUS)),
        unit=pl.coalesce("guest_hash", "booking_id"), rate=pl.col("rate").cast(pl.Float64),
    )  # fmt: skip
    key = ["booking_id", "batch_day"]
    rows = generalised.labels.join(carried, on=key, how="inner", maintain_order="left")
    rows = rows.join(rate_band(rows, limits), on="class_id", how="left", maintain_order="left")
    rows = rows.rename({"batch_day": "delivery_day"})
    risk = label_risk(rows, rows.select("unit", "rate"), linked.select("batch_day", "rate"), limits)
    refuse_broken(risk, settings.k, limits)
    published = rows.with_columns(
        class_mean_revenue(settings.k), k=pl.lit(settings.k), **_limit_columns(risk, settings, limits)
    )
    withheld = generalised.withheld.join(carried, on=key, how="inner", maintain_order="left")
    left = pl.concat([withheld.select("batch_day", "row_id", "reason"), superseded]).rename(
        {"batch_day": "delivery_day"}
    )
    conformed = LABELLED_BOOKINGS.conform(published.select(LABELLED_BOOKINGS.names))
    return Publication(conformed, left, settings.k, spans_of(bookings), risk)


def _linked(
    bookings: pl.DataFrame, pseudonyms: pl.DataFrame, settings: PrivacySettings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Bookings beside their pseudonyms and batch, each once per batch; and the rows that a later one replaces."""
    on = ["delivery_day", "row_id"]
    linked = bookings.join(pseudonyms.drop("key_epoch"), on=on, how="inner", maintain_order="left")
    if linked.height != bookings.height:
        message = (
            f"{bookings.height} bookings meet {linked.height} pseudonyms; materialise pseudonyms for these days first"
        )
        raise ContractError(message)
    linked = linked.with_columns(batch_key(linked["delivery_day"], settings.batch))
    newest = pl.col("delivery_day") == pl.col("delivery_day").max().over("batch_day", "row_id")
    replaced = linked.filter(~newest).select("batch_day", "row_id", reason=pl.lit(SUPERSEDED))
    return linked.filter(newest), replaced


def _limit_columns(risk: LabelRisk, settings: PrivacySettings, limits: RateLimits) -> dict[str, pl.Expr | pl.Series]:
    """What was asked of the rate and what each row's class keeps; null where nothing was asked."""
    kept: dict[str, pl.Expr | pl.Series] = {
        "l_diversity": pl.lit(settings.l_diversity, dtype=pl.Int32),
        "t_closeness": pl.lit(settings.t_closeness, dtype=pl.Float64),
        "rate_bands": pl.lit(None, dtype=pl.Int32),
        "rate_distance": pl.lit(None, dtype=pl.Float64),
    }
    if limits.is_asked:
        kept["rate_bands"] = pl.Series(risk.rate_bands[risk.class_of], dtype=pl.Int32)
        # Rounded up, so that a stored distance never looks smaller than it is.
        kept["rate_distance"] = pl.Series(np.ceil(risk.rate_distance[risk.class_of] * 1e9) / 1e9)
    return kept


def class_mean_revenue(k: int) -> pl.Expr:
    """Mean revenue of the class's completed stays, on those; null where fewer than k of its guests completed.

    Args:
        k: of the batch; guests are told apart by ``unit``.
    """
    completed = pl.col("is_completed")
    mean = pl.col("realised_revenue").filter(completed).mean().over("class_id")
    guests = pl.col("unit").filter(completed).n_unique().over("class_id")
    return pl.when(completed & (guests >= k)).then(mean).alias("class_mean_revenue")


def mean_in_tens() -> pl.Expr:
    """The stored mean as it is published: in whole tens, since exact means add up to sums that tell single bills."""
    return (pl.col("class_mean_revenue") / 10).round(0).cast(pl.Int64).mul(10).alias("mean_revenue")


def publish_labels(labelled: pl.DataFrame) -> pl.DataFrame:
    """Labels, outcome and the class's mean without ids, sorted by value so that the order tells nothing of the rows.

    The mean is the stored one: made anew after an erasure, it would give the erased bill by subtraction.

    Args:
        labelled: rows of ``LABELLED_BOOKINGS``.
    """
    return _by_value(PUBLISHED_BOOKINGS, labelled.with_columns(mean_in_tens()))


def release_bookings(published: pl.DataFrame) -> pl.DataFrame:
    """The published rows without the mean, sorted by value.

    Args:
        published: rows of ``PUBLISHED_BOOKINGS``.
    """
    return _by_value(RELEASED_BOOKINGS, published)


def _by_value(contract: FrameContract, rows: pl.DataFrame) -> pl.DataFrame:
    names = contract.names
    return contract.conform(rows.select(names).sort("delivery_day", *names[:-1], nulls_last=True))


def publish_reviews(reviews: pl.DataFrame, settings: PrivacySettings, key: SecretKey) -> pl.DataFrame:
    """Reviews with masked text in the columns of ``MASKED_REVIEWS``, in row order.

    Raises:
        PrivacyError: the key is empty.
    """
    masked = mask_reviews(reviews, staff_names=settings.mask_staff_names)
    named = masked.with_columns(hash_column(reviews["row_id"], "review", key).alias("review_id"))
    return MASKED_REVIEWS.conform(named.select(MASKED_REVIEWS.names))
