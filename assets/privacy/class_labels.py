"""The tight label of each class of bookings: intervals of numbers and days, sets of levels, the region they share."""

import polars as pl

from assets.privacy.hierarchies import MISSING, common_node

LEVEL_SEPARATOR = "|"
# Columns of raw bookings behind each quasi-identifier; labels are <name>_levels or <name>_from and <name>_to.
LEVEL_COLUMNS = {
    "hotel": "hotel", "country": "country", "market_segment": "market_segment",
    "distribution_channel": "distribution_channel", "customer_type": "customer_type", "agent": "agent",
    "company": "company", "repeated_guest": "is_repeated_guest",
}  # fmt: skip
NUMBER_COLUMNS = {
    "arrival": "arrival_day", "nights": "nights", "lead_time": "lead_time_days", "adults": "adults",
    "children": "children",
}  # fmt: skip


def level_text(column: str, dtype: pl.DataType | type[pl.DataType] | None) -> pl.Expr:
    """A raw column as the one level of a label; a missing value is a level of its own.

    Args:
        column: its name.
        dtype: as stored; flags are written 0 and 1.
    """
    value = pl.col(column).cast(pl.Int8) if dtype == pl.Boolean else pl.col(column)
    # The separator inside a value would make one level look like two.
    return value.cast(pl.String).str.replace_all(LEVEL_SEPARATOR, "/", literal=True).fill_null(MISSING)


def labelled(rows: pl.DataFrame, class_names: list[str]) -> pl.DataFrame:
    """Join each class's tight label to its rows."""
    by_class = rows.sort("class_index", "booking_id")
    intervals = [pl.col(name).min().alias(f"{name}_from") for name in NUMBER_COLUMNS]
    intervals += [pl.col(name).max().alias(f"{name}_to") for name in NUMBER_COLUMNS]
    classes = by_class.group_by("class_index", maintain_order=True).agg(
        pl.col("unit").n_unique().cast(pl.Int32).alias("class_size"), pl.col("is_stay").first(),
        pl.col("batch_day").first(), *intervals,
    )  # fmt: skip
    for name in LEVEL_COLUMNS:
        sets = by_class.select("class_index", pl.col(name)).unique().sort("class_index", name)
        joined = sets.group_by("class_index", maintain_order=True).agg(
            pl.col(name).str.join(LEVEL_SEPARATOR).alias(f"{name}_levels")
        )
        classes = classes.join(joined, on="class_index", maintain_order="left")
    classes = _with_arrival(_with_region(classes)).drop("is_stay", "batch_day")
    named = classes.with_columns(class_id=pl.Series(class_names, dtype=pl.String))
    return (
        by_class.select("booking_id", "batch_day", "is_completed", "class_index")
        .join(named, on="class_index", maintain_order="left")
        .drop("class_index")
    )


def _with_region(classes: pl.DataFrame) -> pl.DataFrame:
    """Display column: the lowest hierarchy node that holds the class's countries."""
    sets = classes["country_levels"].unique().to_list()
    nodes = [common_node(levels.split(LEVEL_SEPARATOR)) for levels in sets]
    lookup = pl.DataFrame(
        {"country_levels": sets, "country_region": nodes},
        schema={"country_levels": pl.String, "country_region": pl.String},
    )
    return classes.join(lookup, on="country_levels", maintain_order="left")


def _with_arrival(classes: pl.DataFrame) -> pl.DataFrame:
    """Arrival as dates; for completed stays it is the batch day minus the nights label."""
    stay, day = pl.col("is_stay"), pl.col("batch_day")
    first = day - pl.duration(days=pl.col("nights_to"))
    last = day - pl.duration(days=pl.col("nights_from"))
    return classes.with_columns(
        arrival_from=pl.when(stay).then(first).otherwise(pl.col("arrival_from").cast(pl.Date)),
        arrival_to=pl.when(stay).then(last).otherwise(pl.col("arrival_to").cast(pl.Date)),
    )
