"""What an attacker does first: search published classes for those that a known guest could lie in.

A published class is a box: a set of levels per categorical quasi-identifier, an interval per number or date. Exact
rows are boxes of one point. Nothing here decides what a search tells; the attacks do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.privacy.class_labels import LEVEL_COLUMNS, LEVEL_SEPARATOR, NUMBER_COLUMNS
from assets.privacy.generalisation import batch_key
from assets.privacy.hierarchies import MISSING

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NUMBERS = tuple(NUMBER_COLUMNS)
LEVELS = tuple(LEVEL_COLUMNS)
_NOBODY: Ints = np.zeros(0, dtype=np.int64)


def known_guests(bookings: pl.DataFrame, batch: str = "day") -> pl.DataFrame:
    """What the attacker knows of a booking: quasi-identifiers as text or integers, and its batch day.

    Args:
        bookings: raw bookings with ``booking_id``; other columns that are no quasi-identifiers go along.
        batch: length of a published batch (``PrivacySettings.batch``).

    Returns:
        Rows in the given order: the thirteen quasi-identifiers under their own names, ``day`` (days since 1970).
    """
    levels = [level_text(bookings, column).alias(f"q_{name}") for name, column in LEVEL_COLUMNS.items()]
    numbers = [
        pl.col(column).cast(pl.Int32).fill_null(0).cast(pl.Int64).alias(f"q_{name}")
        for name, column in NUMBER_COLUMNS.items()
    ]
    days = batch_key(bookings["delivery_day"], batch).cast(pl.Int32).cast(pl.Int64)
    return bookings.with_columns(*levels, *numbers, day=days)


def level_text(bookings: pl.DataFrame, column: str) -> pl.Expr:
    """A categorical value written as in the published labels."""
    level = pl.col(column)
    if bookings.schema[column] == pl.Boolean:
        level = level.cast(pl.Int8)
    return level.cast(pl.String).str.replace_all(LEVEL_SEPARATOR, "/", literal=True).fill_null(MISSING)


def exact_labels(guests: pl.DataFrame) -> pl.DataFrame:
    """Labels of rows published as they are, one class per distinct row and day: what ``restricted`` shows.

    Args:
        guests: :func:`known_guests` with ``booking_id``.
    """
    known = [*(f"q_{name}" for name in (*LEVELS, *NUMBERS)), "day"]
    numbers = [pl.col(f"q_{name}").alias(f"{name}_{end}") for name in NUMBERS for end in ("from", "to")]
    return guests.with_columns(
        *(pl.col(f"q_{name}").alias(f"{name}_levels") for name in LEVELS),
        *numbers,
        class_id=pl.struct(known).rank("dense").cast(pl.String),
    )


@dataclass(frozen=True)
class Haystack:
    """Published rows by class, ready to be searched.

    Attributes:
        rows: the published rows, sorted by day and class.
        class_of: (n_rows,) class number of each row.
        starts: (n_classes + 1,) first row of each class.
        day: (n_classes,) days since 1970, ascending.
        bounds: number -> lowest and highest value of each class.
        holders: level column -> level -> ascending numbers of the classes that hold it.
        log_volume: (n_classes,) log of the number of points in the box: how vague the label is.
        searched: searches already made, shared by the views of one publication (zones differ in columns only).
    """

    rows: pl.DataFrame
    class_of: Ints
    starts: Ints
    day: Ints
    bounds: Mapping[str, tuple[Ints, Ints]]
    holders: Mapping[str, Mapping[str, Ints]]
    log_volume: Floats
    searched: dict[tuple[str, bool], Ints] = field(default_factory=dict, compare=False, repr=False)

    def candidates(self, guest: Mapping[str, Any], *, knows_day: bool) -> Ints:
        """(m,) classes whose label the guest's quasi-identifiers fit, ascending.

        Args:
            guest: one row of :func:`known_guests` with ``booking_id``.
            knows_day: whether only the guest's batch is searched.
        """
        key = (str(guest["booking_id"]), knows_day)
        if key not in self.searched:
            self.searched[key] = self._search(guest, knows_day=knows_day)
        return self.searched[key]

    def _search(self, guest: Mapping[str, Any], *, knows_day: bool) -> Ints:
        part = slice(0, len(self.day))
        if knows_day:
            first, stop = (
                np.searchsorted(self.day, guest["day"], "left"),
                np.searchsorted(self.day, guest["day"], "right"),
            )
            part = slice(int(first), int(stop))
        value, (low, high) = guest["q_arrival"], self.bounds["arrival"]
        fitting = np.flatnonzero((low[part] <= value) & (value <= high[part])) + part.start
        for name, (low, high) in self.bounds.items():
            value = guest[f"q_{name}"]
            fitting = fitting[(low[fitting] <= value) & (value <= high[fitting])]
        for name, holders in self.holders.items():
            if not len(fitting):
                break
            holding = holders.get(str(guest[f"q_{name}"]), _NOBODY)
            place = np.searchsorted(holding, fitting)
            inside = place < len(holding)
            inside[inside] = holding[place[inside]] == fitting[inside]
            fitting = fitting[inside]
        return fitting

    def members(self, classes: Ints) -> Ints:
        """(m,) row numbers of the classes, class by class."""
        if not len(classes):
            return _NOBODY
        return np.concatenate([np.arange(int(self.starts[item]), int(self.starts[item + 1])) for item in classes])

    def weights(self, members: Ints) -> Floats:
        """(m,) how likely each row is the guest's, up to a factor: one over the volume of its label."""
        return np.exp(-self.log_volume[self.class_of[members]])


def haystack_of(labels: pl.DataFrame) -> Haystack:
    """A searchable table.

    Args:
        labels: rows with ``class_id``, ``day`` or ``delivery_day``, and the published labels; all their columns
            are kept in ``rows``.
    """
    if "day" not in labels.columns:
        labels = labels.with_columns(day=pl.col("delivery_day").cast(pl.Int32).cast(pl.Int64))
    rows = labels.sort("day", "class_id", maintain_order=True)
    class_of = rows.select(pl.struct("day", "class_id").rle_id().cast(pl.Int64).alias("at"))["at"].to_numpy()
    starts = np.append(np.flatnonzero(np.diff(class_of, prepend=-1)), rows.height).astype(np.int64)
    classes = rows[starts[:-1]]
    bounds = {name: (_whole(classes[f"{name}_from"]), _whole(classes[f"{name}_to"])) for name in NUMBERS}
    volume = sum((np.log(high - low + 1.0) for low, high in bounds.values()), np.zeros(classes.height))
    holders: dict[str, dict[str, Ints]] = {}
    for name in LEVELS:
        levels = classes[f"{name}_levels"].str.split(LEVEL_SEPARATOR)
        volume = volume + np.log(levels.list.len().cast(pl.Float64).to_numpy())
        holders[name] = _postings(levels)
    return Haystack(rows, class_of, starts, classes["day"].to_numpy().astype(np.int64), bounds, holders, volume)


def _whole(column: pl.Series) -> Ints:
    return column.cast(pl.Int32).to_numpy().astype(np.int64)


def _postings(levels: pl.Series) -> dict[str, Ints]:
    """Level -> ascending class numbers."""
    frame = pl.DataFrame({"level": levels}).with_row_index("at").explode("level").sort("level", "at")
    groups = frame.group_by("level", maintain_order=True).agg(pl.col("at").cast(pl.Int64))
    return {level: np.asarray(rows, dtype=np.int64) for level, rows in groups.iter_rows()}


def codes_of(published: pl.DataFrame, known: pl.DataFrame, columns: Sequence[str]) -> tuple[Ints, Ints]:
    """The same number for equal values in ``columns``, over published rows and what the attacker knows."""
    both = pl.concat([published.select(columns), known.select(columns)])
    codes = both.select(pl.struct(columns).rank("dense").alias("code"))["code"].to_numpy().astype(np.int64)
    return codes[: published.height], codes[published.height :]
