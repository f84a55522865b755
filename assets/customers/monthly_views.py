"""Customers as people outside the restricted zone may see them: bands by month, under ids that last one month. Pure.

Exact figures of a customer single out a guest without any booking row: day, nights and lead time of one stay are enough
(attack ``customers_alone``). A band that changed on a day would tell of a booking on that day, so views are made at the
end of a month; an id that lasted would chain the months, so each month has ids of its own. Every cell of a view holds
as many customers as a class of bookings holds guests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from assets.privacy.pseudonyms import hash_column
from resources.contract import CheckOutcome, outcome_of
from resources.secret_keys import SecretKey

ANY = "any"  # said in the place of a band whose cell would be too small
VIEW_BANDS, VIEW_VALUE = VIEWS = ("customer_bands", "customer_value")  # purposes of the ids, and the tables' names
BOOKING_BORDERS = (1, 2, 3, 6)  # lower ends of the bands
VALUE_BORDERS = (0, 1, 250, 500, 1_000, 2_500, 5_000)  # lower ends, currency units
BANDS = ("last_activity", "value_band", "bookings_band")  # in the order in which small cells give them up


@dataclass(frozen=True)
class Folded:
    """Rows whose every cell is large enough, and how many customers no cell could take in."""

    rows: pl.DataFrame
    withheld: int


def month_ends(first: date, last: date) -> list[date]:
    """Last days of the calendar months that are over by ``last``, from the month of ``first`` on.

    Example:
        >>> month_ends(date(2024, 1, 20), date(2024, 3, 30))
        [datetime.date(2024, 1, 31), datetime.date(2024, 2, 29)]
    """
    ends: list[date] = []
    day = _end_of_month(first)
    while day <= last:
        ends.append(day)
        day = _end_of_month(day + timedelta(days=1))
    return ends


def _end_of_month(day: date) -> date:
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return following - timedelta(days=1)


def month_of(day: date) -> str:
    """``YYYY-MM``."""
    return f"{day:%Y-%m}"


def view_ids(customers: pl.Series, view: str, month: str, key: SecretKey) -> pl.Series:
    """Ids of customers in one view of one month: unrelated to their ids in any other.

    Args:
        customers: (n,) pseudo-customer ids.
        view: one of ``VIEWS``.
        month: ``YYYY-MM``.
        key: of the keyed hashes.
    """
    return hash_column(customers, f"view {view} {month}", key).alias("view_id")


def bands_of(values: pl.DataFrame) -> pl.DataFrame:
    """Bands of bookings and value, and the quarter of the latest row.

    Args:
        values: :func:`assets.customers.lifetime_value.lifetime_values` at the end of a month.

    Returns:
        ``pseudo_customer_id`` and ``BANDS``, in row order.
    """
    quarter = pl.format("{}-Q{}", pl.col("last_day").dt.year(), pl.col("last_day").dt.quarter())
    return values.select(
        "pseudo_customer_id",
        last_activity=quarter,
        value_band=_band("clv", VALUE_BORDERS),
        bookings_band=_band("bookings", BOOKING_BORDERS),
    )


def _band(name: str, borders: Sequence[int]) -> pl.Expr:
    """Text of the band that holds a whole number; what lies below the first border is in the first band."""
    words = band_words(borders)
    band = pl.when(pl.lit(value=True)).then(pl.lit(words[0]))
    for border, word in zip(borders[1:], words[1:], strict=True):
        band = pl.when(pl.col(name) >= border).then(pl.lit(word)).otherwise(band)
    return band


def band_words(borders: Sequence[int]) -> list[str]:
    """Names of the bands between whole numbers.

    Example:
        >>> band_words((0, 1, 250))
        ['0', '1-249', '250+']
    """
    ends = [following - 1 for following in borders[1:]]
    inner = [f"{low}" if low == high else f"{low}-{high}" for low, high in zip(borders[:-1], ends, strict=True)]
    return [*inner, f"{borders[-1]}+"]


def fold_small_cells(rows: pl.DataFrame, columns: Sequence[str], minimum: int) -> Folded:
    """Rows whose combination of values is shared by too few give up one value after the other.

    Args:
        rows: one per customer.
        columns: text columns that make a cell, in the order in which small cells give them up.
        minimum: customers per cell.

    Returns:
        The rows in their order, ``ANY`` where a value was given up; without those that no cell takes in.
    """
    for name in columns:
        small = pl.len().over(columns) < minimum
        rows = rows.with_columns(pl.when(small).then(pl.lit(ANY)).otherwise(pl.col(name)).alias(name))
    kept = rows.filter(pl.len().over(columns) >= minimum)
    return Folded(kept, rows.height - kept.height)


def month_view(
    rows: pl.DataFrame, columns: Sequence[str], view: str, day: date, key: SecretKey, minimum: int
) -> Folded:
    """The view of one month: cells large enough, ids of the month in the place of customers, in the order of the ids.

    Args:
        rows: ``pseudo_customer_id`` and text columns, one per customer.
        columns: as of :func:`fold_small_cells`.
        view: one of ``VIEWS``.
        day: of the month that stands for it.
        key: of the keyed hashes.
        minimum: customers per cell.
    """
    folded = fold_small_cells(rows, columns, minimum)
    ids = view_ids(folded.rows["pseudo_customer_id"], view, month_of(day), key)
    shown = folded.rows.drop("pseudo_customer_id").with_columns(ids, month=pl.lit(month_of(day)))
    return Folded(shown.sort("view_id"), folded.withheld)


def cells_hold_k(frame: pl.DataFrame, columns: Sequence[str], minimum: int) -> CheckOutcome:
    """Whether every cell of every month holds enough customers.

    Args:
        frame: rows of a view.
        columns: that make a cell.
        minimum: customers per cell.
    """
    small = pl.DataFrame()  # computed for rows only: a declaration must start no thread, or its process can't fork
    if frame.height:
        cells = frame.group_by("month", *columns).agg(customers=pl.len())
        small = cells.filter(pl.col("customers") < minimum).sort("month", *columns)
    return outcome_of(
        "every_cell_holds_k",
        small,
        show=("month",),
        advice="the folding of small cells has failed: keep the table aside, and do not show it to anybody",
    )
