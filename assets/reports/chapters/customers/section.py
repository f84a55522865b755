"""The chapter on the customers: what they are worth, when they book, what moves together."""

import numpy as np
import polars as pl

from assets.customers.settings import GUEST
from assets.customers.statistics import CONCENTRATION, HISTOGRAM, SPREAD, matrix_of
from assets.reports.chapters.customers.figures import (
    draw_booking_density,
    draw_clv_distribution,
    draw_correlations,
    draw_lorenz,
)
from assets.reports.chapters.customers.keys import key_blocks
from assets.reports.chapters.customers.statistics import booking_density, month_shares, weekday_shares
from assets.reports.chapters.customers.tables import descriptive_table, segment_value_table, spread_table
from assets.reports.telling.absence import Need
from assets.reports.telling.blocks import Block, Disclosure, Notice, Paragraph, Picture, Section
from assets.reports.telling.guests import customer_words
from assets.reports.telling.notices import missing
from assets.reports.telling.told import Told
from assets.reports.telling.wording import capital, count, decimal, is_known, joined, money, percent, plain

_BOOKING_FIGURES = ("lead_time", "nights", "adults", "mean_revenue")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_KEY_WORDS = {
    "market_segment": "segment",
    "distribution_channel": "channel",
    "is_repeated_guest": "the repeated-guest flag",
}


def customers_section(told: Told) -> Section:
    """Value, concentration, segments, behaviour."""
    statistics, bookings = told.table("customer_statistics"), told.table("published_bookings")
    if statistics.is_empty():
        blocks: list[Block] = [missing("customers and their value", told, Need.CUSTOMERS)]
    else:
        blocks = _value_blocks(statistics, told)
    blocks += key_blocks(told.table("customer_keys"))
    blocks += _density_blocks(told, bookings)
    blocks += [*_statistics_blocks(statistics, bookings), *_correlation_blocks(statistics, told)]
    return Section(
        anchor="customers",
        title="The customers and what they are worth",
        lead=_who(told),
        blocks=tuple(blocks),
    )


def _who(told: Told) -> str:
    """What a customer is: a guest, or a market by its key and by what the source says of its guests."""
    if told.run.unit == GUEST:
        return (
            "A customer is a guest, known by the hash of the key that the source gives. Bookings without a key make no "
            "guest and are in none of these figures."
        )
    key_columns, names_guests = told.run.key_columns, told.run.facts.names_guests
    shared = joined([_KEY_WORDS.get(name, plain(name)) for name in key_columns]) or "the columns of the key"
    text = f"A customer is a market: the bookings that share {shared}. "
    text += "It may be one guest, a family, or a travel agency: "
    if names_guests:
        return text + "the source does name guests, but that key serves their privacy and groups nothing here."
    return text + "the data does not say."


def _value_blocks(statistics: pl.DataFrame, told: Told) -> list[Block]:
    currency = told.run.currency
    drawn = [*_concentration(statistics, told), *_distribution(statistics, told)]
    blocks: list[Block] = [*drawn] if drawn else [_withheld("concentration and spread of value", statistics)]
    return [
        *blocks,
        segment_value_table(statistics, currency, customer_words(told).many),
        Paragraph(
            text="Value is the realised revenue of completed stays (rate × nights), without discounting; cancelled "
            "bookings and no-shows count zero. It is what was seen in the period, not a promise for a lifetime."
        ),
    ]


def _withheld(what: str, statistics: pl.DataFrame) -> Notice:
    why = statistics["reason"].drop_nulls()
    return Notice(text=f"{capital(what)}: {why[0] if len(why) else 'nobody brought revenue'}.", tone="missing")


def _concentration(statistics: pl.DataFrame, told: Told) -> list[Picture]:
    steps = statistics.filter((pl.col("statistic") == CONCENTRATION) & pl.col("value").is_not_null()).sort("place")
    if steps.is_empty():
        return []
    points = [(0.0, 0.0), *steps.select("high", "value").iter_rows()]
    shares = [(0.01, "the best 1 % alone", "top_1_percent"), (0.1, "the best 10 %", "top_10_percent")]
    marks = [
        (share, words, value)
        for share, words, name in reversed(shares)
        if (value := told.number(f"customers.concentration.{name}")) is not None
    ]
    said = joined([f"{words} bring {percent(value)} of the realised revenue" for _, words, value in marks])
    gini = told.number("customers.concentration.gini")
    size = f"Of {count(told.number('customers.count'))} {customer_words(told).many}"
    return [
        Picture(
            key="concentration",
            title="Who brings the revenue",
            sentence=(f"{size}, {said}" if said else f"{size}, too few are the best tenth to tell of them")
            + (f" (Gini {decimal(gini)})." if gini is not None else "."),
            alt="Curve of the cumulative share of revenue against the share of customers, most valuable first.",
            figure=draw_lorenz(points, [(share, value) for share, _, value in marks]),
            disclosure=Disclosure.GUEST_AGGREGATE,
        )
    ]


def _distribution(statistics: pl.DataFrame, told: Told) -> list[Picture]:
    cells = statistics.filter((pl.col("statistic") == HISTOGRAM) & pl.col("value").is_not_null()).sort("place")
    if cells.is_empty():
        return []
    own = statistics.filter((pl.col("statistic") == SPREAD) & (pl.col("name") == "clv"))
    value = dict(own.select("measure", "value").iter_rows())
    borders = [value[name] for name in ("p33", "p67") if is_known(value.get(name))]
    said = []
    if (zeros := told.number("customers.without_revenue_share")) is not None:
        said.append(f"{percent(zeros)} brought no revenue at all (cancelled or no-show)")
    if is_known(value.get("p50")):
        said.append(f"half of all are worth less than {money(value['p50'], told.run.currency)}")
    if is_known(value.get("p99")):
        said.append(f"one in a hundred is worth {money(value['p99'], told.run.currency)} or more")
    return [
        Picture(
            key="clv_distribution",
            title=f"Realised value of a {customer_words(told).one}",
            sentence=capital("; ".join(said) or "cells of few customers are joined with their neighbours") + ".",
            alt="Histogram of realised value on a logarithmic axis, with the customers without revenue apart.",
            figure=draw_clv_distribution(
                [(low, high, int(number)) for low, high, number in cells.select("low", "high", "value").iter_rows()],
                borders,
                told.run.currency,
                customer_words(told),
            ),
            disclosure=Disclosure.GUEST_AGGREGATE,
        )
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


def _statistics_blocks(statistics: pl.DataFrame, bookings: pl.DataFrame) -> list[Block]:
    blocks: list[Block] = []
    if not bookings.is_empty():
        frame = booking_figures(bookings)
        blocks.append(
            descriptive_table(frame, list(frame.columns), "describe_bookings", "Bookings: descriptive statistics")
        )
    if not statistics.is_empty():
        blocks.append(spread_table(statistics))
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


def _correlation_blocks(statistics: pl.DataFrame, told: Told) -> list[Block]:
    names, pearson = matrix_of(statistics, "pearson")
    _, spearman = matrix_of(statistics, "spearman")
    if len(names) < 3:
        return [missing("correlation maps", told, Need.CUSTOMERS)]
    with_target = np.abs(spearman[:-1, -1])
    strongest = int(np.argmax(with_target))
    gap = np.abs(np.abs(spearman) - np.abs(pearson))
    row, column = divmod(int(np.argmax(gap)), len(names))
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
