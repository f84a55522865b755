"""The exact history of bookings under keyed hashes, and how its rows look to readers of labels. Pure.

``stays`` never leaves ``restricted``. Everything that computes on values (links, features, models) reads it; what reads
labels can be given exact rows in their place, each a class of its own whose intervals have no width.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from assets.privacy.class_labels import LEVEL_COLUMNS, NUMBER_COLUMNS, level_text
from assets.privacy.contract import LABELLED_BOOKINGS, STAYS
from assets.privacy.generalisation import COMPLETED_STATUS, LOST_STATUS, OTHER, STAY
from assets.privacy.hierarchies import common_node
from resources.errors import ContractError

REGION = "country_region"


def stays_of(bookings: pl.DataFrame, pseudonyms: pl.DataFrame) -> pl.DataFrame:
    """Every booking with its exact values, and hashes in the place of identifiers; in the order of the bookings.

    Args:
        bookings: raw bookings of any days.
        pseudonyms: ``PSEUDONYMS`` rows of the same days.

    Returns:
        Rows of ``STAYS``, as many as came in.

    Raises:
        ContractError: a booking has no pseudonym, or more than one.
    """
    names = pseudonyms.drop("key_epoch")
    joined = bookings.join(names, on=["delivery_day", "row_id"], how="inner", maintain_order="left")
    if joined.height != bookings.height or pseudonyms.height != bookings.height:
        message = (
            f"{bookings.height} bookings meet {joined.height} of {pseudonyms.height} pseudonyms; materialise "
            "pseudonyms for these days first"
        )
        raise ContractError(message)
    return STAYS.conform(joined.select(STAYS.names))


def as_labels(stays: pl.DataFrame, names: Sequence[str] = LABELLED_BOOKINGS.names) -> pl.DataFrame:
    """Exact rows in the columns of labels: single levels, intervals without width, classes of one.

    Args:
        stays: rows of ``STAYS``, in :func:`columns_behind` at least.
        names: columns wanted, in this order.

    Returns:
        One row per row given, in their order. The class of a completed stay that ended on its delivery day says so
        (``-stay-``), as that of published labels does; no-shows are written like cancellations, as there.
    """
    labels = {name: expression.alias(name) for name, expression in _labels(stays.schema).items() if name != REGION}
    shown = stays.select(*(labels[name] for name in names if name != REGION))
    if REGION not in names:
        return shown
    countries = stays.select(labels["country_levels"]).to_series()
    levels = countries.unique().to_list()
    nodes = {level: common_node([level]) for level in levels}
    region = countries.replace_strict(nodes, return_dtype=pl.String).alias(REGION)
    return shown.with_columns(region).select(names)


def columns_behind(names: Iterable[str]) -> tuple[str, ...]:
    """Columns of ``STAYS`` that label columns are made of, in stored order: memory follows what is read."""
    labels = _labels(STAYS.schema)
    roots = {root for name in names for root in labels[name].meta.root_names()}
    return tuple(name for name in STAYS.names if name in roots)


def _labels(schema: pl.Schema | dict[str, pl.DataType | type[pl.DataType]]) -> dict[str, pl.Expr]:
    """Label column -> expression over ``STAYS``; the region by its country."""
    completed = pl.col("reservation_status") == COMPLETED_STATUS
    ends_today = pl.col("arrival_day") + pl.duration(days=pl.col("nights")) == pl.col("delivery_day")
    part = pl.when(completed & ends_today).then(pl.lit(STAY)).otherwise(pl.lit(OTHER))
    labels = {
        "class_id": pl.format("{}-{}-{}", "delivery_day", part, "booking_id"),
        "class_size": pl.lit(1, pl.Int32),
        "k": pl.lit(1, pl.Int32),
        "is_completed": completed,
        "reservation_status": pl.when(completed).then(pl.lit(COMPLETED_STATUS)).otherwise(pl.lit(LOST_STATUS)),
        REGION: pl.col("country"),
        **{f"{name}_levels": level_text(column, schema.get(column)) for name, column in LEVEL_COLUMNS.items()},
    }
    for name, column in NUMBER_COLUMNS.items():
        value = pl.col(column) if name == "arrival" else pl.col(column).cast(pl.Int32).fill_null(0)
        labels |= {f"{name}_from": value, f"{name}_to": value}
    carried = {item.name: pl.col(item.name) for item in STAYS.columns}
    nothing = {item.name: pl.lit(None, item.dtype) for item in LABELLED_BOOKINGS.columns}
    return {**nothing, **carried, **labels}
