"""Every table of the pipeline over a history, in order, without an orchestrator around it: for many small worlds."""

from collections.abc import Sequence
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path

import polars as pl

from assets.common.declaration import Cadence
from assets.common.inputs import days_between
from assets.common.workspace import Workspace
from pipelines.rooms import declared_assets
from resources.sources.base import BOOKING_COLUMNS, LINEAGE_COLUMNS, REVIEW_COLUMNS, Stream
from resources.sources.demo import DemoSettings, DemoSource

Rows = dict[Stream, pl.DataFrame]


def to_the_report(workspace: Workspace, days: Sequence[date]) -> list[str]:
    """Make everything that ``stayworth run`` makes; why steps failed, one line each."""
    declared = {item.name: item for item in declared_assets() if item.declaration.cadence != Cadence.STUDY}
    order = TopologicalSorter(
        {
            name: {*(read.asset for read in item.reads), *item.records} & set(declared) - {name}
            for name, item in declared.items()
        }
    )
    wrong: list[str] = []
    for name in order.static_order():
        is_scored = declared[name].declaration.cadence == Cadence.SCORING
        report = declared[name].step(workspace, days[-1:] if is_scored else days, reuse=False)
        wrong += [f"{name}: {report.failure}"] if report.failure else []
    return wrong


def demo_rows(days: int, **settings: float) -> tuple[Rows, pl.DataFrame, list[date]]:
    """Rows of a small demo world by stream, its hotels, its days."""
    source = DemoSource(DemoSettings(days=days, **{"guests": 700, "hotels": 2, **settings}))  # type: ignore[arg-type]
    span = days_between(source.first_day, source.last_day)
    return {stream: source.rows(stream, span) for stream in Stream}, source.hotels(), span


def write_inbox(folder: Path, rows: Rows, hotels: pl.DataFrame, days: Sequence[date]) -> None:
    """One file per stream and day, as a hotel group delivers them; a stream that is left out has no file."""
    folder.mkdir(parents=True)
    hotels.write_csv(folder / "hotels.csv")
    for stream, frame in rows.items():
        for day in days:
            own = frame.filter(pl.col("_delivery_day") == day)
            own.drop(LINEAGE_COLUMNS).write_csv(folder / f"{stream}-{day}.csv")


def write_dump(folder: Path, rows: Rows) -> None:
    """Files in the form of the public data sets; a stream that is left out has none."""
    folder.mkdir(parents=True)
    if Stream.BOOKINGS in rows:
        rows[Stream.BOOKINGS].select(BOOKING_COLUMNS).write_csv(folder / "hotel_bookings.csv")
    if Stream.REVIEWS in rows:
        rows[Stream.REVIEWS].select(REVIEW_COLUMNS).write_csv(folder / "Hotel_Reviews.csv")


def moved(rows: Rows, years: int) -> Rows:
    """The same rows as dumps of other years have them."""
    days = {Stream.BOOKINGS: ("reservation_status_date", "arrival_date_year"), Stream.REVIEWS: ("Review_Date",)}

    def later(column: str) -> pl.Expr:
        parts = pl.col(column).str.extract_groups(r"^(?<before>.*?)(?<year>\d{4})(?<after>.*)$")
        year = (parts.struct.field("year").cast(pl.Int32) + years).cast(pl.String)
        return pl.concat_str(parts.struct.field("before"), year, parts.struct.field("after")).alias(column)

    return {stream: frame.with_columns(later(name) for name in days[stream]) for stream, frame in rows.items()}
