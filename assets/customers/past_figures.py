"""What was earned before T, of each customer and by the house: forecasts without learning, and the season ahead.

A horizon that begins in January is cheaper than one that begins in May. A history of a year or more knows by how much:
the house's price per night on the same days a year before.
"""

from datetime import date, timedelta

import polars as pl

from assets.customers.lifetime_value import current_rows

YEAR_DAYS = 365
PAST_COLUMNS = ("past_revenue", "past_year_revenue", "year_earlier_revenue", "season_price")
_LATE = timedelta(days=7)  # ours: a history that begins so much later still tells the season
_FEWEST_STAYS = 50  # ours: a mean price over fewer says little about a season


def past_figures(bookings: pl.DataFrame, as_of: date, horizon_days: int) -> pl.DataFrame:
    """Revenue before T of every customer with a row by T, and the house's price on the days ahead a year before.

    Args:
        bookings: of :func:`assets.customers.units.customer_bookings`; rows delivered after ``as_of`` are not read.
        as_of: T.
        horizon_days: H.

    Returns:
        pseudo_customer_id and ``PAST_COLUMNS``, Float64: revenue in (T - H, T], in (T - 365, T], and in
        (T - 365, T - 365 + H] (no more of it than lies before T); price per night in the last of these windows, null
        where the history does not hold all of it or fewer than 50 stays; sorted by id.
    """
    rows = current_rows(bookings, as_of)
    horizon, year = timedelta(days=horizon_days), timedelta(days=YEAR_DAYS)
    windows = {
        "past_revenue": (as_of - horizon, as_of),
        "past_year_revenue": (as_of - year, as_of),
        "year_earlier_revenue": (as_of - year, min(as_of - year + horizon, as_of)),
    }
    table = rows.group_by("pseudo_customer_id").agg(
        pl.col("realised_revenue").filter(_within(*window)).sum().cast(pl.Float64).alias(name)
        for name, window in windows.items()
    )
    # A history of completed stays may begin later than that of cancellations.
    first = rows.filter("is_completed")["delivery_day"].min()
    is_held = first is not None and first <= as_of - year + _LATE  # type: ignore[operator]
    price = price_per_night(rows, *windows["year_earlier_revenue"]) if is_held else None
    return table.with_columns(season_price=pl.lit(price, pl.Float64)).sort("pseudo_customer_id")


def price_per_night(rows: pl.DataFrame, after: date, until: date) -> float | None:
    """Revenue per night of completed stays delivered in (after, until]; None with fewer than 50 of them.

    Args:
        rows: bookings, each as it came last.
        after: day before the first that counts.
        until: last day that counts.
    """
    stays = rows.filter(_within(after, until) & pl.col("is_completed"))
    nights = float((stays["nights_from"] + stays["nights_to"]).sum()) / 2
    if stays.height < _FEWEST_STAYS or nights <= 0.0:
        return None
    return float(stays["realised_revenue"].sum()) / nights


def _within(after: date, until: date) -> pl.Expr:
    return (pl.col("delivery_day") > after) & (pl.col("delivery_day") <= until)
