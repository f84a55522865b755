"""What a view of customers tells an attacker: intervals in which each customer's sums lie at the end of a month. Pure.

Exact figures are intervals without width, so one attack reads bands and what the restricted zone holds: that the second
is found out is the control of the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.common.versions import latest_versions
from assets.customers.monthly_views import ANY, BOOKING_BORDERS, VALUE_BORDERS, VIEW_BANDS, band_words, view_ids
from resources.secret_keys import SecretKey

Floats = NDArray[np.float64]
Interval = tuple[float, float]
SUMS = ("bookings", "revenue", "nights", "lead", "requests")  # over all of a customer's rows
QUANTITIES = (*SUMS, "last")  # last: number of the day of the latest row
BOUNDS = tuple(f"{name}_{end}" for name in QUANTITIES for end in ("from", "to"))
ANYTHING: Interval = (-np.inf, np.inf)
_BOOKINGS: Interval = (1.0, np.inf)  # who has no row is no customer


@dataclass(frozen=True)
class Snapshot:
    """Customers as a view shows them at the end of a month.

    Attributes:
        seen: day number (days since 1970) up to which rows are counted.
        customers: ``person`` (scores the attack, not seen by it), ``view_id``, and ``BOUNDS``.
    """

    seen: int
    customers: pl.DataFrame


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def banded_snapshots(bands: pl.DataFrame, persons: Sequence[str], key: SecretKey) -> list[Snapshot]:
    """Snapshots of ``customer_bands``; ids change from month to month.

    Args:
        bands: rows of the table.
        persons: every customer, to know afterwards who was found.
        key: of the keyed hashes.
    """
    named = pl.Series("person", persons, dtype=pl.String)
    words = {
        "bookings": _intervals(BOOKING_BORDERS) | {ANY: _BOOKINGS},
        "revenue": _intervals(VALUE_BORDERS) | {ANY: ANYTHING},
        "last": {quarter: _days_of(quarter) for quarter in bands["last_activity"].unique().to_list()},
    }
    told = {"bookings": "bookings_band", "revenue": "value_band", "last": "last_activity"}
    snapshots: list[Snapshot] = []
    for (month,), rows in bands.sort("month", "view_id").group_by("month", maintain_order=True):
        truth = pl.DataFrame({"person": named, "view_id": view_ids(named, VIEW_BANDS, str(month), key)})
        known = rows.join(truth, on="view_id", how="left", maintain_order="left")
        bounds = [_bounds(name, told.get(name), words.get(name, {})) for name in QUANTITIES]
        frame = known.select("person", "view_id", *(item for pair in bounds for item in pair))
        snapshots.append(Snapshot(day_number(_last_of(str(month))), frame))
    return snapshots


def _bounds(name: str, column: str | None, words: Mapping[str, Interval]) -> tuple[pl.Expr, pl.Expr]:
    if column is None:
        low, high = pl.lit(ANYTHING[0]), pl.lit(ANYTHING[1])
    else:
        low, high = (
            pl.col(column).replace_strict({word: item[end] for word, item in words.items()}, return_dtype=pl.Float64)
            for end in (0, 1)
        )
    return low.alias(f"{name}_from"), high.alias(f"{name}_to")


def _intervals(borders: Sequence[int]) -> dict[str, Interval]:
    ends = [*(float(border - 1) for border in borders[1:]), np.inf]
    return dict(zip(band_words(borders), zip(map(float, borders), ends, strict=True), strict=True))


def _days_of(quarter: str) -> Interval:
    if quarter == ANY:
        return ANYTHING
    year, number = int(quarter[:4]), int(quarter[-1])
    first = date(year, 3 * number - 2, 1)
    return float(day_number(first)), float(day_number(_last_of(f"{year}-{3 * number:02d}")))


def _last_of(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def exact_snapshots(stays: pl.DataFrame, ends: Sequence[date]) -> list[Snapshot]:
    """Snapshots as they would be if exact sums were shown under an id that lasts: the control.

    Args:
        stays: ``booking_id``, ``pseudo_customer_id``, ``delivery_day``, ``nights``, ``lead_time_days``,
            ``special_requests``, ``realised_revenue``.
        ends: last days of months.
    """
    return [Snapshot(day_number(day), _exact(latest_versions(stays, "booking_id", day))) for day in ends]


def _exact(rows: pl.DataFrame) -> pl.DataFrame:
    sums = {"revenue": "realised_revenue", "nights": "nights", "lead": "lead_time_days", "requests": "special_requests"}
    figures = rows.group_by("pseudo_customer_id").agg(
        bookings=pl.len().cast(pl.Float64),
        last=pl.col("delivery_day").max().cast(pl.Int32).cast(pl.Float64),
        **{name: pl.col(column).fill_null(0).cast(pl.Float64).sum() for name, column in sums.items()},
    )
    bounds = [pl.col(name).alias(f"{name}_{end}") for name in QUANTITIES for end in ("from", "to")]
    ids = [pl.col("pseudo_customer_id").alias(name) for name in ("person", "view_id")]
    return figures.select(*ids, *bounds).sort("view_id")


def increments(snapshots: Sequence[Snapshot]) -> pl.DataFrame:
    """What came to each customer since the month before, as far as ids last: to a new id everything came.

    Returns:
        ``person``, ``view_id``, ``seen``, ``since`` (day number after which it came), the bounds of each sum's increase
        and of the latest day.
    """
    parts: list[pl.DataFrame] = []
    before: Snapshot | None = None
    for now in snapshots:
        names = [f"{name}_{end}" for name in SUMS for end in ("from", "to")]
        earlier = (before.customers if before else now.customers.clear()).select("view_id", *names)
        both = now.customers.join(earlier, on="view_id", how="left", suffix="_before", maintain_order="left")
        is_known = pl.col("bookings_from_before").is_not_null()
        since = pl.when(is_known).then(float(before.seen if before else 0)).otherwise(-np.inf)
        grown = [
            (pl.col(f"{name}_{end}") - pl.col(f"{name}_{other}_before").fill_null(0.0)).alias(f"{name}_{end}")
            for name in SUMS
            for end, other in (("from", "to"), ("to", "from"))
        ]
        seen = pl.lit(float(now.seen)).alias("seen")
        parts.append(both.select("person", "view_id", seen, since.alias("since"), *grown, "last_from", "last_to"))
        before = now
    return pl.concat(parts) if parts else pl.DataFrame()
