"""Deliveries of a simulated group as large as one likes: several demo worlds side by side in one inbox.

At N times the public volume the group is N worlds of the demo simulator, each with a seed of its own, over the same
550 delivery days: N times the hotels, guests, bookings and reviews, with the same seasons, prices and wording. Nothing
is copied from one world to the next but the catalogue: worlds after the first put their number behind the names of
their hotels, and every world puts its number before its keys, so that guests and stays of two worlds never meet. Below
1 there is one world with fewer guests. A world holds about as many bookings as the published file, 119,390.

This differs from one group that is N times as busy: there are N times the hotels, so a stay has no more reviews to be
compared with than before. A day holds N times the rows, so a row finds its class of at least k more easily and loses
less: figures of loss don't carry over. All worlds draw on one vocabulary, so near-duplicates grow faster than rows.
"""

import json
import os
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.measure import measured
from resources.sources.base import LINEAGE_COLUMNS, Stream
from resources.sources.deliveries import HOTELS_FILE
from resources.sources.demo import DemoSettings, DemoSource

PUBLIC_BOOKINGS = 119_390
GUESTS = 31_900  # new guests a year of one world; gives about the published bookings in 550 days
COUNTS_FILE = "counts.json"
_KEYS = {
    Stream.BOOKINGS: ("reservation_id", "guest_key"),
    Stream.REVIEWS: ("review_key", "reservation_id", "guest_key"),
}
_HOTEL = {Stream.BOOKINGS: "hotel", Stream.REVIEWS: "Hotel_Name"}


def worlds(times: float, seed: int = 42, days: int = DemoSettings.days) -> list[DemoSettings]:
    """The worlds of a group of ``times`` the public volume.

    Raises:
        ValueError: above 1 it is not a whole number, or it is not positive.
    """
    if times <= 0 or (times > 1 and times != int(times)):
        raise ValueError(f"times is {times}; give a whole number, or a share of 1")
    guests = max(1, round(GUESTS * min(times, 1.0)))
    return [DemoSettings(seed=seed + number, guests=guests, days=days) for number in range(max(1, int(times)))]


def deliver_group(folder: Path, settings: list[DemoSettings]) -> dict[str, int]:
    """Write the inbox of a group, one file per stream and day; one that is there whole is left as it is.

    Every world is simulated in a process of its own, so memory does not grow with their number.

    Returns:
        Rows by stream.
    """
    if (folder / COUNTS_FILE).exists():
        return json.loads((folder / COUNTS_FILE).read_text("utf-8"))
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    counts = dict.fromkeys(map(str, Stream), 0)
    for number, world in enumerate(settings):
        rows = measured(append_world, str(part), world, number)
        counts = {stream: count + rows[stream] for stream, count in counts.items()}
        print(f"  world {number + 1} of {len(settings)}: {rows['seconds']} s, {rows['peak_mib']} MiB", flush=True)
    (part / COUNTS_FILE).write_text(json.dumps(counts), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(part, folder)  # noqa: PTH105
    return counts


def append_world(folder: str, settings: DemoSettings, number: int) -> dict[str, Any]:
    """Put one world's rows behind those of the worlds before it; returns its rows by stream."""
    source, counts = DemoSource(settings), {}
    every_day = [settings.start + timedelta(days=at) for at in range(settings.days)]
    hotels = source.hotels().with_columns(_named("hotel", number), _named("hotel_name", number))
    _append(Path(folder) / HOTELS_FILE, hotels)
    for stream in Stream:
        counts[str(stream)] = 0
        for day in every_day:
            rows = renumbered(source.rows(stream, [day]), stream, number)
            counts[str(stream)] += rows.height
            _append(delivery(Path(folder), stream, day), rows.drop(LINEAGE_COLUMNS))
    return counts


def renumbered(rows: pl.DataFrame, stream: Stream, number: int) -> pl.DataFrame:
    """Rows of a world as those of its place in the group: its number before keys and behind names of hotels."""
    keys = [pl.format("{}-{}", pl.lit(f"{number:03d}"), pl.col(name)).alias(name) for name in _KEYS[stream]]
    return rows.with_columns(*keys, _named(_HOTEL[stream], number))


def delivery(folder: Path, stream: Stream, day: date) -> Path:
    """The file of a day."""
    return folder / f"{stream}-{day}.csv"


def _named(column: str, number: int) -> pl.Expr:
    return pl.col(column) if number == 0 else pl.format("{} {}", pl.col(column), pl.lit(str(number + 1))).alias(column)


def _append(path: Path, rows: pl.DataFrame) -> None:
    with path.open("ab") as file:
        rows.write_csv(file, include_header=file.tell() == 0)
