"""Pseudo-customer ids and realised revenue, computed from raw values inside ``restricted``."""

from collections.abc import Sequence

import polars as pl

from assets.privacy.pseudonyms import hash_column
from resources.errors import ContractError
from resources.secret_keys import SecretKey

_SEPARATOR = "\x1f"  # a control character can't stand in a value: two keys never run into one text
_MISSING = "\x00"  # differs from every delivered text, the empty one included


def composite_key(bookings: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """One text per booking that names its pseudo-customer; missing values are a category of their own.

    Args:
        bookings: raw bookings, any row order.
        columns: key columns, in the order of the settings.

    Raises:
        ContractError: a key column is not in the frame.

    Source:
        paper 001, pseudo-customer; specification 6.5.
    """
    missing = [name for name in columns if name not in bookings.columns]
    if missing:
        message = f"key columns {missing} are not in the bookings; choose from {bookings.columns}"
        raise ContractError(message)
    parts = [_as_text(bookings, name) for name in columns]
    return bookings.select(pl.concat_str(parts, separator=_SEPARATOR).alias("composite_key"))["composite_key"]


def _as_text(bookings: pl.DataFrame, name: str) -> pl.Expr:
    column = pl.col(name)
    column = column.cast(pl.Int8) if bookings.schema[name] == pl.Boolean else column
    return pl.concat_str([pl.lit(f"{name}="), column.cast(pl.String).fill_null(_MISSING)])


def pseudo_customer_ids(bookings: pl.DataFrame, columns: Sequence[str], key: SecretKey) -> pl.Series:
    """Keyed hash of each booking's composite key: 32 hex characters, in row order.

    Raises:
        ContractError: a key column is not in the frame.
        PrivacyError: the key is empty.
    """
    return hash_column(composite_key(bookings, columns), "pseudo_customer", key).alias("pseudo_customer_id")


def realised_revenue() -> pl.Expr:
    """Revenue of a booking in whole currency units: rate * nights if checked out, else 0.

    Rounded to whole units so that rate and revenue together do not give back the nights.

    Source:
        paper 001, CLV_i = sum of ADR_k * LOS_k * (1 - canceled_k); specification 6.5.
    """
    earned = pl.col("reservation_status") == "Check-Out"
    return _whole_units(earned).alias("realised_revenue")


def deposit_aware_revenue() -> pl.Expr:
    """Like :func:`realised_revenue`, and a cancelled or no-show booking keeps its non-refundable deposit."""
    earned = (pl.col("reservation_status") == "Check-Out") | (pl.col("deposit_type") == "Non Refund")
    return _whole_units(earned).alias("deposit_aware_revenue")


def _whole_units(earned: pl.Expr) -> pl.Expr:
    amount = (pl.col("rate") * pl.col("nights")).round(0).cast(pl.Int64)
    return pl.when(earned).then(amount).otherwise(0).fill_null(0)
