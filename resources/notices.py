"""Dated notices of guests, opt-out and consent: a CSV file, or what the source itself delivers.

``identifier`` is an e-mail address, a guest key or a row id, in any spelling; ``kind`` is ``opt-out`` or ``consent``;
``day`` is the business day from which the notice counts. A day's data depends on the notices up to that day only.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from resources.errors import SourceError
from resources.identifiers import plain_email, plain_row_id, row_id_prefix, row_id_scopes
from resources.sources.base import Source, Stream
from resources.sources.keys import USUAL, Placeholders, normalised_key

KINDS = ("opt-out", "consent")
SCHEMA = {"identifier": pl.String(), "kind": pl.String(), "day": pl.Date()}


def read_notices(path: Path) -> pl.DataFrame:
    """Notices of a CSV file with the columns ``identifier``, ``kind``, ``day``, by day.

    Raises:
        SourceError: the file can't be read, lacks a column, or a cell makes no sense; a notice is never skipped.
    """
    try:
        rows = pl.read_csv(path, infer_schema=False, glob=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        message = f"the notices in {path} can't be read ({error}); give a CSV with the columns {', '.join(SCHEMA)}"
        raise SourceError(message) from error
    missing = [name for name in SCHEMA if name not in rows.columns]
    if missing:
        message = f"the notices in {path} lack the columns {missing}; expected {', '.join(SCHEMA)}"
        raise SourceError(message)
    read = rows.select(
        pl.col("identifier").str.strip_chars(),
        pl.col("kind").str.strip_chars().str.to_lowercase(),
        pl.col("day").str.strip_chars().str.to_date("%Y-%m-%d", strict=False),
    )
    is_bad = pl.any_horizontal(
        pl.col("identifier").fill_null("") == "", ~pl.col("kind").fill_null("").is_in(KINDS), pl.col("day").is_null()
    )
    bad = read.with_row_index("row", offset=1).filter(is_bad)
    if bad.height:
        message = (
            f"row {bad['row'][0]} of the notices in {path} makes no sense; expected an identifier, a kind "
            f"({' or '.join(KINDS)}) and a day (YYYY-MM-DD): mend it, a notice is never skipped"
        )
        raise SourceError(message)
    return read.sort("day", "identifier", "kind")


def notice_forms(notices: pl.DataFrame, words: Placeholders = USUAL) -> pl.DataFrame:
    """Notices by the column that each may speak of: ``column``, ``identifier`` in its one spelling, ``kind``, ``day``.

    A number alone is a guest key. The number of a reservation or review is written with its prefix, as row ids are
    (``reservation:1234``): alone it could be another guest's key.

    Args:
        notices: ``identifier``, ``kind``, ``day``.
        words: that stand for "no key" in this source.
    """
    rows = [
        (column, form, kind, day)
        for identifier, kind, day in notices.select("identifier", "kind", "day").iter_rows()
        for column, form in forms_of(identifier, words).items()
    ]
    return pl.DataFrame(rows, schema={"column": pl.String(), **SCHEMA}, orient="row")


def forms_of(identifier: str, words: Placeholders = USUAL) -> dict[str, str]:
    """What an identifier may be, by column; a word that stands for "no key" is nothing."""
    if row_id_prefix(identifier):
        return {"row_id": plain_row_id(identifier)}
    key = normalised_key(identifier, words)
    if key is None:
        return {}
    address = plain_email(identifier) if "@" in identifier else None
    return {"guest_key": key, "row_id": key, **({"email": address} if address else {})}


def identifier_forms(
    rows: pl.DataFrame, columns: Sequence[str], index: Sequence[str], words: Placeholders = USUAL
) -> pl.DataFrame:
    """What a notice may call a row, in the spelling of :func:`notice_forms`: ``index``, ``column``, ``identifier``.

    A room of a reservation is called by the reservation's number, too. Each distinct text is read once.

    Args:
        rows: have the columns.
        columns: of ``email``, ``guest_key``, ``row_id``.
        index: columns to keep; none of ``columns``.
        words: that stand for "no key" in this source.
    """
    verbs: dict[str, Callable[[str], Sequence[str | None]]] = {
        "email": lambda text: (plain_email(text),),
        "guest_key": lambda text: (normalised_key(text, words),),
        "row_id": row_id_scopes,
    }
    parts: list[pl.DataFrame] = []
    for name in columns:
        texts = rows[name].drop_nulls().unique(maintain_order=True).cast(pl.String)
        forms = pl.Series("identifier", [verbs[name](text) for text in texts], dtype=pl.List(pl.String))
        known = pl.DataFrame({name: texts, "identifier": forms}).explode("identifier").drop_nulls()
        met = rows.select(*index, pl.col(name).cast(pl.String)).join(known, on=name, how="inner", maintain_order="left")
        parts.append(met.select(*index, pl.lit(name).alias("column"), "identifier"))
    return pl.concat(parts)


class NoticedSource:
    """A source together with its guests' notices; everything else is the source's own.

    Args:
        source: delivers the rows.
        notices: ``identifier``, ``kind``, ``day``.
    """

    def __init__(self, source: Source, notices: pl.DataFrame) -> None:
        self._source = source
        self.notices = notices.sort("day", "identifier", "kind")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def fingerprint(self, stream: Stream, days: Sequence[date]) -> dict[date, str]:
        """The source's content hash of each day, and the hash of the notices that count by then."""
        marks = self._source.fingerprint(stream, days)
        return {day: f"{mark}{self._mark(day)}" for day, mark in marks.items()}

    def _mark(self, day: date) -> str:
        known = self.notices.filter(pl.col("day") <= day)
        if known.is_empty():
            return ""
        return f"~{hashlib.sha256(known.write_csv().encode()).hexdigest()[:16]}"


def with_notices(source: Source, path: Path | None) -> Source:
    """The source with the notices of a file and its own; unchanged where there are none.

    Raises:
        SourceError: see :func:`read_notices`.
    """
    own = source.own_notices() if hasattr(source, "own_notices") else pl.DataFrame(schema=SCHEMA)  # type: ignore[attr-defined]
    told = read_notices(path) if path is not None else pl.DataFrame(schema=SCHEMA)
    notices = pl.concat([own, told])
    return source if notices.is_empty() else NoticedSource(source, notices)  # type: ignore[return-value]
