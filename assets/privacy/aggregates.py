"""True aggregates over the guests of a closed year, ready to be noised: groups, sizes, sums, public bounds.

They are exact and belong to the restricted zone. What makes each of them safe to noise is built in here: groups
come from public lists, values are clamped to public bounds, and one unit adds to a known number of rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.privacy.measurements import Integers
from assets.privacy.settings import PrivacySettings
from resources.errors import ContractError

GUEST, BOOKING, REVIEW = "guest", "booking", "review"
SCORE_PARTS = 10  # scores are counted in tenths of points, 0 to 10
OTHER, ALL_HOTELS = "other", "all hotels"
# Market segments of the published bookings (Antonio, de Almeida, Nunes 2019, doi:10.1016/j.dib.2018.11.126).
MARKET_SEGMENTS = (
    "Aviation", "Complementary", "Corporate", "Direct", "Groups", "Offline TA/TO", "Online TA", "Undefined",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """One family of figures of one closed period.

    Attributes:
        family: also the query in the ledger.
        period: closed year.
        unit: whose presence the noise is to hide.
        grouping: what the groups are.
        groups: (g,) from a public list; disjoint.
        sizes: (g,) rows in each group.
        sums: (g,) sums of the clamped values, or None where the sizes themselves are released.
        bounds: (g,) public lowest and highest value of a row, in whole parts.
        parts: whole parts per unit of the released figure (tenths of points: 10).
        contributions: rows of one unit over all groups, at most.
        measure: name of the mean or of the size.
        counted: name of the sizes, where they are released beside the means.
    """

    family: str
    period: str
    unit: str
    grouping: str
    groups: tuple[str, ...]
    sizes: Integers
    sums: Integers | None = None
    bounds: tuple[tuple[int, int], ...] = ()
    parts: int = 1
    contributions: int = 1
    measure: str
    counted: str | None = None


def unit_of(bookings: pl.DataFrame) -> str:
    """``guest`` where the source knows guests, else ``booking``."""
    return GUEST if bookings["guest_hash"].null_count() < bookings.height else BOOKING


def once(bookings: pl.DataFrame) -> pl.DataFrame:
    """Each booking once, on its first delivery day, so that periods share no booking; by day and row."""
    ordered = bookings.sort("delivery_day", "row_id", maintain_order=True)
    return ordered.unique("row_id", keep="first", maintain_order=True)


def first_of_each(rows: pl.DataFrame, unit: str, cap: int, within: Sequence[str] = ()) -> pl.DataFrame:
    """With unit ``guest``, the first ``cap`` rows of each guest (within the named columns); else all rows.

    A booking without a guest is its own guest.
    """
    if unit not in (GUEST, BOOKING):
        message = f"unit {unit!r} is unknown; choose {GUEST} or {BOOKING}"
        raise ContractError(message)
    if unit == BOOKING:
        return rows
    place = pl.int_range(pl.len()).over(*within, "guest_hash")
    return rows.filter(pl.col("guest_hash").is_null() | (place < cap))


def booking_aggregates(bookings: pl.DataFrame, year: str, unit: str, settings: PrivacySettings) -> list[Aggregate]:
    """Segment sizes, value by segment and country, cancellation rates of one closed year.

    Args:
        bookings: ``row_id``, ``guest_hash``, ``country``, ``market_segment``, ``is_canceled``,
            ``realised_revenue``, ``delivery_day``.
        year: YYYY.
        unit: ``guest`` or ``booking``.
        settings: bands, clamp, countries, cap.
    """
    rows = once(bookings).filter(pl.col("delivery_day").dt.year() == int(year))
    guests = _guests(rows, unit, settings)
    return [
        _segment_sizes(guests, year, unit, settings),
        _value_by_segment(guests, year, unit, settings),
        _value_by_country(guests, year, unit, settings),
        _cancellation_rates(first_of_each(rows, unit, settings.guest_cap_year), year, unit, settings),
    ]


def _guests(rows: pl.DataFrame, unit: str, settings: PrivacySettings) -> pl.DataFrame:
    """One row per unit: clamped realised value of the year, country of its first booking."""
    name = pl.coalesce(pl.lit("g") + pl.col("guest_hash"), pl.lit("b") + pl.col("row_id"))
    key = name if unit == GUEST else pl.col("row_id")
    summed = rows.group_by(key.alias("guest"), maintain_order=True).agg(
        pl.col("realised_revenue").sum().clip(0, settings.value_clamp).alias("value"), pl.col("country").first()
    )
    return summed.with_columns(country=_listed("country", settings.release_countries, OTHER))


def _listed(column: str, known: Sequence[str], other: str) -> pl.Expr:
    return pl.when(pl.col(column).is_in(list(known))).then(pl.col(column)).otherwise(pl.lit(other))


def bands(settings: PrivacySettings) -> list[tuple[str, int, int]]:
    """Name, lowest and highest value of each value band; the first holds those who left nothing."""
    borders = [*settings.value_bands, settings.value_clamp + 1]
    spans = [(low, high - 1) for low, high in zip(borders[:-1], borders[1:], strict=True)]
    named = [(f"{low:,} to {high:,}", low, high) for low, high in spans[:-1]]
    return [("0", 0, 0), *named, (f"{spans[-1][0]:,} and more", *spans[-1])]


def _segment_sizes(guests: pl.DataFrame, year: str, unit: str, settings: PrivacySettings) -> Aggregate:
    values = guests["value"].to_numpy()
    spans = bands(settings)
    sizes = [int(((values >= low) & (values <= high)).sum()) for _, low, high in spans]
    return Aggregate(
        family="segment_sizes", period=year, unit=unit, grouping="value_band", groups=tuple(name for name, *_ in spans),
        sizes=np.array(sizes, np.int64), measure=f"{unit}s",
    )  # fmt: skip


def _value_by_segment(guests: pl.DataFrame, year: str, unit: str, settings: PrivacySettings) -> Aggregate:
    values = guests["value"].to_numpy()
    spans = bands(settings)[1:]  # the mean of those who left nothing is 0 by definition
    inside = [values[(values >= low) & (values <= high)] for _, low, high in spans]
    return Aggregate(
        family="value_by_segment", period=year, unit=unit, grouping="value_band",
        groups=tuple(name for name, *_ in spans), sizes=np.array([len(part) for part in inside], np.int64),
        sums=np.array([int(part.sum()) for part in inside], np.int64),
        bounds=tuple((low, high) for _, low, high in spans), measure="mean_value",
    )  # fmt: skip


def _by_group(rows: pl.DataFrame, column: str, value: pl.Expr, groups: Sequence[str]) -> tuple[Integers, Integers]:
    """Sizes and sums in the order of the groups; empty groups are 0."""
    sums = rows.group_by(column).agg(pl.len().alias("size"), value.cast(pl.Int64).sum().alias("sum"))
    asked = pl.DataFrame({column: list(groups)}, schema={column: pl.String})
    table = asked.join(sums, on=column, how="left", maintain_order="left").fill_null(0)
    return table["size"].cast(pl.Int64).to_numpy(), table["sum"].cast(pl.Int64).to_numpy()


def _value_by_country(guests: pl.DataFrame, year: str, unit: str, settings: PrivacySettings) -> Aggregate:
    groups = (*settings.release_countries, OTHER)
    sizes, sums = _by_group(guests, "country", pl.col("value"), groups)
    return Aggregate(
        family="value_by_country", period=year, unit=unit, grouping="country", groups=groups, sizes=sizes, sums=sums,
        bounds=((0, settings.value_clamp),) * len(groups), measure="mean_value", counted=f"{unit}s",
    )  # fmt: skip


def _cancellation_rates(rows: pl.DataFrame, year: str, unit: str, settings: PrivacySettings) -> Aggregate:
    listed = rows.with_columns(market_segment=_listed("market_segment", MARKET_SEGMENTS, "Undefined"))
    sizes, sums = _by_group(listed, "market_segment", pl.col("is_canceled"), MARKET_SEGMENTS)
    return Aggregate(
        family="cancellation_rates", period=year, unit=unit, grouping="market_segment", groups=MARKET_SEGMENTS,
        sizes=sizes, sums=sums, bounds=((0, 1),) * len(MARKET_SEGMENTS), measure="cancellation_rate",
        contributions=settings.guest_cap_year if unit == GUEST else 1, counted="bookings",
    )  # fmt: skip


def score_aggregate(reviews: pl.DataFrame, hotels: Sequence[str], year: str) -> Aggregate:
    """Mean review score by hotel of one closed year; reviews carry no guest, so the unit is the review.

    Args:
        reviews: ``row_id``, ``hotel_name``, ``score`` (0 to 10), ``delivery_day``.
        hotels: public names; without any, all reviews are one group.
        year: YYYY.
    """
    groups = tuple(hotels) or (ALL_HOTELS,)
    rows = once(reviews).filter(pl.col("delivery_day").dt.year() == int(year), pl.col("score").is_not_null())
    hotel = pl.col("hotel_name") if hotels else pl.lit(ALL_HOTELS)
    score = (pl.col("score").clip(0, 10) * SCORE_PARTS).round()
    sizes, sums = _by_group(rows.with_columns(hotel=hotel), "hotel", score, groups)
    return Aggregate(
        family="service_scores", period=year, unit=REVIEW, grouping="hotel", groups=groups, sizes=sizes, sums=sums,
        bounds=((0, 10 * SCORE_PARTS),) * len(groups), parts=SCORE_PARTS, measure="mean_score", counted="reviews",
    )  # fmt: skip
