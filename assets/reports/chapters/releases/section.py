"""The chapter of figures about guests that anyone may see: each with the noise it carries."""

import math

import polars as pl

from assets.reports.telling.blocks import Block, Bullets, Disclosure, Notice, Section, Table
from assets.reports.telling.wording import MISSING, capital, count, decimal, money, percent, plain

_PRIVATE = Disclosure.PRIVATE_RELEASE
TITLES = {
    "segment_sizes": "Guests by what they left in the year",
    "value_by_segment": "Mean value of a guest, by value segment",
    "value_by_country": "Mean value of a guest, by country",
    "cancellation_rates": "Cancellation rate, by market segment",
    "service_scores": "Mean review score, by hotel",
}
_GROUPINGS = {"value_band": "Value of the year", "country": "Country", "market_segment": "Market segment",
              "hotel": "Hotel"}  # fmt: skip
_MEANINGS = {
    "guest": "one guest with all bookings of the period",
    "booking": "one booking (this source knows no guests)",
    "review": "one review (reviews carry no guest)",
}


def releases_section(aggregates: pl.DataFrame | None, monthly: pl.DataFrame | None, currency: str) -> Section | None:
    """Tables of the released figures, and what each release cost; None where neither table is stored.

    Args:
        aggregates: rows of ``guest_aggregates``.
        monthly: rows of ``bookings_by_month``.
        currency: of the values.
    """
    if aggregates is None and monthly is None:
        return None
    blocks: list[Block] = []
    if aggregates is None or aggregates.is_empty():
        blocks.append(Notice(text="No calendar year is complete yet, so no yearly figure was released.", tone="info"))
    else:
        families = [family for family in TITLES if family in set(aggregates["family"])]
        blocks += [family_table(aggregates, family, currency) for family in families]
    blocks += [*_cost_blocks(aggregates, monthly), *_test_notice(aggregates, monthly)]
    return Section(
        anchor="releases",
        title="Guest figures that are safe to share",
        lead="Every figure here carries noise that hides any single guest, and says how much: ± 12 at 95 % means that "
        "the true figure lies within 12 of the printed one in 95 of 100 draws.",
        blocks=tuple(blocks),
    )


def family_table(aggregates: pl.DataFrame, family: str, currency: str) -> Table:
    """One family: groups as rows, years (and measures) as columns, each cell with its ± at 95 %.

    Args:
        aggregates: rows of ``guest_aggregates``.
        family: which of them.
        currency: of the values.
    """
    rows = aggregates.filter(pl.col("family") == family)
    cells = {
        (row["group"], row["period"], row["measure"]): with_noise(
            row["measure"], row["value"], row["plus_minus_95"], currency
        )
        for row in rows.iter_rows(named=True)
    }
    columns = sorted({(period, measure) for _, period, measure in cells}, key=lambda item: (item[0], item[1]))
    unit, grouping = rows["unit"][0], rows["grouping"][0]
    return Table(
        key=f"released_{family}",
        title=TITLES[family],
        columns=(
            _GROUPINGS.get(grouping, capital(plain(grouping))),
            *(f"{capital(plain(measure))} {year}" for year, measure in columns),
        ),
        rows=tuple((group, *(cells.get((group, *column), MISSING) for column in columns)) for group in _ordered(rows)),
        note=_note(family, unit),
        disclosure=_PRIVATE,
    )


def with_noise(measure: str, value: float, width: float, currency: str) -> str:
    """A released figure as printed: ``1,204 ± 12 at 95 %``."""
    if measure == "cancellation_rate":
        shown, noise = percent(value), f"{_margin(width * 100, 1)} points"
    elif measure == "mean_value":
        shown, noise = money(value, currency), _margin(width)
    elif measure == "mean_score":
        shown, noise = decimal(value), _margin(width, 2)
    else:
        shown, noise = count(value), _margin(width)
    return f"{shown} ± {noise} at 95\u00a0%"


def _margin(width: float, places: int = 0) -> str:
    """A width rounded up: a margin of 0.4 must not read as none."""
    step = 10.0**-places
    up = math.ceil(round(width / step, 6)) * step
    return decimal(up, places) if places else count(up)


def _ordered(rows: pl.DataFrame) -> list[str]:
    """Value bands by their lower border, others by name."""
    groups = rows["group"].unique().to_list()
    if rows["grouping"][0] == "value_band":
        return sorted(groups, key=lambda name: int(name.split()[0].replace(",", "")))
    return sorted(groups, key=lambda name: (name == "other", name))


def _note(family: str, unit: str) -> str:
    text = f"The noise hides {_MEANINGS.get(unit, unit)}. "
    if family in ("value_by_segment", "value_by_country"):
        return text + "Value is realised revenue of the closed year, counted up to a fixed limit per guest."
    if family == "cancellation_rates":
        return text + "Of a guest only the first bookings of the year count, up to a fixed number."
    if family == "service_scores":
        return text + "Who wrote two reviews is hidden half as well: twice the loss."
    return text + "The borders of the segments are fixed, not read off the data; small counts can come out negative."


def _cost_blocks(aggregates: pl.DataFrame | None, monthly: pl.DataFrame | None) -> list[Block]:
    parts = []
    if aggregates is not None:
        parts.append(aggregates.select("family", "period", "unit", "accounting", "loss", "release_id"))
    if monthly is not None and "loss" in monthly.columns:
        family = pl.lit("bookings_by_month").alias("family")
        parts.append(
            monthly.select(family, pl.col("month").alias("period"), "unit", "accounting", "loss", "release_id")
        )
    rows = pl.concat(parts).unique("release_id").sort("family", "period") if parts else pl.DataFrame()
    if rows.is_empty():
        return []
    name = "epsilon" if rows["accounting"][0] == "pure" else "rho"
    each = rows.group_by("family", "unit", "loss").agg(
        pl.col("period").min().alias("first"), pl.col("period").max().alias("last"), pl.len().alias("releases")
    )
    table = Table(
        key="released_costs",
        title="What each release cost",
        columns=("Release", "Periods", "Number", "Unit", f"{capital(name)} of each"),
        rows=tuple(
            (
                capital(plain(row["family"])),
                row["first"] if row["first"] == row["last"] else f"{row['first']} to {row['last']}",
                count(row["releases"]),
                row["unit"],
                f"{row['loss']:.4g}",
            )
            for row in each.sort("family", "first").iter_rows(named=True)
        ),
        note="Releases of a calendar year add up, except months that share no booking (unit: booking), which cost "
        "their largest together. “stayworth budget” shows what is spent and what is left.",
        text_columns=2,
        disclosure=_PRIVATE,
    )
    meaning = Bullets(
        items=(
            "The noise was drawn once and is stored: asking again gives the same figure and costs nothing.",
            "What is true of a whole group stays visible; what hangs on one guest does not.",
        ),
        disclosure=Disclosure.NEUTRAL,
    )
    return [table, meaning]


def _test_notice(*tables: pl.DataFrame | None) -> list[Block]:
    seeded = any(
        table is not None and "is_private" in table.columns and not table["is_private"].all() for table in tables
    )
    text = "A test seed made some of this noise: these figures are NOT private and must not be shared."
    return [Notice(text=text, tone="warning")] if seeded else []
