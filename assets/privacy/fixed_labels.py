"""Publication of a day whose stored labels an erasure has fixed: rows leave, no label changes (specification 4.7)."""

import polars as pl

from assets.privacy.contract import LABELLED_BOOKINGS
from assets.privacy.generalisation import BELOW_K, batch_key
from assets.privacy.pseudonyms import hash_column
from assets.privacy.rate_limits import CLASS_RATE_COLUMNS
from assets.privacy.risk import LABEL_COLUMNS
from resources.errors import PrivacyError
from resources.secret_keys import PREVIOUS_KEY_VARIABLE, SecretKey

SUPERSEDED = "superseded"
AFTER_ERASURE = "after_erasure"  # came into a batch whose labels were fixed by then: it has none


def renamed(stored: pl.DataFrame, named: pl.DataFrame, previous: SecretKey | None, batch: str) -> pl.DataFrame:
    """Stored rows under the names of the key in force: after a rotation their labels are found by the key before it.

    Rows that went over in an earlier run, which may have been cut short, are left as they are.

    Args:
        stored: ``LABELLED_BOOKINGS`` rows of whole batches.
        named: ``PSEUDONYMS`` rows of the same batches, under the key in force.
        previous: key before the last rotation, None where there was none.
        batch: length of a batch, as in the settings.

    Returns:
        Rows that are still there; a row whose source row has gone is left out.

    Raises:
        PrivacyError: of a batch with rows nothing bears a name under either key, so all of its labels would be lost.
    """
    is_known = pl.col("booking_id").is_in(named["booking_id"].implode())
    known, others = stored.filter(is_known), stored.filter(~is_known)
    known_now = pl.concat([known, _by_previous(others, named, previous)])
    present = named.select(batch_key(named["delivery_day"], batch))["batch_day"]
    lost = stored["delivery_day"].filter(stored["delivery_day"].is_in(present.implode()))
    lost = lost.filter(~lost.is_in(known_now["delivery_day"].implode()))
    if lost.is_empty():
        return known_now
    message = (
        f"labels of {lost.min()}, fixed by an erasure, are stored under names of another key; set "
        f"{PREVIOUS_KEY_VARIABLE} to the key before the rotation until this run has ended well"
    )
    raise PrivacyError(message)


def _by_previous(rows: pl.DataFrame, named: pl.DataFrame, previous: SecretKey | None) -> pl.DataFrame:
    if previous is None:
        return rows.clear()
    names = named.select("row_id", "pseudo_customer_id", new="booking_id").unique("row_id", keep="last")
    names = names.with_columns(booking_id=hash_column(names["row_id"], "booking", previous)).drop("row_id")
    rows_by_previous = rows.drop("pseudo_customer_id").join(names, on="booking_id", how="inner", maintain_order="left")
    return rows_by_previous.drop("booking_id").rename({"new": "booking_id"}).select(rows.columns)


def keep_labels(
    stored: pl.DataFrame, previous: pl.DataFrame, named: pl.DataFrame, batch: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stored rows that are still there, label for label, and every other row of their batches with its reason.

    A class that is left with fewer than k guests is withheld. Where l or t was asked for, so is a class that lost a
    guest: what is left of its rates was never measured. Calling it again on its own result changes nothing.

    Args:
        stored: ``LABELLED_BOOKINGS`` rows of whole batches.
        previous: rows set aside when they were published: ``delivery_day``, ``row_id``, ``reason``.
        named: ``PSEUDONYMS`` rows of the same batches that are still there.
        batch: length of a batch, as in the settings.

    Returns:
        ``(published, withheld)``.
    """
    present = named.with_columns(batch_key(named["delivery_day"], batch))
    is_newest = pl.col("delivery_day") == pl.col("delivery_day").max().over("batch_day", "row_id")
    superseded = present.filter(~is_newest).select("batch_day", "row_id", reason=pl.lit(SUPERSEDED))
    rows = present.filter(is_newest).select(
        "batch_day", "row_id", "booking_id", unit=pl.coalesce("guest_hash", "booking_id")
    )
    key = ["batch_day", "booking_id"]
    held = stored.rename({"delivery_day": "batch_day"}).join(rows, on=key, how="inner", maintain_order="left")
    labels = ["batch_day", *LABEL_COLUMNS, *CLASS_RATE_COLUMNS]
    guests = pl.col("unit").n_unique()
    is_asked = pl.col("l_diversity").is_not_null() | pl.col("t_closeness").is_not_null()
    stays = (guests.over(labels) >= pl.col("k")) & ~(
        is_asked & (guests.over("batch_day", "class_id") < pl.col("class_size"))
    )
    kept = held.filter(stays)
    left = rows.join(kept, on=key, how="anti", maintain_order="left")
    told = previous.filter(pl.col("reason") != SUPERSEDED).rename({"delivery_day": "batch_day"})
    told = told.unique(["batch_day", "row_id"], keep="first", maintain_order=True)
    was_published = stored.select(pl.col("delivery_day").alias("batch_day"), "booking_id", was=pl.lit(value=True))
    reasons = left.join(told, on=["batch_day", "row_id"], how="left", maintain_order="left").join(
        was_published, on=key, how="left", maintain_order="left"
    )
    fallen = pl.when(pl.col("was").is_not_null()).then(pl.lit(BELOW_K)).otherwise(pl.lit(AFTER_ERASURE))
    withheld = reasons.select("batch_day", "row_id", pl.coalesce("reason", fallen).alias("reason"))
    published = LABELLED_BOOKINGS.conform(kept.rename({"batch_day": "delivery_day"}).select(LABELLED_BOOKINGS.names))
    return published, pl.concat([withheld, superseded]).rename({"batch_day": "delivery_day"})
