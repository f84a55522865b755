"""The released monthly counts as a table."""

import polars as pl

from assets.reports.telling.blocks import Disclosure, Table
from assets.reports.telling.wording import MISSING, count, month_label


def release_table(release: pl.DataFrame) -> Table:
    """The differentially private monthly counts with their ± of 95 %."""
    hotels = sorted(release["hotel"].unique().to_list())
    cells = {
        (row["month"], row["hotel"]): f"{count(row['bookings'])} ± {count(row['plus_minus_95'])}"
        for row in release.iter_rows(named=True)
    }
    months = sorted(release["month"].unique().to_list())
    return Table(
        key="bookings_by_month",
        title="Bookings per month and hotel, with privacy noise",
        columns=("Month", *hotels),
        rows=tuple((month_label(month), *(cells.get((month, hotel), MISSING) for hotel in hotels)) for month in months),
        note="± holds for 95 % of the noise drawn; the noise was drawn once and is stored. Small counts can come out "
        "negative: that is the price of not looking.",
        disclosure=Disclosure.PRIVATE_RELEASE,
    )
