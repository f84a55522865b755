"""Figures about the unit itself: what no known customer could be forecast to bring, and what names no guest. Pure."""

from collections.abc import Mapping
from datetime import timedelta

import polars as pl

from assets.customers.group_figures import too_few
from assets.customers.protocols import OriginPlan
from assets.customers.settings import MARKET
from assets.customers.units import in_units, of_main_unit

UNIT_COLUMNS = ("booking_id", "pseudo_customer_id", "delivery_day", "realised_revenue")


def unit_figures(bookings: pl.DataFrame, unit: str, plan: OriginPlan, minimum: int) -> Mapping[str, float | str | None]:
    """Name below ``customers`` -> figure, or why it is withheld.

    ``unknown_at_origin_share`` is of the unit that is forecast. ``without_key`` counts the bookings that name no
    guest, their share of the revenue and their markets, where customers are not markets throughout.

    Args:
        bookings: rows of :func:`assets.customers.units.named_bookings` in ``UNIT_COLUMNS``, each booking as it came
            last.
        unit: of the settings.
        plan: the origins.
        minimum: customers, or bookings without a key, behind a figure.
    """
    known = in_units(bookings, unit)
    rows, total = bookings.filter(pl.col("guest_hash").is_null()), float(bookings["realised_revenue"].sum())
    markets = known.filter(pl.col("unit") == MARKET)["pseudo_customer_id"].n_unique()
    share = float(rows["realised_revenue"].sum()) / total if total > 0 else None
    is_told = rows.is_empty() or rows.height >= minimum
    told: dict[str, float | str | None] = {"bookings": rows.height, "revenue_share": share, "markets": markets}
    return {
        "unknown_at_origin_share": unknown_at_origin_share(of_main_unit(known), plan, minimum),
        **{f"without_key.{name}": value if is_told else too_few(minimum) for name, value in told.items()},
    }


def unknown_at_origin_share(bookings: pl.DataFrame, plan: OriginPlan, minimum: int = 1) -> float | str | None:
    """Share of the revenue of the horizon after the newest origin that customers without a row by then bring.

    No forecast of known customers can hold it.

    Args:
        bookings: ``pseudo_customer_id``, ``delivery_day``, ``realised_revenue``.
        plan: the origins; the newest is the hold-out's, or the last of cross-validation.
        minimum: customers on either side.

    Returns:
        A share; None without an origin, or without revenue after it; the reason where fewer customers than the
        minimum are behind a side that is not empty.
    """
    origins = [*plan.cv, *([plan.holdout] if plan.holdout else [])]
    if not origins:
        return None
    last = max(origins)
    later = bookings.filter(
        (pl.col("delivery_day") > last)
        & (pl.col("delivery_day") <= last + timedelta(days=plan.horizon_days))
        & (pl.col("realised_revenue") > 0)
    )
    seen = bookings.filter(pl.col("delivery_day") <= last).select("pseudo_customer_id").unique()
    sides = [later.join(seen, on="pseudo_customer_id", how=how) for how in ("anti", "semi")]
    if any(0 < side["pseudo_customer_id"].n_unique() < minimum for side in sides):
        return too_few(minimum)
    total = float(later["realised_revenue"].sum())
    return float(sides[0]["realised_revenue"].sum()) / total if total > 0 else None
