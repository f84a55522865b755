"""Rows that must not come in: those of erased guests, and those of guests who have opted out by their day."""

import polars as pl

from assets.raw.quarantine import Parsed
from resources.tombstones import EMAIL, GUEST_KEY, ROW, TEXT, Tombstones

ERASED, OPTED_OUT = "erased", "opt-out"
OPT_OUT, CONSENT = NOTICE_KINDS = ("opt-out", "consent")
_IDENTIFIERS = ("email", "guest_key", "row_id")
_LEFT_OUT = {"delivery_day": pl.Date(), "row_id": pl.String(), "reason": pl.String()}
NO_NOTICES = pl.DataFrame(schema={"identifier": pl.String(), "kind": pl.String(), "day": pl.Date()})


def without_erased(parsed: Parsed, tombstones: Tombstones) -> tuple[Parsed, pl.DataFrame]:
    """Sound and quarantined rows without those of erased guests.

    Args:
        parsed: rows of one stream as they were delivered.
        tombstones: of everybody erased so far.

    Returns:
        What is left, and the rows left out: ``delivery_day``, ``row_id`` (a keyed mark, never the id), ``reason``.
    """
    rows, problems = parsed
    if tombstones.is_empty:
        return parsed, pl.DataFrame(schema=_LEFT_OUT)
    is_gone = pl.Series(tombstones.has(ROW, rows["row_id"].to_list()), dtype=pl.Boolean)
    for kind in (GUEST_KEY, EMAIL):
        if kind in rows.columns:
            is_gone |= pl.Series(tombstones.has(kind, rows[kind].to_list()), dtype=pl.Boolean)
    was_bad = pl.Series(tombstones.has(TEXT, problems["raw_text"].to_list()), dtype=pl.Boolean)
    gone = pl.concat(
        [
            rows.filter(is_gone).select("delivery_day", "row_id"),
            problems.filter(was_bad).select("delivery_day", "row_id").unique("row_id", maintain_order=True),
        ]
    )
    return Parsed(rows.filter(~is_gone), problems.filter(~was_bad)), _left_out(gone, ERASED, tombstones)


def _left_out(rows: pl.DataFrame, reason: str, tombstones: Tombstones) -> pl.DataFrame:
    """``delivery_day``, the keyed mark of the row instead of its id, and the reason."""
    marks = pl.Series("row_id", [tombstones.mark(ROW, value) for value in rows["row_id"].to_list()], dtype=pl.String)
    return rows.select("delivery_day", marks, pl.lit(reason).alias("reason"))


def without_opted_out(parsed: Parsed, notices: pl.DataFrame, tombstones: Tombstones) -> tuple[Parsed, pl.DataFrame]:
    """Sound rows without those of guests whose last notice up to the row's day is an opt-out.

    Args:
        parsed: rows of one stream.
        notices: ``identifier`` (an e-mail address, a guest key or a row id), ``kind``, ``day``.
        tombstones: give the keyed marks.

    Returns:
        What is left, and the rows left out: ``delivery_day``, ``row_id`` (a keyed mark), ``reason``.
    """
    rows = parsed.rows
    if notices.is_empty():
        return parsed, pl.DataFrame(schema=_LEFT_OUT)
    names = [name for name in _IDENTIFIERS if name in rows.columns]
    indexed = rows.select("delivery_day", *names).with_row_index("_row")
    said = last_notices(indexed, names, "delivery_day", notices)
    is_out = pl.col("_row").is_in(said.filter(pl.col("kind") == OPT_OUT)["_row"].to_list())
    marked = rows.with_row_index("_row").with_columns(is_out.alias("_is_out"))
    kept = marked.filter(~pl.col("_is_out")).select(rows.columns)
    return Parsed(kept, parsed.problems), _left_out(marked.filter("_is_out"), OPTED_OUT, tombstones)


def last_notices(rows: pl.DataFrame, names: list[str], day: str, notices: pl.DataFrame) -> pl.DataFrame:
    """The notice in force for each row that has one; of two on one day, the opt-out.

    Args:
        rows: ``_row``, the day column and the identifier columns.
        names: identifier columns.
        day: column with the day as of which is asked.
        notices: ``identifier``, ``kind``, ``day``.

    Returns:
        ``_row``, ``kind``, one line per row that a notice concerns.
    """
    known = notices.select(
        pl.col("identifier").str.strip_chars().str.to_lowercase(), "kind", pl.col("day").alias("_said")
    )
    long = rows.unpivot(names, index=["_row", day], value_name="identifier").drop("variable")
    long = long.with_columns(pl.col("identifier").str.strip_chars().str.to_lowercase())
    met = long.join(known, on="identifier", how="inner").filter(pl.col("_said") <= pl.col(day))
    ordered = met.with_columns((pl.col("kind") == OPT_OUT).alias("_is_out")).sort("_row", "_said", "_is_out")
    return ordered.group_by("_row", maintain_order=True).last().select("_row", "kind")
