"""Quarantined rows cut into the fields of their stream again, so that they are known by field and not by a word.

A row that was refused because of a cell has a text in the order of the exchange format. A row that could not be read
as a whole (too many fields, a stray quote, bytes that are no text) has the line of its file, whose order nobody
knows: of such a row only the cells are told.
"""

import csv
import io

import polars as pl

from resources.sources.base import (
    BOOKING_COLUMNS,
    OPTIONAL_BOOKING_COLUMNS,
    OPTIONAL_REVIEW_COLUMNS,
    REQUIRED_COLUMNS,
    REVIEW_COLUMNS,
    Stream,
)

_COLUMNS = {
    Stream.BOOKINGS.value: (*BOOKING_COLUMNS, *OPTIONAL_BOOKING_COLUMNS),
    Stream.REVIEWS.value: (*REVIEW_COLUMNS, *OPTIONAL_REVIEW_COLUMNS),
}
IDENTIFYING = ("reservation_id", "room_number", "guest_key", "guest_name", "email", "phone", "card_number")
FIELDS = {
    "row_id": pl.String(), "stream": pl.String(), "is_read": pl.Boolean(), "cells": pl.List(pl.String()),
    "review_key": pl.String(), **{name: pl.String() for name in IDENTIFYING},
}  # fmt: skip
_DELIMITERS = (",", ";", "\t", "|")


def quarantined_fields(problems: pl.DataFrame) -> pl.DataFrame:
    """One row per quarantined row: ``row_id``, ``stream``, ``is_read``, ``cells``, and its identifiers by field.

    Args:
        problems: rows of ``QUARANTINE``: ``row_id``, ``stream``, ``column``, ``raw_text``.
    """
    named = problems.group_by("row_id", maintain_order=True).agg(
        pl.col("stream").first(), pl.col("raw_text").first(), pl.col("column").is_not_null().all().alias("by_cell")
    )
    rows = [_cut(*row) for row in named.select("row_id", "stream", "raw_text", "by_cell").iter_rows()]
    return pl.DataFrame(rows, schema=FIELDS, orient="row")


def _cut(row_id: str, stream: str | None, text: str | None, by_cell: bool) -> dict[str, object]:
    names = _COLUMNS.get(stream or "", ())
    cells = cells_of(text or "")
    least = len(REQUIRED_COLUMNS[Stream(stream)]) if names else 1
    is_read = by_cell and least <= len(cells) <= len(names)
    told = dict(zip(names, cells, strict=False)) if is_read else {}
    by_field = {name: told.get(name) or None for name in ("review_key", *IDENTIFYING)}
    return {"row_id": row_id, "stream": stream, "is_read": is_read, "cells": cells, **by_field}


def cells_of(text: str) -> list[str]:
    """The cells of a line as far as it can be cut: as CSV, or at its commonest separator where quotes go astray."""
    try:
        [cells] = list(csv.reader(io.StringIO(text, newline=""), strict=True)) or [[]]
    except (csv.Error, ValueError):
        cells = []
    if len(cells) > 1:
        return cells
    mark = max(_DELIMITERS, key=text.count)
    return [cell.strip().strip('"').strip() for cell in text.split(mark)]
