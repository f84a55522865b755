"""Lifetime value of a pseudo-customer, and the value segments."""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.common.versions import latest_versions
from assets.customers.settings import CustomerSettings
from resources.errors import ContractError

SEGMENTS = ("low", "mid", "high")
_BORDERS = {"thirds": (1 / 3, 2 / 3), "25_50_25": (0.25, 0.75)}
_RFM_LEVELS = 5  # quintiles, the trade's custom
_RFM_BORDERS = (7, 11)  # of a sum from 3 to 15: low up to 7, high from 12


def current_rows(bookings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Rows delivered by the day, each booking once: a correction supersedes the rows delivered before it.

    Args:
        bookings: published bookings.
        as_of: last delivery day read.

    Returns:
        The same columns, sorted by (pseudo_customer_id, delivery_day, booking_id).

    Source:
        specification 4.1: readers as of a day apply corrections, no stored row is removed.
    """
    return latest_versions(bookings, "booking_id", as_of).sort("pseudo_customer_id", "delivery_day", "booking_id")


def lifetime_values(rows: pl.DataFrame) -> pl.DataFrame:
    """CLV per pseudo-customer: the sum of realised revenue; cancelled and no-show bookings count zero.

    Args:
        rows: current rows (:func:`current_rows`).

    Returns:
        pseudo_customer_id, unit, first_day, last_day, bookings, completed, clv, deposit_aware_clv (also counts
        non-refundable deposits of cancelled bookings); sorted by id.

    Source:
        Paper 001, section 2.2: ``CLV_i = sum_k ADR_k LOS_k (1 - canceled_k)``, no discounting.
    """
    return (
        rows.group_by("pseudo_customer_id")
        .agg(
            unit=pl.col("unit").first(),
            first_day=pl.col("delivery_day").min(),
            last_day=pl.col("delivery_day").max(),
            bookings=pl.len().cast(pl.Int64),
            completed=pl.col("is_completed").sum().cast(pl.Int64),
            clv=pl.col("realised_revenue").sum(),
            deposit_aware_clv=pl.col("deposit_aware_revenue").sum(),
        )
        .sort("pseudo_customer_id")
    )


def value_segments(value: NDArray[np.float64], rule: str, rfm: NDArray[np.float64] | None = None) -> list[str]:
    """``low``, ``mid`` or ``high`` per customer; equal customers always share a segment.

    Args:
        value: (n,) CLV or predicted value, currency units.
        rule: ``thirds``, ``25_50_25`` (borders at those quantiles) or ``rfm``.
        rfm: (n, 3) recency days, frequency, monetary; needed by ``rfm``: the sum of three quintiles.

    Returns:
        n labels. With many equal values (zeros) the segments are not of the promised size.

    Raises:
        ContractError: the rule is unknown, or ``rfm`` lacks its columns.

    Source:
        Thirds: paper 001, section 2.8. 25/50/25: paper 000.
    """
    if not len(value):
        return []
    if rule in _BORDERS:
        low, high = np.quantile(value, _BORDERS[rule])
        return [SEGMENTS[int(item > low) + int(item > high)] for item in value]
    if rule != "rfm" or rfm is None or rfm.shape != (len(value), 3):
        message = f"segment rule {rule!r} with rfm of shape {None if rfm is None else rfm.shape} can't be applied"
        raise ContractError(message + "; use thirds, 25_50_25, or rfm with (n, 3) recency, frequency, monetary")
    total = sum(_quintile(column) for column in (-rfm[:, 0], rfm[:, 1], rfm[:, 2]))
    return [SEGMENTS[int(item > _RFM_BORDERS[0]) + int(item > _RFM_BORDERS[1])] for item in np.asarray(total)]


def _quintile(values: NDArray[np.float64]) -> NDArray[np.int64]:
    borders = np.quantile(values, np.arange(1, _RFM_LEVELS) / _RFM_LEVELS)
    return 1 + np.searchsorted(borders, values, side="left")


def with_segments(customers: pl.DataFrame, settings: CustomerSettings) -> pl.DataFrame:
    """The customers with ``value_segment`` by the rule of the settings, guests among guests and markets among markets.

    Args:
        customers: ``unit``, clv and R, F, M; sorted by id.
        settings: name the rule.
    """
    parts = [_with_segments(part, settings) for part in customers.partition_by("unit", maintain_order=True)]
    return pl.concat(parts or [_with_segments(customers, settings)]).sort("pseudo_customer_id")


def _with_segments(customers: pl.DataFrame, settings: CustomerSettings) -> pl.DataFrame:
    value = customers["clv"].cast(pl.Float64).to_numpy()
    rfm = customers.select("recency_days", "frequency", "monetary").to_numpy().astype(np.float64)
    labels = value_segments(value, settings.segments, rfm)
    return customers.with_columns(pl.Series("value_segment", labels, dtype=pl.String))
