"""Rows that must not come in: those of erased guests, and those of guests who have opted out by their day."""

import polars as pl

from assets.raw.quarantine import Parsed
from assets.raw.quarantined_fields import quarantined_fields
from resources.identifiers import row_id_scopes
from resources.notices import identifier_forms, notice_forms
from resources.sources.base import Stream
from resources.sources.keys import USUAL, Placeholders, key_expression
from resources.tombstones import EMAIL, GUEST_KEY, RESERVATION, ROW, TEXT, Tombstones

ERASED, OPTED_OUT = "erased", "opt-out"
OPT_OUT, CONSENT = NOTICE_KINDS = ("opt-out", "consent")
_IDENTIFIERS = ("email", "guest_key", "row_id")
_KEYS = ("reservation_id", "room_number", "review_key", "guest_key")
_LEFT_OUT = {"delivery_day": pl.Date(), "row_id": pl.String(), "reason": pl.String()}
NO_NOTICES = pl.DataFrame(schema={"identifier": pl.String(), "kind": pl.String(), "day": pl.Date()})


def without_erased(parsed: Parsed, tombstones: Tombstones, words: Placeholders = USUAL) -> tuple[Parsed, pl.DataFrame]:
    """Sound and quarantined rows without those of erased guests.

    Args:
        parsed: rows of one stream as they were delivered.
        tombstones: of everybody erased so far.
        words: that stand for "no key" in this source.

    Returns:
        What is left, and the rows left out: ``delivery_day``, ``row_id`` (a keyed mark, never the id), ``reason``.
    """
    rows, problems = parsed.rows, parsed.problems
    if tombstones.is_empty:
        return parsed, pl.DataFrame(schema=_LEFT_OUT)
    is_gone = _is_erased(rows, tombstones)
    was_bad = problems["row_id"].is_in(_erased_problems(problems, tombstones, words))
    gone = pl.concat(
        [
            rows.filter(is_gone).select("delivery_day", "row_id"),
            problems.filter(was_bad).select("delivery_day", "row_id").unique("row_id", maintain_order=True),
        ]
    )
    known = _without_numbers(rows.filter(~is_gone), tombstones)
    left = parsed._replace(rows=known, problems=problems.filter(~was_bad))
    return left, _left_out(gone, ERASED, tombstones)


def _is_erased(rows: pl.DataFrame, tombstones: Tombstones) -> pl.Series:
    """Rows of erased guests. A row with a guest key is that key's: an address alone decides where there is none.

    A further room of a reservation that was the guest's alone is theirs where it names nobody, and so is a review of
    such a reservation.
    """
    is_gone = pl.Series(tombstones.has(ROW, rows["row_id"].to_list()), dtype=pl.Boolean)
    if "email" in rows.columns and tombstones.marks.get(RESERVATION):
        numbers = [row_id and row_id_scopes(row_id)[0] for row_id in rows["row_id"]]
        is_room = pl.Series(tombstones.has(RESERVATION, numbers), dtype=pl.Boolean)
        is_gone |= is_room & rows["email"].is_null() & _has_no_key(rows)
    is_gone |= _names_erased(rows, tombstones) & _has_no_key(rows)
    if "email" in rows.columns:
        is_gone |= pl.Series(tombstones.has(EMAIL, rows["email"].to_list()), dtype=pl.Boolean) & _has_no_key(rows)
    if "guest_key" in rows.columns:
        is_gone |= pl.Series(tombstones.has(GUEST_KEY, rows["guest_key"].to_list()), dtype=pl.Boolean)
    return is_gone


def _names_erased(rows: pl.DataFrame, tombstones: Tombstones) -> pl.Series:
    """Reviews that name a reservation of an erased guest as the stay that they are about."""
    if "reservation_id" not in rows.columns:
        return pl.Series([False] * rows.height, dtype=pl.Boolean)
    numbers = rows["reservation_id"].to_list()
    of_row, of_all = (pl.Series(tombstones.has(kind, numbers), dtype=pl.Boolean) for kind in (ROW, RESERVATION))
    return of_row | of_all


def _without_numbers(rows: pl.DataFrame, tombstones: Tombstones) -> pl.DataFrame:
    """Reviews of others without the number of an erased guest's reservation."""
    if "reservation_id" not in rows.columns:
        return rows
    names_erased = _names_erased(rows, tombstones)
    return rows.with_columns(reservation_id=pl.when(~names_erased).then(pl.col("reservation_id")))


def _has_no_key(rows: pl.DataFrame) -> pl.Series:
    if "guest_key" not in rows.columns:
        return pl.Series([True] * rows.height, dtype=pl.Boolean)
    return rows["guest_key"].is_null()


def _erased_problems(problems: pl.DataFrame, tombstones: Tombstones, words: Placeholders) -> list[str]:
    """Quarantined rows of erased guests: by their text, by their fields, or by an address where none can be told."""
    if problems.is_empty():
        return []
    by_text = pl.Series(tombstones.has(TEXT, problems["raw_text"].to_list()), dtype=pl.Boolean)
    cut = quarantined_fields(problems)
    named = as_rows(cut, words)
    by_field = named.filter(_is_erased(named, tombstones))["problem"]
    unread = cut.filter(~pl.col("is_read")).select("row_id", "cells").explode("cells")
    unread = unread.filter(pl.col("cells").str.contains("@", literal=True))
    by_cell = unread.filter(pl.Series(tombstones.has(EMAIL, unread["cells"].to_list()), dtype=pl.Boolean))["row_id"]
    return [*problems.filter(by_text)["row_id"], *by_field, *by_cell]


def as_rows(cut: pl.DataFrame, words: Placeholders = USUAL) -> pl.DataFrame:
    """Quarantined rows whose fields are known, with the id that they would have; ``problem`` is the one they have.

    ``reservation_id`` is the stay that a review names.

    Args:
        cut: see :func:`~assets.raw.quarantined_fields.quarantined_fields`.
        words: that stand for "no key" in this source.
    """
    keys = [key_expression(pl.col(name), words).alias(f"={name}") for name in _KEYS]
    room = pl.coalesce(pl.format(":room:{}", "=room_number"), pl.lit(""))
    number = pl.format("reservation:{}", "=reservation_id")
    is_review = pl.col("stream") == Stream.REVIEWS.value
    row_id = pl.when(is_review).then(pl.format("review:{}", "=review_key")).otherwise(pl.format("{}{}", number, room))
    return (
        cut.filter("is_read")
        .with_columns(keys)
        .select(
            pl.col("row_id").alias("problem"), row_id.alias("row_id"), guest_key="=guest_key", email="email",
            reservation_id=pl.when(is_review).then(number),
        )
    )  # fmt: skip


def _left_out(rows: pl.DataFrame, reason: str, tombstones: Tombstones) -> pl.DataFrame:
    """``delivery_day``, the keyed mark of the row instead of its id, and the reason."""
    marks = pl.Series("row_id", [tombstones.mark(ROW, value) for value in rows["row_id"].to_list()], dtype=pl.String)
    return rows.select("delivery_day", marks, pl.lit(reason).alias("reason"))


def without_opted_out(
    parsed: Parsed, notices: pl.DataFrame, tombstones: Tombstones, words: Placeholders = USUAL
) -> tuple[Parsed, pl.DataFrame]:
    """Rows, quarantined ones too, without those of guests whose last notice up to the row's day is an opt-out.

    Args:
        parsed: rows of one stream.
        notices: ``identifier`` (an e-mail address, a guest key or a row id), ``kind``, ``day``.
        tombstones: give the keyed marks.
        words: that stand for "no key" in this source.

    Returns:
        What is left, and the rows left out: ``delivery_day``, ``row_id`` (a keyed mark), ``reason``.
    """
    rows, problems = parsed.rows, parsed.problems
    if notices.is_empty():
        return parsed, pl.DataFrame(schema=_LEFT_OUT)
    is_out = _is_out(rows, notices, words)
    cut = as_rows(quarantined_fields(problems), words).join(
        problems.select(pl.col("row_id").alias("problem"), "delivery_day").unique("problem"), on="problem", how="left"
    )
    was_bad = problems["row_id"].is_in(cut.filter(_is_out(cut, notices, words))["problem"].to_list())
    out = pl.concat(
        [
            rows.filter(is_out).select("delivery_day", "row_id"),
            problems.filter(was_bad).select("delivery_day", "row_id").unique("row_id", maintain_order=True),
        ]
    )
    left = parsed._replace(rows=rows.filter(~is_out), problems=problems.filter(~was_bad))
    return left, _left_out(out, OPTED_OUT, tombstones)


def _is_out(rows: pl.DataFrame, notices: pl.DataFrame, words: Placeholders) -> pl.Series:
    names = [name for name in _IDENTIFIERS if name in rows.columns]
    asked = rows.select("delivery_day", *names).with_row_index("_row")
    said = last_notices(asked, names, "delivery_day", notices, words)
    return pl.int_range(rows.height, eager=True).is_in(said.filter(pl.col("kind") == OPT_OUT)["_row"].to_list())


def last_notices(
    rows: pl.DataFrame, names: list[str], day: str, notices: pl.DataFrame, words: Placeholders = USUAL
) -> pl.DataFrame:
    """The notice in force for each row that has one; of two on one day, the opt-out.

    Args:
        rows: ``_row``, the day column and the identifier columns.
        names: identifier columns.
        day: column with the day as of which is asked.
        notices: ``identifier``, ``kind``, ``day``.
        words: that stand for "no key" in this source.

    Returns:
        ``_row``, ``kind``, one line per row that a notice concerns.
    """
    known = notice_forms(notices, words).rename({"day": "_said"})
    long = identifier_forms(rows, names, ["_row", day], words)
    met = long.join(known, on=["column", "identifier"], how="inner").filter(pl.col("_said") <= pl.col(day))
    ordered = met.with_columns((pl.col("kind") == OPT_OUT).alias("_is_out")).sort("_row", "_said", "_is_out")
    return ordered.group_by("_row", maintain_order=True).last().select("_row", "kind")
