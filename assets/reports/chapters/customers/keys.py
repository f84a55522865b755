"""What another key would make of the same bookings, as a table."""

import polars as pl

from assets.reports.telling.blocks import Block, Disclosure, Table
from assets.reports.telling.wording import amount, count, percent


def key_blocks(keys: pl.DataFrame) -> list[Block]:
    """The comparison as a table; nothing where it was not made."""
    if keys.is_empty():
        return []
    is_marked = bool(keys["purity"].is_not_null().any())
    columns = ("Key", "Pseudo-customers", "Median bookings", "Bookings, 99 %")
    rows = [
        (
            _words(row["key"]), count(row["pseudo_customers"]), amount(row["median_bookings"]),
            amount(row["bookings_p99"]), *((percent(row["purity"]), percent(row["completeness"])) if is_marked else ()),
        )
        for row in keys.sort("place").iter_rows(named=True)
    ]  # fmt: skip
    largest = keys.select(pl.col("guests").max().cast(pl.Float64)).item()
    marked = (
        f"Marked against {count(largest)} simulated guests. Purity: share of bookings that belong to the "
        "commonest guest of their pseudo-customer. Completeness: share of bookings that stay together with most of "
        "their guest's. "
        if is_marked
        else "Purity and completeness need true guests, which this source does not know. "
    )
    return [
        Table(
            key="customer_keys",
            title="What another key would make of the same bookings",
            columns=(*columns, *(("Purity", "Completeness") if is_marked else ())),
            rows=tuple(rows),
            note=f"{marked}The chain by counters is compared here only: it can't be chosen.",
            disclosure=Disclosure.MODEL_METRIC if is_marked else Disclosure.GUEST_AGGREGATE,
        )
    ]


def _words(name: str) -> str:
    if name == "settings":
        return "as set"
    return name.replace("_", " ").replace("is repeated guest", "the repeated-guest flag")
