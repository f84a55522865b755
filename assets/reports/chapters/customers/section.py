"""The chapter on the customers: what they are worth, when they book, what moves together."""

import numpy as np
import polars as pl

from assets.customers.concentration import finite, gini, top_share
from assets.reports.chapters.customers.figures import (
    draw_booking_density,
    draw_clv_distribution,
    draw_correlations,
    draw_lorenz,
)
from assets.reports.chapters.customers.keys import key_blocks
from assets.reports.chapters.customers.statistics import booking_density, correlations, month_shares, weekday_shares
from assets.reports.chapters.customers.tables import descriptive_table, segment_value_table
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Paragraph, Picture, Section
from assets.reports.telling.notices import missing
from assets.reports.telling.told import Told
from assets.reports.telling.wording import capital, count, decimal, joined, money, percent, plain

_BOOKING_FIGURES = ("lead_time", "nights", "adults", "mean_revenue")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MAX_MAP_COLUMNS = 14
_GUEST_KEY = "guest_key"
_KEY_WORDS = {
    "market_segment": "segment",
    "distribution_channel": "channel",
    "is_repeated_guest": "the repeated-guest flag",
    _GUEST_KEY: "the guest's key",
}


def customers_section(told: Told) -> Section:
    """Value, concentration, segments, behaviour."""
    customers, bookings = told.table("customers"), told.table("published_bookings")
    if customers.is_empty():
        blocks: list[Block] = [missing("customers and their value", told, Need.CUSTOMERS)]
    else:
        blocks = _value_blocks(customers, told.run.currency)
    blocks += key_blocks(told.table("customer_keys"))
    blocks += [*_density_blocks(told, bookings), *_statistics_blocks(customers, bookings), *_correlation_blocks(told)]
    return Section(
        anchor="customers",
        title="The customers and what they are worth",
        lead=_who(told.run.key_columns, names_guests=told.run.facts.names_guests),
        blocks=tuple(blocks),
    )


def _who(key_columns: tuple[str, ...], *, names_guests: bool) -> str:
    """What a pseudo-customer is, by its key and by what the source says of its guests."""
    shared = joined([_KEY_WORDS.get(name, plain(name)) for name in key_columns]) or "the columns of the key"
    text = f"A pseudo-customer is a group of bookings that share {shared}. "
    if _GUEST_KEY in key_columns:
        return text + "Bookings of guests without a key are grouped by the other columns."
    text += "It may be one guest, a family, or a travel agency: "
    if names_guests:
        return text + "the source does name guests, but that key serves their privacy and groups nothing here."
    return text + "the data does not say."


def _value_blocks(customers: pl.DataFrame, currency: str) -> list[Block]:
    values = finite(customers["clv"])
    best = [(0.01, top_share(values, 0.01)), (0.1, top_share(values, 0.1))]
    zeros = float((values <= 0).mean()) if values.size else 0.0
    borders = [float(border) for border in np.quantile(values, [1 / 3, 2 / 3])] if values.size else []
    return [
        Picture(
            key="concentration",
            title="Who brings the revenue",
            sentence=f"The best 10 % of {count(values.size)} pseudo-customers bring {percent(best[1][1])} of the "
            f"realised revenue, the best 1 % alone {percent(best[0][1])} (Gini {decimal(gini(values))}).",
            alt="Curve of the cumulative share of revenue against the share of customers, most valuable first.",
            figure=draw_lorenz(values, best),
            disclosure=Disclosure.GUEST_AGGREGATE,
        ),
        Picture(
            key="clv_distribution",
            title="Realised value of a pseudo-customer",
            sentence=f"{percent(zeros)} brought no revenue at all (cancelled or no-show); half of all are worth less "
            f"than {money(float(np.median(values)) if values.size else None, currency)}, while the most valuable "
            f"brought {money(float(values.max()) if values.size else None, currency)}.",
            alt="Histogram of realised value on a logarithmic axis, with the customers without revenue apart.",
            figure=draw_clv_distribution(values, borders, currency),
            disclosure=Disclosure.GUEST_AGGREGATE,
        ),
        segment_value_table(customers, currency),
        Paragraph(
            text="Value is the realised revenue of completed stays (rate × nights), without discounting; cancelled "
            "bookings and no-shows count zero. It is what was seen in the period, not a promise for a lifetime."
        ),
    ]


def booking_days(bookings: pl.DataFrame) -> pl.Series:
    """Day on which each booking was made, from the labels' midpoints (arrival minus lead time)."""
    return bookings.select(
        (
            pl.col("arrival_from")
            + ((pl.col("arrival_to") - pl.col("arrival_from")) / 2)
            - pl.duration(days=((pl.col("lead_time_from") + pl.col("lead_time_to")) / 2).round().cast(pl.Int64))
        )
        .cast(pl.Date)
        .alias("day")
    )["day"]


def _density_blocks(told: Told, bookings: pl.DataFrame) -> list[Block]:
    if bookings.height < 2:
        return [missing("density of booking times", told, Need.PUBLISHED)]
    days = booking_days(bookings)
    density, bandwidth = booking_density(days)
    months, week = month_shares(days), weekday_shares(days)
    peak, busiest = int(np.argmax(months)), int(np.argmax(week))
    return [
        Picture(
            key="booking_density",
            title="When bookings are made",
            sentence=f"Most bookings are made in {_MONTHS[peak]} ({percent(months[peak])} of a year) and on a "
            f"{_WEEKDAYS[busiest]} ({percent(week[busiest])} of a week). Kernel bandwidth {decimal(bandwidth, 1)} days "
            "(Silverman's rule): wide enough to hide the week, which is why the weekly cycle is drawn apart.",
            alt="Density of booking days over the calendar, with bars by month and by weekday.",
            figure=draw_booking_density(density, days),
            disclosure=Disclosure.GUEST_AGGREGATE,
        )
    ]


def _statistics_blocks(customers: pl.DataFrame, bookings: pl.DataFrame) -> list[Block]:
    blocks: list[Block] = []
    if not bookings.is_empty():
        frame = booking_figures(bookings)
        blocks.append(
            descriptive_table(frame, list(frame.columns), "describe_bookings", "Bookings: descriptive statistics")
        )
    if not customers.is_empty():
        columns = [name for name in ("bookings", "completed", "clv", "deposit_aware_clv") if name in customers.columns]
        blocks.append(descriptive_table(customers, columns, "describe_customers", "Customers: descriptive statistics"))
    return blocks


def booking_figures(bookings: pl.DataFrame) -> pl.DataFrame:
    """Numeric columns of the published bookings, intervals at their midpoint."""
    columns = []
    for name in _BOOKING_FIGURES:
        if f"{name}_from" in bookings.columns:
            columns.append(((pl.col(f"{name}_from") + pl.col(f"{name}_to")) / 2).alias(name))
        elif name in bookings.columns:
            columns.append(pl.col(name).cast(pl.Float64))
    return bookings.select(columns)


def behaviour_columns(examples: pl.DataFrame) -> list[str]:
    """Behaviour features in stored order, at most as many as one map can show; empty columns left out."""
    numeric = [name for name in examples.columns if name.startswith("b_") and examples[name].dtype.is_numeric()]
    varying = [name for name in numeric if examples[name].drop_nulls().n_unique() > 1]
    known = [name for name in varying if examples[name].null_count() < 0.5 * examples.height]
    return known[:MAX_MAP_COLUMNS]


def _correlation_blocks(told: Told) -> list[Block]:
    examples = told.table("examples")
    if examples.is_empty():
        return [missing("correlation maps", told, Need.CUSTOMERS)]
    rows = examples.filter(pl.col("protocol") == "observed")
    rows = rows if not rows.is_empty() else examples
    columns = [*behaviour_columns(rows), "target_clv"]
    if len(columns) < 3:
        return [missing("correlation maps", told, Need.CUSTOMERS)]
    pearson, spearman = (correlations(rows, columns, method) for method in ("pearson", "spearman"))
    names = [column.removeprefix("b_").replace("target_clv", "value") for column in columns]
    with_target = np.abs(spearman[:-1, -1])
    strongest = int(np.argmax(with_target))
    gap = np.abs(np.abs(spearman) - np.abs(pearson))
    row, column = np.unravel_index(int(np.argmax(gap)), gap.shape)
    return [
        Picture(
            key="correlations",
            title="What moves together (figure 2 of paper 001)",
            sentence=f"“{capital(plain(names[strongest]))}” goes most closely with a customer's value (rank "
            f"correlation {decimal(spearman[strongest, -1])}). Linear and rank correlation differ most for "
            f"“{plain(names[row])}” and “{plain(names[column])}”: a few large values decide the linear one.",
            alt="Two heat maps of correlation between the behaviour features and the value.",
            figure=draw_correlations(names, pearson, spearman),
            disclosure=Disclosure.GUEST_AGGREGATE,
        )
    ]
