"""Whose value is counted: a guest's, or a market's (the bookings that share a composite key).

The exact history names both: the guest where the source gave a key, the market always. Which of them a customer is, is
said here, once, for every reader of the history. The two stand side by side and never in one figure.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from assets.common.inputs import DayInputs, FitInputs, WholeInputs
from assets.customers.settings import GUEST, MARKET, SECTION, CustomerSettings
from assets.privacy.feature_rows import LABELS, booking_rows, reads_stays
from resources.settings import refuse

_GUEST = "guest_hash"


def customer_bookings(
    inputs: DayInputs | FitInputs | WholeInputs, names: Sequence[str] = LABELS.names, days: Sequence[date] | None = None
) -> pl.DataFrame:
    """Bookings as :func:`assets.privacy.feature_rows.booking_rows` gives them, under the customers of the settings.

    Args:
        inputs: of an asset that declares ``booking_reads``.
        names: label columns wanted, ``pseudo_customer_id`` among them.
        days: some of ``booking_days``; None: all of them.

    Returns:
        The columns asked for and ``unit``; see :func:`in_units`.

    Raises:
        SettingsError: guests are asked for of labels, which name none.
    """
    unit = inputs.settings.room("customers", CustomerSettings).unit
    return in_units(named_bookings(inputs, names, days), unit)


def named_bookings(
    inputs: DayInputs | FitInputs | WholeInputs, names: Sequence[str] = LABELS.names, days: Sequence[date] | None = None
) -> pl.DataFrame:
    """The same bookings with both names: the market's under ``pseudo_customer_id``, the guest's as ``guest_hash``.

    Labels name no guest: their ``guest_hash`` is null throughout.

    Raises:
        SettingsError: as for :func:`customer_bookings`.
    """
    if reads_stays(inputs.settings):
        return booking_rows(inputs, (*names, _GUEST), days)
    if inputs.settings.room("customers", CustomerSettings).unit == GUEST:
        raise refuse(SECTION, "unit", GUEST, 'auto or market where privacy.features_from = "labels"')
    return booking_rows(inputs, names, days).with_columns(pl.lit(None, pl.String).alias(_GUEST))


def in_units(bookings: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Bookings under their customer: ``pseudo_customer_id`` names a guest or a market, ``unit`` says which.

    A correction may bring another key: the booking then belongs to the customer of its last version.

    Args:
        bookings: ``pseudo_customer_id`` of the market, ``guest_hash``, and any other columns.
        unit: ``auto`` (the guest where a row names one, else the market), ``guest`` (rows that name none are left
            out) or ``market``.

    Returns:
        The same rows in the same order without ``guest_hash``, fewer where the unit is ``guest``.
    """
    is_guest = pl.col(_GUEST).is_not_null() if unit != MARKET else pl.lit(value=False)
    rows = bookings.filter(is_guest) if unit == GUEST else bookings
    return rows.with_columns(
        pseudo_customer_id=pl.when(is_guest).then(_GUEST).otherwise("pseudo_customer_id"),
        unit=pl.when(is_guest).then(pl.lit(GUEST)).otherwise(pl.lit(MARKET)),
    ).drop(_GUEST)


def main_unit(rows: pl.DataFrame) -> str:
    """The unit that is forecast and measured: guests where there are any, else markets.

    Args:
        rows: bookings, customers or examples with ``unit``.
    """
    return GUEST if (rows["unit"] == GUEST).any() else MARKET


def of_main_unit(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of :func:`main_unit`; the others are counted and described, and stand in no metric.

    Args:
        rows: bookings, customers or examples with ``unit``.
    """
    return rows.filter(pl.col("unit") == main_unit(rows))
